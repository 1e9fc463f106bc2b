import { designRows } from './design.ts'
import { fitOutcome } from './fit-outcome.ts'
import { groupByKeys } from './group-by-keys.ts'
import type { ModelSetup } from './model-setup.ts'
import { addUsers, emptyOutcome, type Outcome } from './outcome.ts'
import { withoutFold } from './patterns.ts'
import { type RankedArms, rankArms } from './ranked-arms.ts'
import { linearPredictor } from './sparse-rows.ts'

/** The users of a fold by the effect that a model of the other folds predicts for them. */
export interface CrossFittedFold {
  ranked: RankedArms
  /** the same, their targets less what that model predicts for them on average over both variants */
  residual: RankedArms
}

/**
 * Predicted effects of a treatment on users that the model has not seen: least squares of the target on features and
 * their interactions with the treatment, fitted without the users' fold. A linear model whatever the target, since what
 * is gained by targeting is a difference of means, and it exists for all data. Folds without users of both are left out.
 *
 * See Chernozhukov et al. (2018), "Double/debiased machine learning for treatment and structural parameters", on
 * cross-fitting.
 */
export function crossFittedEffects(setup: ModelSetup): CrossFittedFold[] {
  const { patterns, design } = setup
  const { groupOf, first } = groupByKeys(patterns.count, patterns.levels)
  const levels = patterns.levels.map((own) => first.map((pattern) => own[pattern]!))
  const rows = [0, 1].map((variant) => designRows(design, new Int32Array(first.length).fill(variant), levels))
  const folds = patterns.folds.map((fold, left) => {
    const { coefficients } = fitOutcome(setup, withoutFold(patterns, left), { penalty: 0 })
    const [without, withIt] = rows.map((own) => linearPredictor(own, coefficients)) as [Float64Array, Float64Array]
    const arms = [emptyOutcome(first.length, false), emptyOutcome(first.length, false)] as const
    groupOf.forEach((profile, pattern) =>
      addUsers(arms[patterns.variant[pattern] === 0 ? 0 : 1], profile, fold, pattern),
    )
    const effects = withIt.map((value, i) => value - without[i]!)
    const less = (arm: Outcome): Outcome => ({
      ...arm,
      mean: arm.mean.map((mean, i) => mean - (withIt[i]! + without[i]!) / 2),
    })
    return { ranked: rankArms(effects, ...arms), residual: rankArms(effects, less(arms[0]), less(arms[1])) }
  })
  return folds.filter(({ ranked }) => [ranked.control, ranked.treated].every(({ n }) => n.some((count) => count > 0)))
}
