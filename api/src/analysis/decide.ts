import { DEFAULT_MINIMUM_LIFT, type DecisionSettings, guardrailStanding, usersStillNeeded } from './decision-rules.ts'
import type { HealthCheck } from './health/health-check.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'

/** What to do, from stated rules. */
export interface Decision {
  /** `WITHHELD`: the data or the moment do not allow one. */
  verdict: 'SHIP' | 'DO_NOT_SHIP' | 'KEEP_RUNNING' | 'INCONCLUSIVE' | 'WITHHELD'
  /** The treatment to ship. */
  treatmentId: string | null
  /** In a sentence. */
  summary: string
  reasons: string[]
  /** Of control and treatment together, where more users are all that is missing. */
  neededUsers?: number
}

export interface Names {
  variant(id: string): string
  metric(id: string): string
}

/**
 * The rules, in this order: unhealthy data withhold the verdict; so does an interim look; a guardrail that got worse (with
 * a margin: by more than that) forbids to ship, one that may have keeps it running; the primary metric decides, by its
 * adjusted p-value and the direction that is good for the shop. Where it shows nothing, more users are asked for as long
 * as a lift that matters could have been missed, and the answer is inconclusive else.
 */
export function decide(
  rows: ResultRow[],
  metrics: MetricDefinition[],
  health: HealthCheck[],
  interimReasons: string[],
  names: Names,
  /** Names of guardrails of the experiment that were not looked at. */
  guardrailsLeftOut: string[] = [],
  rules: DecisionSettings = {},
): Decision {
  const failed = health.filter(({ verdict }) => verdict === 'FAIL')
  if (failed.length > 0) {
    return withheld(
      'The data cannot be trusted yet.',
      failed.map(({ message, action }) => [message, action].filter(Boolean).join(' ')),
    )
  }
  if (interimReasons.length > 0) {
    return withheld('This is an interim look: no verdict before the planned end.', [
      ...interimReasons,
      'Looking early and stopping at the first result that pleases finds effects that are not there.',
    ])
  }
  const own = rows.filter(({ segment }) => segment === null)
  const guardrails = own
    .filter((row) => roleOf(row, metrics) === 'GUARDRAIL')
    .map((row) => {
      const isWorse = changeOf(row, metrics) === 'WORSE'
      return { row, ...guardrailStanding(row, metricOf(row, metrics), isWorse, rules) }
    })
  const worse = guardrails.filter(({ standing }) => standing === 'BROKEN').map(({ row }) => row)
  const open = guardrails.filter(({ standing }) => standing === 'OPEN')
  const isOpen = (row: ResultRow) => open.some((one) => one.row.treatmentId === row.treatmentId)
  const primary = own.filter((row) => roleOf(row, metrics) === 'PRIMARY')
  if (primary.length === 0) {
    return withheld('No verdict: the primary metric decides, and this analysis leaves it out.', [
      'Ask for the analysis with the experiment’s primary metric.',
    ])
  }
  const better = primary
    .filter((row) => changeOf(row, metrics) === 'BETTER')
    .filter((row) => !worse.some(({ treatmentId }) => treatmentId === row.treatmentId))
  const best = better.sort(
    (a, b) =>
      Number(isOpen(a)) - Number(isOpen(b)) || Math.abs(b.effect?.estimate ?? 0) - Math.abs(a.effect?.estimate ?? 0),
  )[0]
  const reasons = [
    ...[...primary, ...worse].map((row) => sentence(row, metrics, names)),
    ...open.map(
      ({ row, reason }) => `${names.metric(row.metricId)}, ${names.variant(row.treatmentId)}: not known yet, ${reason}`,
    ),
  ]
  if (best !== undefined && guardrailsLeftOut.length > 0) {
    return withheld('No verdict: this analysis leaves guardrails out, and one that got worse forbids to ship.', [
      ...reasons,
      `Ask for the analysis with ${guardrailsLeftOut.join(', ')} too.`,
    ])
  }
  if (best !== undefined && isOpen(best)) {
    return {
      verdict: 'KEEP_RUNNING',
      treatmentId: null,
      summary: `Keep running: ${names.metric(best.metricId)} got better, but a guardrail may have got worse by more than it may.`,
      reasons,
    }
  }
  if (best !== undefined) {
    return {
      verdict: 'SHIP',
      treatmentId: best.treatmentId,
      summary: `Ship ${names.variant(best.treatmentId)}: ${names.metric(best.metricId)} got better.`,
      reasons,
    }
  }
  const harmful = [...worse, ...primary.filter((row) => changeOf(row, metrics) === 'WORSE')]
  const harms = ({ treatmentId }: ResultRow) => harmful.some((row) => row.treatmentId === treatmentId)
  if (primary.every(harms)) {
    return {
      verdict: 'DO_NOT_SHIP',
      treatmentId: null,
      summary: `Do not ship: ${names.metric(harmful[0]!.metricId)} got worse.`,
      reasons,
    }
  }
  const refused = primary.filter(harms).map(({ treatmentId }) => names.variant(treatmentId))
  const undecided = primary.filter((row) => !harms(row) && row.notComputable === null)
  const needed = undecided.flatMap((row) => usersStillNeeded(row, rules) ?? [])
  const power = undecided.flatMap((row) => powerSentence(row, names, rules) ?? [])
  if (needed.length > 0 && needed.every(({ isWithinReach }) => isWithinReach)) {
    const neededUsers = Math.max(...needed.map((one) => one.users))
    const users = neededUsers.toLocaleString('en-US')
    return {
      verdict: 'KEEP_RUNNING',
      treatmentId: null,
      summary: `Keep running: a lift that matters could have been missed. About ${users} users in control and treatment together would show it.`,
      reasons: [
        ...reasons,
        ...power,
        'Set the planned number of users to that, and decide when they have come: looking again and again finds effects that are not there.',
      ],
      neededUsers,
    }
  }
  const outcome = primary.every(({ notComputable }) => notComputable !== null)
    ? `${names.metric(primary[0]!.metricId)} cannot be compared.`
    : 'the data are compatible with no change.'
  return {
    verdict: 'INCONCLUSIVE',
    treatmentId: null,
    summary: `Inconclusive: ${refused.length === 0 ? '' : `do not ship ${refused.join(', ')}; for the others `}${outcome}`,
    reasons: [...reasons, ...power],
  }
}

