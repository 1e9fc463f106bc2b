import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { riskDifference } from './risk-difference.ts'
import { wilsonLimits } from './wilson-interval.ts'

/**
 * Newcombe's hybrid score interval for the difference of two conversion rates: the distances from each rate to its
 * Wilson limits, added as variances are.
 *
 * Assumptions: users independent. Formula: lower = difference - sqrt((p_t - l_t)^2 + (u_c - p_c)^2), upper = difference
 * + sqrt((u_t - p_t)^2 + (p_c - l_c)^2), with l and u the Wilson limits; no continuity correction. Inverts no test.
 *
 * Not computable: `noUnits`. Errors: RangeError for counts that are not whole, a level outside (0, 1), an unknown
 * alternative.
 *
 * See Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
 * methods", method 10.
 *
 * @example
 * const interval = newcombeInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * interval.lower // => 0.0524314724
 * interval.upper // => 0.333872654
 */
export function newcombeInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  const z = normal.isf(resolved.tailAlpha)
  const below = Math.hypot(distances(treatment, z).below, distances(control, z).above)
  const above = Math.hypot(distances(treatment, z).above, distances(control, z).below)
  const difference = riskDifference(control, treatment)
  return intervalBetween(difference - below, difference + above, resolved)
}

function distances(arm: Proportion, z: number): { below: number; above: number } {
  const rate = arm.successes / arm.n
  const [lower, upper] = wilsonLimits(arm, z)
  return { below: rate - lower, above: upper - rate }
}
