import { designRows } from './design.ts'
import { groupByKeys } from './group-by-keys.ts'
import type { ModelSetup } from './model-setup.ts'
import { fittedTo } from './outcome.ts'
import { linearPredictor, type SparseRows } from './sparse-rows.ts'
import { type MeanPrediction, meanPrediction, meanPredictions } from './g-computation.ts'

/** Users of equal levels, whatever their variant, with what a model predicts for them in each. */
export interface UserProfiles {
  /** of each feature: index into its levels; of a number, of the range that it is in */
  shownLevels: Int32Array[]
  users: Float64Array
  /** what predictions are averaged by: users, or what the target is divided by */
  weights: Float64Array
  /** of each variant */
  predictions: Float64Array[]
  /** the mean prediction of a variant, over all users */
  mean(variant: number): MeanPrediction
  /** the same over the users of each level of a feature; null where there are none */
  meansByLevel(variant: number, feature: number, count: number): (MeanPrediction | null)[]
}

/** All users who were trained on, as if each had been in every variant. */
export function userProfiles({ patterns, design, family }: ModelSetup, coefficients: Float64Array): UserProfiles {
  const { groupOf, first } = groupByKeys(patterns.count, patterns.levels)
  const levels = patterns.levels.map((own) => first.map((pattern) => own[pattern]!))
  const shownLevels = patterns.shownLevels.map((own) => first.map((pattern) => own[pattern]!))
  const users = new Float64Array(first.length)
  const weights = new Float64Array(first.length)
  const fitted = fittedTo(patterns.training).weights
  groupOf.forEach((profile, pattern) => {
    users[profile]! += patterns.training.n[pattern]!
    weights[profile]! += fitted[pattern]!
  })
  const rows: SparseRows[] = [...design.variantColumn.keys()].map((variant) =>
    designRows(design, new Int32Array(first.length).fill(variant), levels),
  )
  const predictions = rows.map((own) => linearPredictor(own, coefficients).map(family.mean))
  return {
    shownLevels,
    users,
    weights,
    predictions,
    mean: (variant) => meanPrediction(rows[variant]!, weights, predictions[variant]!, family),
    meansByLevel: (variant, feature, count) =>
      meanPredictions(rows[variant]!, weights, predictions[variant]!, family, shownLevels[feature]!, count),
  }
}
