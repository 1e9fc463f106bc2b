import type { ResolvedOptions } from './inference-options.ts'

/** Why a side of an interval is null: nothing bounds the effect there. */
export type UnboundedReason =
  /** only the other side was asked for */
  | 'oneSided'
  /** the control value is not clearly different from zero, so the relative effect may be arbitrarily large */
  | 'controlNearZero'
  /** no user of the control converted, so the ratio may be arbitrarily large */
  | 'noControlSuccesses'
  /** the observed table is the most extreme one possible in this direction */
  | 'edgeOfSupport'
  /** no error is left to spend at this look, or so little that nothing could be ruled out */
  | 'nothingToSpend'

/** The values of an effect that the data do not contradict at this confidence level. The ends belong to it. */
export interface ConfidenceInterval {
  /**
   * 'interval': all values from lower to upper (a null side has no end). 'complement': all values except those strictly
   * inside `gap`. 'wholeLine': all values.
   */
  kind: 'interval' | 'complement' | 'wholeLine'
  lower: number | null
  upper: number | null
  level: number
  /** for each side that is null, why */
  unbounded?: { lower?: UnboundedReason; upper?: UnboundedReason }
  /** only with kind 'complement' */
  gap?: { lower: number; upper: number }
}

/** An end of an interval: a number, or the reason why there is none. */
export type End = number | UnboundedReason

/** The interval between two ends; of a one-sided alternative only the end that matters is kept. */
export function intervalBetween(lower: End, upper: End, { level, alternative }: ResolvedOptions): ConfidenceInterval {
  const low = alternative === 'less' ? 'oneSided' : lower
  const high = alternative === 'greater' ? 'oneSided' : upper
  const interval: ConfidenceInterval = { kind: 'interval', lower: null, upper: null, level }
  if (typeof low === 'number') interval.lower = low
  else interval.unbounded = { lower: low }
  if (typeof high === 'number') interval.upper = high
  else interval.unbounded = { ...interval.unbounded, upper: high }
  if (interval.lower === null && interval.upper === null) interval.kind = 'wholeLine'
  return interval
}

/** estimate -+ critical value x standard error, with the critical value of a symmetric reference distribution. */
export function intervalAround(
  estimate: number,
  standardError: number,
  reference: { isf(p: number): number },
  options: ResolvedOptions,
): ConfidenceInterval {
  const margin = standardError * reference.isf(options.tailAlpha)
  return intervalBetween(estimate - margin, estimate + margin, options)
}

/** Whether the interval leaves out "no effect". */
export function excludesZero(interval: ConfidenceInterval): boolean {
  return excludes(interval, 0)
}

/** Whether a value of the effect is not among those the interval keeps. */
export function excludes({ lower, upper, gap }: ConfidenceInterval, value: number): boolean {
  if (gap) return gap.lower < value && value < gap.upper
  return (lower !== null && value < lower) || (upper !== null && value > upper)
}

/** Whether no end overflowed. */
export function hasFiniteEnds({ lower, upper, gap }: ConfidenceInterval): boolean {
  return [lower, upper, gap?.lower, gap?.upper].every((end) => end == null || Number.isFinite(end))
}
