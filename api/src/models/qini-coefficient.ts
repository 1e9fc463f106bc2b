import type { Estimate } from './effect.ts'
import { estimateOf } from './estimate.ts'
import type { Outcome } from './outcome.ts'
import type { RankedArms } from './ranked-arms.ts'

/**
 * By how much a user gains more on average when users are treated in the order of predicted effects, over all shares
 * that may be treated, than when they are treated in any order: the area between uplift curve and straight line.
 *
 * Formula: of each fold, the covariance of w = 1/2 - rank share with the target in the treatment, less that in the
 * control. Its variance is the sum over users of the squared products by n^2. Folds are not independent: each user's target is in the models of all other folds, which
 * without any heterogeneity doubles the variance of the mean over folds. So it is doubled.
 *
 * See Radcliffe (2007), "Using control groups to target on predicted lift"; Yadlowsky et al. (2025), "Evaluating treatment
 * prioritization rules via rank-weighted average treatment effects".
 *
 * @param folds the target less anything that does not depend on the variant, or on the fold's users: it then varies less
 */
export function qiniCoefficient(folds: readonly RankedArms[], level: number): Estimate | null {
  const all = folds.reduce((sum, { total }) => sum + total, 0)
  let estimate = 0
  let variance = 0
  for (const fold of folds) {
    const weights = rankWeights(fold)
    const [control, treated] = [fold.control, fold.treated].map((arm) => covariance(arm, weights))
    if (!control || !treated) return null
    estimate += (fold.total / all) * (treated.covariance - control.covariance)
    variance += (fold.total / all) ** 2 * (treated.variance + control.variance)
  }
  if (!(variance > 0)) return null
  return estimateOf(estimate, Math.sqrt(DEPENDENCE * variance), { level, referenceDegrees: null })
}

const DEPENDENCE = 2

/** Of each entry, 1/2 minus the share of users before the middle of it. */
function rankWeights({ users, total }: RankedArms): Float64Array {
  let before = 0
  return users.map((count) => {
    const middle = before + count / 2
    before += count
    return 0.5 - middle / total
  })
}

/** Of weights and what users did, with its variance; null for a variant of fewer than two users. */
function covariance({ n, mean, m2 }: Outcome, weights: Float64Array) {
  const total = n.reduce((sum, count) => sum + count, 0)
  if (total < 2) return null
  const averageOf = (of: (i: number) => number) =>
    n.reduce((sum, count, i) => sum + (count > 0 ? (count / total) * of(i) : 0), 0)
  const weight = averageOf((i) => weights[i]!)
  const level = averageOf((i) => mean[i]!)
  const product = (i: number) => (weights[i]! - weight) * (mean[i]! - level)
  const value = averageOf(product)
  const spread = averageOf((i) => (product(i) - value) ** 2 + (weights[i]! - weight) ** 2 * (m2[i]! / n[i]!))
  return { covariance: value, variance: spread / (total - 1) }
}
