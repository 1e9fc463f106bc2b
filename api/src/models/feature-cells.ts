import type { Feature } from './feature.ts'

/** The fold of users who are kept out of training altogether. */
export const HOLDOUT = -1

/**
 * Users grouped by variant, level of each feature and fold. Column i of each array is about cell i; a combination that
 * no user has needs no cell. Training on these is training on the users: nothing of a user but the target's value
 * differs within a cell.
 */
export interface FeatureCells {
  /** keys of the variants; the first one is the control */
  variants: string[]
  features: Feature[]
  /** index into `variants` */
  variant: ArrayLike<number>
  /** of each feature, in their order: index into its levels, or into its numbers */
  levels: ArrayLike<number>[]
  /** of each NUMERIC feature the numbers that users have, NaN for users of whom it is not known; null for other features */
  numbers?: (ArrayLike<number> | null)[]
  /** 0 to folds - 1, or HOLDOUT */
  fold: ArrayLike<number>
  /** users */
  n: ArrayLike<number>
  /** of the target; of a conversion, the share of users who converted */
  mean: ArrayLike<number>
  /** sum of squared deviations of the target from that mean; of a conversion n mean (1 - mean), or null for the same */
  m2: ArrayLike<number> | null
  /**
   * What the target is divided by (orders, days), where it is a ratio or has an exposure time. Of a ratio the cells hold the
   * users who have something to divide by: only those say how much it varies.
   */
  denominator?: {
    mean: ArrayLike<number>
    m2: ArrayLike<number>
    /** sum of products of both deviations, of target and denominator */
    coMoment: ArrayLike<number>
  }
  /**
   * The target's values of users for whom it is not 0: cell i has those from starts[i] to starts[i + 1]. Without them the
   * mean absolute error of anything but a conversion cannot be told.
   */
  nonZero?: { starts: ArrayLike<number>; values: ArrayLike<number> }
}
