import { areaUnderCurve } from './auc.ts'
import { addUsers, emptyOutcome, fittedTo, type Outcome, squaresAround } from './outcome.ts'
import { rankUsers } from './scored-users.ts'

/** How well a feature alone foretells the target. */
export interface SingleFeature {
  /** of conversions: area under the curve; else the share of the variance it explains. Null where it does not exist */
  strength: number | null
  /** of conversions: whether each of its levels has users who converted, or users who did not, but never both */
  isPure: boolean
}

/** What the levels of one feature say of the target, each predicted as the mean of its users. */
export function singleFeature(levels: Int32Array, count: number, outcome: Outcome, isBinary: boolean): SingleFeature {
  const byLevel = emptyOutcome(count, outcome.denominator !== null)
  levels.forEach((level, i) => addUsers(byLevel, level, outcome, i))
  if (isBinary) {
    const ranked = rankUsers({ prediction: byLevel.mean, outcome: byLevel, nonZero: null })
    const strength = areaUnderCurve(ranked)
    return { strength, isPure: strength !== null && ranked.mean.every((mean) => mean === 0 || mean === 1) }
  }
  const { means, weights } = fittedTo(byLevel)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const overall = means.reduce((sum, mean, i) => sum + (weights[i]! / total) * mean, 0)
  const sumOf = (squares: Float64Array) => squares.reduce((sum, square) => sum + square, 0)
  const deviations = sumOf(squaresAround(byLevel, new Float64Array(count).fill(overall)))
  const strength = deviations > 0 ? 1 - sumOf(squaresAround(byLevel, means)) / deviations : null
  return { strength, isPure: false }
}

/**
 * What a number alone says of conversions: by its ranges, or by ranking users by it, whichever way. Users of whom it is
 * not known are not ranked.
 *
 * @param ranges what its ranges say
 * @param numbers of each level, NaN where it is not known
 */
export function singleNumber(
  ranges: SingleFeature,
  levels: Int32Array,
  numbers: ArrayLike<number>,
  outcome: Outcome,
): SingleFeature {
  const prediction = Float64Array.from(levels, (level) => numbers[level]!)
  const n = outcome.n.map((count, i) => (Number.isNaN(prediction[i]!) ? 0 : count))
  const area = areaUnderCurve(rankUsers({ prediction, outcome: { ...outcome, n }, nonZero: null }))
  if (area === null) return ranges
  const ranked = Math.max(area, 1 - area)
  return { strength: Math.max(ranked, ranges.strength ?? 0), isPure: ranges.isPure || ranked === 1 }
}
