import { type CoMoments, marginalMoments, sampleCovariance } from './co-moments.ts'
import { effectiveUnits } from './effective-units.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** Which quantity of the co-moments is divided by which. */
export interface RatioColumns {
  /** default 0 */
  numerator?: number
  /** default 1 */
  denominator?: number
}

export interface RatioOptions extends RatioColumns {
  /**
   * Whose number the variance and its degrees of freedom rest on: that of all units, as the delta method has it, or the
   * effective number of those with a denominator. Default 'units'
   */
  restsOn?: 'units' | 'denominators'
}

export interface RatioOfMeans {
  kind: 'computed'
  /** units that the variance rests on */
  n: number
  /** sum of numerators / sum of denominators */
  ratio: number
  /** squared standard error of the ratio */
  variance: number
}

/** Below it one unit has most of the denominators, and says nothing of how much others vary. */
const LEAST_EFFECTIVE_UNITS = 1.5

/** What is left of var(y - R x) below this share of its terms is rounding, and counts as no variance. */
const ROUNDING = 1e-14

/**
 * A ratio metric of one arm, such as revenue per order: the mean of the numerators over the mean of the denominators,
 * with its delta-method variance. Users are the independent units; orders of one user are not.
 *
 * Assumptions: users independent, many of them, mean denominator far from zero against its noise.
 * Formula: R = mean(y) / mean(x); variance = (s_yy - 2 R s_xy + R^2 s_xx) / (n mean(x)^2). Users without denominator (x
 * = 0) count as they are.
 *
 * Where few users have a denominator (orders), only they say how much the ratio varies, and the variance of all users is
 * too small and too sure. Resting on denominators it is (..) / (n mean(x)^2) with the divisors of k = effectiveUnits(x)
 * in place of n: times (n - 1) / n and k / (k - 1). Where all have the same denominator nothing changes.
 *
 * Not computable: `noUnits`, `denominatorIsZero`, `tooFewUnits` below two users, `tooFewDenominators` where k < 1.5,
 * `outOfRange`.
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics: a practical guide with novel
 * ideas"; Kish (1965), "Survey sampling", section 11.7.
 *
 * @example
 * const clicks = [2, 0, 1, 3]
 * const views = [4, 2, 5, 5]
 * const arm = ratioOfMeans(coMomentsOf([clicks, views]))
 * arm.ratio // => 0.375
 * arm.variance // => 0.014811198
 */
export function ratioOfMeans(arm: CoMoments, options: RatioOptions = {}): RatioOfMeans | NotComputable {
  const { numerator = 0, denominator = 1, restsOn = 'units' } = options
  const [meanY, meanX] = [arm.means[numerator], arm.means[denominator]]
  if (meanY === undefined || meanX === undefined) {
    throw new RangeError(`columns must be below ${arm.means.length}, got ${numerator} and ${denominator}`)
  }
  if (arm.n < 1) return notComputable('noUnits')
  if (meanX === 0) return notComputable('denominatorIsZero')
  if (arm.n < 2) return notComputable('tooFewUnits')
  const ratio = meanY / meanX
  const yy = sampleCovariance(arm, numerator, numerator)
  const xy = sampleCovariance(arm, numerator, denominator)
  const xx = sampleCovariance(arm, denominator, denominator)
  const residual = yy - 2 * ratio * xy + ratio * ratio * xx
  const terms = yy + Math.abs(2 * ratio * xy) + ratio * ratio * xx
  const variance = residual <= ROUNDING * terms ? 0 : residual / meanX / meanX / arm.n
  if (!Number.isFinite(ratio + variance)) return notComputable('outOfRange')
  if (restsOn === 'units') return { kind: 'computed', n: arm.n, ratio, variance }
  const n = effectiveUnits(marginalMoments(arm, denominator))
  if (!(n >= LEAST_EFFECTIVE_UNITS)) return notComputable('tooFewDenominators')
  return { kind: 'computed', n, ratio, variance: variance * (1 - 1 / arm.n) * (n / (n - 1)) }
}
