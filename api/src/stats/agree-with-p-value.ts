import { type ConfidenceInterval, excludesZero } from './confidence-interval.ts'

/** An end further from zero than this share of the others is not a matter of rounding and is left alone. */
const ROUNDING = 1e-7

/**
 * Settles the last digit between a p-value and the interval that inverts its test: `p < alpha` if and only if the interval
 * excludes 0.
 *
 * In exact arithmetic they agree by construction. In doubles, p may round to just below alpha while the end of the interval
 * rounds to just beyond 0 (a level chosen as 1 - p does it). Then the end that is within rounding of 0 moves to 0, or to the
 * next number past it.
 */
export function agreeWithPValue(interval: ConfidenceInterval, pValue: number, alpha: number): ConfidenceInterval {
  const significant = pValue < alpha
  if (significant === excludesZero(interval)) return interval
  const { gap, lower, upper } = interval
  const ends = gap ? [gap.lower, gap.upper] : [lower, upper].filter((end) => end !== null)
  const nearest = Math.min(...ends.map(Math.abs))
  const furthest = Math.max(...ends.map(Math.abs))
  if (ends.length === 0 || (ends.length === 2 && nearest > ROUNDING * furthest)) return interval

  // The excluded values lie below a lower end and above an upper one; of a gap, the other way round.
  const settle = (end: number | null, excludedSide: 1 | -1) =>
    end === null || Math.abs(end) !== nearest ? end : significant ? -excludedSide * Number.MIN_VALUE : 0
  if (gap) return { ...interval, gap: { lower: settle(gap.lower, 1)!, upper: settle(gap.upper, -1)! } }
  return { ...interval, lower: settle(lower, -1), upper: settle(upper, 1) }
}
