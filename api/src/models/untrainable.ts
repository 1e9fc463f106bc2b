import type { FeatureCells } from './feature-cells.ts'
import { modelNotComputable, type ModelNotComputable } from './model-not-computable.ts'
import type { ModelKind } from './model-question.ts'
import { fittedTo, squaresAround } from './outcome.ts'
import type { Patterns } from './patterns.ts'

/** Why nothing can be trained on these users, seen before anything is fitted; null where there is no reason. */
export function untrainable(
  { variants }: FeatureCells,
  kind: ModelKind,
  patterns: Patterns,
): ModelNotComputable | null {
  const { weights, means } = fittedTo(patterns.training)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (total === 0) return modelNotComputable('noUsers', 'There are no users to train on yet.')
  if (variants.length < 2)
    return modelNotComputable('singleVariant', 'There is one variant only, so nothing to compare.', [...variants])
  const used = variants.map(() => 0)
  patterns.variant.forEach((variant, i) => (used[variant]! += weights[i]!))
  const empty = variants.filter((_, v) => used[v] === 0)
  if (empty.length > 0) {
    return modelNotComputable(
      'emptyVariant',
      `No users of ${empty.join(', ')}: leave these variants out, or wait for users.`,
      empty,
    )
  }
  const overall = means.reduce((sum, mean, i) => sum + (weights[i]! / total) * mean, 0)
  if (!Number.isFinite(total) || !Number.isFinite(overall)) {
    return modelNotComputable('outOfRange', 'The values are too large or too small to compute with.')
  }
  if (kind !== 'LINEAR') {
    if (overall === 0)
      return modelNotComputable('noSuccesses', 'The target is 0 for all users, so there is nothing to explain yet.')
    if (kind === 'LOGISTIC' && means.every((mean, i) => mean === 1 || weights[i] === 0)) {
      return modelNotComputable('noFailures', 'All users converted, so there is nothing to explain.')
    }
    return null
  }
  const deviations = squaresAround(
    patterns.training,
    means.map(() => overall),
  ).reduce((sum, square) => sum + square, 0)
  if (!Number.isFinite(deviations)) {
    return modelNotComputable('outOfRange', 'The values are too large or too small to compute with.')
  }
  // What rounding leaves of a constant is no variance.
  const rounding = (4 * Number.EPSILON * overall) ** 2 * total
  return deviations > rounding
    ? null
    : modelNotComputable('zeroVariance', 'The target is the same for all users, so there is nothing to explain.')
}
