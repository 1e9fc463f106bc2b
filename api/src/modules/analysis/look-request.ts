import type { GroupSequentialLook, LookSettings } from '../../analysis/looks.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { resolveSpending, type Spending, spendingProblem } from '../../analysis/spending.ts'
import type { UserError } from '../../errors.ts'
import type { Experiment } from '../experiment/experiment.service.ts'

/** How a caller wants looks to be allowed for. */
export interface LooksRequest {
  kind: 'FIXED' | LookSettings['kind']
  spending?: Spending | null
  gamma?: number | null
  tunedFor?: number | null
}

/** Where intervals are narrowest, when no number of users is planned. */
const DEFAULT_TUNING = 10_000
const TUNINGS = { least: 100, greatest: 1e12 }

export function lookProblems(
  looks: LooksRequest | null | undefined,
  { plannedUnits }: Pick<Experiment, 'plannedUnits'>,
): UserError[] {
  if (looks == null) return []
  const { kind, spending, gamma, tunedFor } = looks
  const problems: UserError[] = []
  const problem = (field: string, message: string) =>
    problems.push({ code: 'INVALID', field: ['looks', field], message })
  if (kind === 'GROUP_SEQUENTIAL') {
    if (plannedUnits === null) {
      problem('kind', 'A group-sequential look needs a planned number of users: set the experiment’s plannedUnits.')
    }
    const wrong = spendingProblem(looks)
    if (wrong !== null) problem(wrong.field, wrong.message)
  } else {
    if (spending != null) problem('spending', `${kind} spends no error: leave it out, or choose GROUP_SEQUENTIAL.`)
    if (gamma != null) problem('gamma', `${kind} has no gamma: leave it out, or choose GROUP_SEQUENTIAL.`)
  }
  if (tunedFor == null) return problems
  if (kind !== 'ALWAYS_VALID') problem('tunedFor', `${kind} is not tuned: leave it out, or choose ALWAYS_VALID.`)
  else if (!(tunedFor >= TUNINGS.least && tunedFor <= TUNINGS.greatest)) {
    problem('tunedFor', `The number of users is from ${TUNINGS.least} to ${TUNINGS.greatest}, got ${tunedFor}.`)
  }
  return problems
}

/** What is stored of a request without problems; undefined: one look at the end. Earlier looks are added later. */
export function lookSettingsOf(
  looks: LooksRequest | null | undefined,
  { plannedUnits }: Pick<Experiment, 'plannedUnits'>,
  isOver: boolean,
): LookSettings | undefined {
  if (looks == null || looks.kind === 'FIXED') return undefined
  if (looks.kind === 'ALWAYS_VALID') {
    return { kind: looks.kind, tunedFor: looks.tunedFor ?? plannedUnits ?? DEFAULT_TUNING }
  }
  return {
    kind: looks.kind,
    ...resolveSpending(looks),
    plannedUnits: plannedUnits!,
    earlierFractions: [],
    isLast: isOver,
  }
}

/** An analysis that was computed before, with its rows. */
export interface TakenLook {
  settings: AnalysisSettings
  rows: Pick<ResultRow, 'metricId' | 'look'>[]
}

/**
 * Shares of the planned users at the looks that count before this one: those of the same design (spending, level,
 * direction, window) that saw one of its metrics. A last look does not count: asked for again, when data came late, it is
 * the same look.
 */
export function earlierFractionsOf(
  look: GroupSequentialLook,
  settings: AnalysisSettings,
  metricIds: string[],
  taken: TakenLook[],
): number[] {
  const fractions = taken.flatMap((one) => {
    if (!isSameDesign(one.settings, look, settings)) return []
    const seen = one.rows.find((row) => metricIds.includes(row.metricId) && row.look !== undefined)
    return seen?.look?.informationFraction ?? []
  })
  return [...new Set(fractions)].sort((a, b) => a - b)
}

function isSameDesign(taken: AnalysisSettings, look: GroupSequentialLook, settings: AnalysisSettings): boolean {
  const before = taken.looks
  if (before?.kind !== 'GROUP_SEQUENTIAL' || before.isLast) return false
  return (
    before.spending === look.spending &&
    before.gamma === look.gamma &&
    taken.level === settings.level &&
    taken.alternative === settings.alternative &&
    taken.window.from === settings.window.from &&
    taken.window.to === settings.window.to &&
    taken.window.daysSinceExposure === settings.window.daysSinceExposure
  )
}
