import { normal } from '../stats/distributions/normal.ts'
import { alphaOf } from '../stats/inference-options.ts'
import type { Estimate } from './effect.ts'
import { estimateOf } from './estimate.ts'
import { deltaVariance, type MeanPrediction } from './g-computation.ts'
import type { ModelCovariance } from './model-covariance.ts'

export interface Contrast {
  control: number
  treated: number
  delta: Estimate
  lift: Estimate | null
}

/**
 * Two mean predictions beside each other: their difference, and the difference by the control's.
 *
 * Intervals by the delta method: standard error = root of g' V g, g the gradient in the coefficients. The users are taken
 * as they are: it is the effect on these. No lift where the control's prediction is not clearly different from 0.
 */
export function contrast(
  control: MeanPrediction,
  treated: MeanPrediction,
  { matrix, referenceDegrees }: ModelCovariance,
  level: number,
): Contrast {
  const options = { level, referenceDegrees }
  const difference = treated.gradient.map((g, j) => g - control.gradient[j]!)
  const delta = estimateOf(treated.mean - control.mean, Math.sqrt(deltaVariance(difference, matrix)), options)
  const ratio = treated.mean / control.mean
  const margin = normal.isf(alphaOf(level) / 2) * Math.sqrt(deltaVariance(control.gradient, matrix))
  const relative = treated.gradient.map((g, j) => (g - ratio * control.gradient[j]!) / control.mean)
  const hasLift = Math.abs(control.mean) > margin
  const lift = hasLift ? estimateOf(ratio - 1, Math.sqrt(deltaVariance(relative, matrix)), options) : null
  return { control: control.mean, treated: treated.mean, delta, lift }
}
