import { type CoMoments, combineCoMoments, marginalMoments } from './co-moments.ts'
import { type Moments, sampleVariance } from './moments.ts'
import { solveSemidefinite } from './solve-semidefinite.ts'

export interface CupedOptions {
  /** which quantity of the co-moments is the outcome. Default 0 */
  outcome?: number
  /** which are covariates: what was known of the users before their exposure. Default [1] */
  covariates?: readonly number[]
  /**
   * 'within': from the variation inside of the arms (the slope of an analysis of covariance), which an effect does not
   * touch. 'joint': of all users as one sample. Default 'within'
   */
  pooling?: 'within' | 'joint'
}

/** How outcomes are adjusted: the same for every arm. */
export interface CupedAdjustment {
  outcome: number
  covariates: readonly number[]
  /** by how much the outcome rises with each covariate; 0 for one that does not vary or repeats another */
  theta: readonly number[]
  /** mean of each covariate over all users of all arms */
  centre: readonly number[]
  /**
   * squared standard error of theta x centre, which all adjusted means share: it leaves their difference and stays in
   * their ratio
   */
  commonVariance: number
}

/**
 * How much of the outcome the covariates explain, over all arms: controlled experiments using pre-experiment data
 * (CUPED).
 *
 * Assumptions: the covariates were known before the exposure, so that the treatment cannot have changed them; the arms
 * were drawn at random. Formula: theta = S_xx^-1 S_xy, with S the co-moments summed over the arms, or of all users as
 * one sample. Domains: one arm or more, all with the same quantities.
 *
 * See Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
 * pre-experiment data".
 *
 * @example
 * const arms = [coMomentsOf([[2, 3.5], [1, 2]]), coMomentsOf([[3, 6], [1.5, 3]])]
 * cupedAdjustment(arms).theta // => [1.8461538462]
 * cupedAdjustment(arms, { pooling: 'joint' }).theta // => [1.9714285714]
 */
export function cupedAdjustment(
  arms: readonly CoMoments[],
  { outcome = 0, covariates = [1], pooling = 'within' }: CupedOptions = {},
): CupedAdjustment {
  const all = arms.reduce(combineCoMoments)
  const sums = (i: number, j: number): number =>
    pooling === 'joint' ? all.coMoments[i]![j]! : arms.reduce((sum, arm) => sum + arm.coMoments[i]![j]!, 0)
  const varies = (i: number) => arms.some((arm) => sampleVariance(marginalMoments(arm, i)) > 0)
  const isUsed = covariates.map((i) => (pooling === 'joint' ? sampleVariance(marginalMoments(all, i)) > 0 : varies(i)))
  const matrix = covariates.map((i, row) =>
    covariates.map((j, column) => (isUsed[row] && isUsed[column] ? sums(i, j) : 0)),
  )
  const theta = solveSemidefinite(
    matrix,
    covariates.map((i) => sums(outcome, i)),
  )
  const centre = covariates.map((i) => all.means[i]!)
  const commonVariance = all.n < 2 ? 0 : quadraticForm(theta, matrix) / (all.n - 1) / all.n
  // Covariates of a size that cannot be computed with explain nothing.
  if (![...theta, commonVariance].every(Number.isFinite) || commonVariance < 0) {
    return { outcome, covariates, theta: theta.map(() => 0), centre, commonVariance: 0 }
  }
  return { outcome, covariates, theta, centre, commonVariance }
}

/** What is left of an adjusted variance below this share of its terms is rounding, and counts as no variance. */
const ROUNDING = 1e-14

/**
 * The moments of an arm's adjusted outcomes: y - theta (x - centre).
 *
 * Formula: mean(y) - theta (mean(x) - centre); m2 = S_yy - 2 theta S_xy + theta S_xx theta, with theta taken as known.
 * A test of means then takes them like any others.
 *
 * See Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
 * pre-experiment data".
 *
 * @example
 * const arms = [coMomentsOf([[2, 3.5], [1, 2]]), coMomentsOf([[3, 6], [1.5, 3]])]
 * adjustedMoments(arms[0], cupedAdjustment(arms)).mean // => 3.4423076923
 */
export function adjustedMoments(arm: CoMoments, { outcome, covariates, theta, centre }: CupedAdjustment): Moments {
  const { n, means, coMoments } = arm
  const mean = theta.reduce((sum, slope, k) => sum - slope * (means[covariates[k]!]! - centre[k]!), means[outcome]!)
  const own = coMoments[outcome]![outcome]!
  const shared = theta.reduce((sum, slope, k) => sum + slope * coMoments[outcome]![covariates[k]!]!, 0)
  const explained = quadraticForm(
    theta,
    covariates.map((i) => covariates.map((j) => coMoments[i]![j]!)),
  )
  const left = own - 2 * shared + explained
  const terms = own + 2 * Math.abs(shared) + explained
  return { n, mean, m2: left <= ROUNDING * terms ? 0 : left }
}

function quadraticForm(vector: readonly number[], matrix: readonly (readonly number[])[]): number {
  return vector.reduce((sum, x, i) => sum + vector.reduce((row, y, j) => row + x * y * matrix[i]![j]!, 0), 0)
}
