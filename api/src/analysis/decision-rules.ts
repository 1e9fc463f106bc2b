import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'

/** What a caller can choose about the decision; what is left out takes the careful default. */
export interface DecisionSettings {
  /** The least lift of the primary metric that would matter: 0.05 is five percent. */
  minimumLift?: number
  /** By how much guardrails may get worse at most, by metric key: 0.02 is two percent of the control. */
  guardrailMargins?: { metric: string; margin: number }[]
  /** For how long the change of revenue is told. */
  horizonDays?: number
}

export const DEFAULT_MINIMUM_LIFT = 0.05
export const DEFAULT_HORIZON_DAYS = 365

/** How a guardrail stands: held, broken, or not known well enough to say. */
export interface GuardrailStanding {
  standing: 'HELD' | 'BROKEN' | 'OPEN'
  /** Why it is open, in a sentence; null otherwise. */
  reason: string | null
}

/**
 * Without a margin a guardrail is broken when it got significantly worse. With one it must be shown not to be worse by
 * more (non-inferiority): held when the whole interval of the lift lies on the good side of the margin, broken when it
 * lies beyond it, else open.
 */
export function guardrailStanding(
  row: ResultRow,
  metric: MetricDefinition,
  isWorse: boolean,
  { guardrailMargins = [] }: DecisionSettings,
): GuardrailStanding {
  const margin = guardrailMargins.find((one) => one.metric === metric.key)?.margin
  if (margin === undefined) return { standing: isWorse ? 'BROKEN' : 'HELD', reason: null }
  const bound = `${(margin * 100).toFixed(1)}%`
  const open = (why: string): GuardrailStanding => ({ standing: 'OPEN', reason: `${why} (margin: ${bound}).` })
  const interval = row.relativeEffect?.confidenceInterval
  if (interval === undefined || interval.kind !== 'interval') return open('its lift cannot be bounded')
  // Harm is counted upwards, whichever way is bad for the metric.
  const [least, most] =
    metric.goal === 'INCREASE'
      ? [interval.upper === null ? -Infinity : -interval.upper, interval.lower === null ? Infinity : -interval.lower]
      : [interval.lower ?? -Infinity, interval.upper ?? Infinity]
  if (most <= margin) return { standing: 'HELD', reason: null }
  if (least > margin) return { standing: 'BROKEN', reason: null }
  return open(
    most === Infinity
      ? 'how much worse it may be is not bounded'
      : `it may be worse by up to ${(most * 100).toFixed(1)}%`,
  )
}

/** More users than these times as many are no reason to go on. */
const MOST_TIMES = 10

/** How many times the users of a row would find the least lift that matters; null: what is there finds it. */
export function usersStillNeeded(
  { minimumDetectableEffect: detectable, control, treatment }: ResultRow,
  { minimumLift = DEFAULT_MINIMUM_LIFT }: DecisionSettings,
): { users: number; isWithinReach: boolean } | null {
  const relative = detectable?.relative ?? null
  if (relative === null || relative <= minimumLift) return null
  const times = (relative / minimumLift) ** 2
  return { users: Math.ceil((control.n + treatment.n) * times), isWithinReach: times <= MOST_TIMES }
}
