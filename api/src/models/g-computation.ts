import type { Family } from './family.ts'
import type { SparseRows } from './sparse-rows.ts'

/** A mean prediction, and how it changes with the coefficients. */
export interface MeanPrediction {
  mean: number
  gradient: Float64Array
}

/**
 * The mean of predictions for these rows, each counted by its weight.
 *
 * G-computation: with the rows of all users, once as if all had been in the treatment and once in the control, the
 * difference is the effect of the treatment on these users. The gradient gives its standard error by the delta method.
 *
 * See Robins (1986), "A new approach to causal inference in mortality studies"; for the standard error Oehlert (1992), "A
 * note on the delta method".
 */
export function meanPrediction(
  rows: SparseRows,
  weights: Float64Array,
  predictions: Float64Array,
  family: Family,
): MeanPrediction {
  const [all] = meanPredictions(rows, weights, predictions, family, new Uint8Array(rows.rows), 1)
  if (!all) throw new RangeError('weights must not all be 0')
  return all
}

/** The same of each group of rows, in one pass; null for groups without weight. */
export function meanPredictions(
  { rows, columns, starts, column, value }: SparseRows,
  weights: Float64Array,
  predictions: Float64Array,
  family: Family,
  groupOf: ArrayLike<number>,
  groups: number,
): (MeanPrediction | null)[] {
  const totals = new Float64Array(groups)
  for (let i = 0; i < rows; i++) totals[groupOf[i]!]! += weights[i]!
  const means = Array.from(totals, () => ({ mean: 0, gradient: new Float64Array(columns) }))
  for (let i = 0; i < rows; i++) {
    if (weights[i] === 0) continue
    const group = means[groupOf[i]!]!
    const share = weights[i]! / totals[groupOf[i]!]!
    group.mean += share * predictions[i]!
    const slope = share * family.variance(predictions[i]!)
    for (let a = starts[i]!; a < starts[i + 1]!; a++) group.gradient[column[a]!]! += value ? slope * value[a]! : slope
  }
  return means.map((mean, group) => (totals[group]! > 0 ? mean : null))
}

/** Variance of a function of the coefficients from its gradient: g' V g. */
export function deltaVariance(gradient: Float64Array, covariance: Float64Array): number {
  const k = gradient.length
  let variance = 0
  for (let i = 0; i < k; i++) {
    if (gradient[i] === 0) continue
    for (let j = 0; j < k; j++) variance += gradient[i]! * covariance[i * k + j]! * gradient[j]!
  }
  return Math.max(0, variance)
}
