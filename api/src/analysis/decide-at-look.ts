import { groupSequentialBounds } from '../stats/group-sequential-bounds.ts'
import { alphaOf } from '../stats/inference-options.ts'
import type { Decision } from './decide.ts'
import type { Plan } from './interim.ts'
import type { LookSettings } from './looks.ts'
import type { AnalysisSettings } from './settings.ts'

/**
 * The decision of a look. One at the planned end decides as ever. An early one decides where its design allows for looks
 * and something was found: a bound was crossed, or the sequence left "no effect" out. Otherwise the verdict waits.
 *
 * @param decideWith the decision, given why this is an early look (nothing: it is not)
 */
export function decideAtLook(
  decideWith: (interimReasons: string[]) => Decision,
  interimReasons: string[],
  settings: AnalysisSettings,
  plan: Pick<Plan, 'plannedUnits'>,
  exposedUnits: number,
): Decision {
  if (interimReasons.length === 0) return decideWith([])
  if (settings.looks === undefined) {
    return decideWith([...interimReasons, adviceFor(settings, plan, exposedUnits)])
  }
  const decision = decideWith([])
  const { verdict, neededUsers, reasons } = decision
  if (verdict !== 'INCONCLUSIVE' && neededUsers === undefined) return decision
  return {
    verdict: 'WITHHELD',
    treatmentId: null,
    summary: `This is an early look: ${NOT_YET[settings.looks.kind]} Go on.`,
    // The design says how many users there will be, and looking is what it allows for.
    reasons: [...interimReasons, ...reasons.slice(0, neededUsers === undefined ? reasons.length : -1)],
  }
}

const NOT_YET: Record<LookSettings['kind'], string> = {
  GROUP_SEQUENTIAL: 'no bound of its design is crossed.',
  ALWAYS_VALID: 'the always-valid interval still holds “no effect”.',
}

/** What a valid early look would need. */
function adviceFor(
  { level, alternative }: AnalysisSettings,
  { plannedUnits }: Pick<Plan, 'plannedUnits'>,
  exposedUnits: number,
): string {
  const choice = 'A look that may decide early is asked for as such from the first one on: looks ALWAYS_VALID'
  if (plannedUnits === null || exposedUnits === 0 || exposedUnits >= plannedUnits) {
    return `${choice}, or, with a planned number of users, GROUP_SEQUENTIAL.`
  }
  const sides = alternative === 'two-sided' ? 2 : 1
  const options = { alpha: alphaOf(level), sides, spending: { kind: 'obrienFleming' } } as const
  const [bound] = groupSequentialBounds([exposedUnits / plannedUnits], options)
  const needed =
    bound!.nominalAlpha < 1e-6 ? 'far below one in a million' : `below ${bound!.nominalAlpha.toPrecision(2)}`
  return `${choice}, or GROUP_SEQUENTIAL. A first look at this number of users would need a p-value ${needed} (O’Brien-Fleming spending).`
}
