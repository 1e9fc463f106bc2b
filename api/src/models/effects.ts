import type { PredictedEffect, SegmentLift } from './effect.ts'
import type { FeatureCells } from './feature-cells.ts'
import type { ModelCovariance } from './model-covariance.ts'
import { contrast } from './predicted-effect.ts'
import { revenueDelta } from './revenue-delta.ts'
import type { Training } from './training.ts'
import type { UserProfiles } from './user-profiles.ts'

/** The predicted effect of each treatment on all users. */
export function predictedEffects(
  { cells, question, traffic, worth }: Training,
  profiles: UserProfiles,
  covariance: ModelCovariance,
): PredictedEffect[] {
  const control = profiles.mean(0)
  return cells.variants.slice(1).map((treatment, t) => {
    const effect = contrast(control, profiles.mean(t + 1), covariance, question.level)
    const revenue = revenueDelta(effect.delta, question, traffic, worth, covariance.referenceDegrees)
    return { treatment, ...effect, revenue }
  })
}

/** The same among the users of each level of each feature. */
export function segmentLifts(
  { variants, features }: FeatureCells,
  profiles: UserProfiles,
  covariance: ModelCovariance,
  level: number,
): SegmentLift[] {
  return features.flatMap((feature, f) => {
    const count = feature.levels.length
    const means = variants.map((_, variant) => profiles.meansByLevel(variant, f, count))
    const users = new Float64Array(count)
    profiles.shownLevels[f]!.forEach((own, i) => (users[own]! += profiles.users[i]!))
    return feature.levels.flatMap((name, l) =>
      variants.slice(1).flatMap((treatment, t): SegmentLift[] => {
        const [control, treated] = [means[0]![l], means[t + 1]![l]]
        if (!control || !treated) return []
        const segment = { feature: feature.name, level: name, treatment, users: users[l]! }
        return [{ ...segment, ...contrast(control, treated, covariance, level) }]
      }),
    )
  })
}
