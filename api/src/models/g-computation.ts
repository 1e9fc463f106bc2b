import type { Family } from './family.ts'
import { columnSums, type SparseRows } from './sparse-rows.ts'

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
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const slopes = predictions.map((mean, i) => (weights[i]! / total) * family.variance(mean))
  const mean = predictions.reduce((sum, prediction, i) => sum + (weights[i]! / total) * prediction, 0)
  return { mean, gradient: columnSums(rows, slopes) }
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
