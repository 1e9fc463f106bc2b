import { type ConfidenceInterval, excludes } from './confidence-interval.ts'

/** So close to alpha, rounding decides on which side a p-value is; further off, a disagreement would be a mistake. */
const ROUNDING = 1e-7

/**
 * Settles the last digit between a p-value and the interval that inverts its test: `p < alpha` if and only if the
 * interval excludes "no effect" (0, for ratios 1).
 *
 * In exact arithmetic they agree by construction. In doubles, p may round to just below alpha while the end of the
 * interval rounds to just beyond no effect (a level chosen as 1 - p does it; so does a p of exactly 1/20). Then an end
 * of the interval moves onto no effect, or to the next number past it.
 */
export function agreeWithPValue(
  interval: ConfidenceInterval,
  pValue: number,
  alpha: number,
  noEffect: 0 | 1 = 0,
): ConfidenceInterval {
  if (Math.abs(pValue - alpha) > ROUNDING * alpha) return interval
  return endAtNoEffect(interval, pValue, alpha, noEffect)
}

/**
 * The interval beside the p-value of another test than the one it inverts: where the two disagree about "no effect", the
 * interval ends there. This keeps what an interval says of a p-value function that does not rise away from the estimate:
 * between no effect and the estimate no value is less plausible than no effect is, beyond it none is more plausible.
 */
export function endAtNoEffect(
  interval: ConfidenceInterval,
  pValue: number,
  alpha: number,
  noEffect: 0 | 1 = 0,
): ConfidenceInterval {
  const significant = pValue < alpha
  if (significant === excludes(interval, noEffect)) return interval
  return significant ? excluding(interval, noEffect) : including(interval, noEffect)
}

/** With the end that shuts no effect out moved onto it. */
function including(interval: ConfidenceInterval, noEffect: number): ConfidenceInterval {
  const { gap, lower } = interval
  if (gap) {
    const lowerIsNearer = noEffect - gap.lower <= gap.upper - noEffect
    return { ...interval, gap: lowerIsNearer ? { ...gap, lower: noEffect } : { ...gap, upper: noEffect } }
  }
  return lower !== null && lower > noEffect ? { ...interval, lower: noEffect } : { ...interval, upper: noEffect }
}

/** With the end nearest to no effect moved to the next number past it. */
function excluding(interval: ConfidenceInterval, noEffect: 0 | 1): ConfidenceInterval {
  const { gap, lower, upper } = interval
  const next = noEffect === 0 ? Number.MIN_VALUE : Number.EPSILON
  const [below, above] = [noEffect - next, noEffect + next]
  if (gap) return { ...interval, gap: { lower: Math.min(gap.lower, below), upper: Math.max(gap.upper, above) } }
  // A set without ends (Fieller's where every lift is borderline) gets a gap of nothing but rounding.
  if (lower === null && upper === null) return { ...interval, kind: 'complement', gap: { lower: below, upper: above } }
  const lowerIsNearer = Math.abs((lower ?? Infinity) - noEffect) <= Math.abs((upper ?? Infinity) - noEffect)
  return lowerIsNearer ? { ...interval, lower: above } : { ...interval, upper: below }
}
