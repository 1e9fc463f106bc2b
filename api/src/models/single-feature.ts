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