/** What the experiment could have found. */
function powerSentence(row: ResultRow, names: Names, rules: DecisionSettings): string | null {
  const relative = row.minimumDetectableEffect?.relative
  if (relative == null) return null
  const minimum = rules.minimumLift ?? DEFAULT_MINIMUM_LIFT
  const found = `${names.metric(row.metricId)}, ${names.variant(row.treatmentId)}: at this number of users a lift of ${percentOf(relative)} is found in 80% of cases`
  return relative <= minimum
    ? `${found}; one of ${percentOf(minimum)} would hardly have been missed.`
    : `${found}, and one of ${percentOf(minimum)} matters.`
}

function percentOf(share: number): string {
  return `${(share * 100).toFixed(1)}%`
}

function withheld(summary: string, reasons: string[]): Decision {
  return { verdict: 'WITHHELD', treatmentId: null, summary, reasons }
}

function metricOf({ metricId }: ResultRow, metrics: MetricDefinition[]): MetricDefinition {
  return metrics.find(({ id }) => id === metricId)!
}

function roleOf(row: ResultRow, metrics: MetricDefinition[]): MetricDefinition['role'] {
  return metricOf(row, metrics).role
}

/** Whether a metric changed, and whether that is good for the shop. */
function changeOf(row: ResultRow, metrics: MetricDefinition[]): 'BETTER' | 'WORSE' | 'NONE' {
  const estimate = row.effect?.estimate
  if (row.isSignificant !== true || estimate == null || estimate === 0) return 'NONE'
  const isGood = metricOf(row, metrics).goal === 'INCREASE' ? estimate > 0 : estimate < 0
  return isGood ? 'BETTER' : 'WORSE'
}

function sentence(row: ResultRow, metrics: MetricDefinition[], names: Names): string {
  const subject = `${names.metric(row.metricId)}, ${names.variant(row.treatmentId)}`
  if (row.notComputable !== null) return `${subject}: ${row.notComputable.message}`
  const p = row.adjustedPValue ?? row.pValue
  const name = row.correction === 'NONE' ? 'p' : 'adjusted p'
  const outcome = { BETTER: 'better', WORSE: 'worse', NONE: 'no clear change' }[changeOf(row, metrics)]
  return `${subject}: ${liftText(row)}, ${outcome}${p === null ? '' : `, ${name} = ${p.toPrecision(2)}`}.`
}

function liftText({ relativeEffect: lift }: ResultRow): string {
  if (lift === null) return 'the lift cannot be computed'
  const size = lift.estimate === null ? 'the lift has no estimate' : signedPercent(lift.estimate)
  return `${size} (${intervalText(lift.confidenceInterval)})`
}

function intervalText({
  kind,
  lower,
  upper,
  level,
}: NonNullable<ResultRow['relativeEffect']>['confidenceInterval']): string {
  const label = `${Math.round(level * 1000) / 10}% interval`
  if (kind === 'wholeLine') return `${label}: anything is possible`
  if (kind === 'complement') return `${label}: not bounded`
  return `${label}: ${lower === null ? 'no lower end' : signedPercent(lower)} to ${upper === null ? 'no upper end' : signedPercent(upper)}`
}

function signedPercent(share: number): string {
  return `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)}%`
}
