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
  const control = profiles.mean(0)!
  return cells.variants.slice(1).map((treatment, t) => {
    const effect = contrast(control, profiles.mean(t + 1)!, covariance, question.level)
    return { treatment, ...effect, revenue: revenueDelta(effect.delta, question, traffic, worth) }
  })
}

/** The same among the users of each level of each feature. */
export function segmentLifts(
  { variants, features }: FeatureCells,
  profiles: UserProfiles,
  covariance: ModelCovariance,
  level: number,
): SegmentLift[] {
  return features.flatMap((feature, f) =>
    feature.levels.flatMap((name, l) => {
      const segment = { feature: f, level: l }
      const control = profiles.mean(0, segment)
      if (control === null) return []
      const users = profiles.users.reduce((sum, n, i) => sum + (profiles.levels[f]![i] === l ? n : 0), 0)
      return variants.slice(1).map((treatment, t) => ({
        ...{ feature: feature.name, level: name, treatment, users },
        ...contrast(control, profiles.mean(t + 1, segment)!, covariance, level),
      }))
    }),
  )
}
