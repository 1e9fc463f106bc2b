import { fisherF } from './distributions/fisher-f.ts'
import { combineMoments, type Moments, NO_VALUES, requireMoments, sampleVariance } from './moments.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail, type PValue } from './p-value.ts'

export interface OneWayAnova extends PValue {
  kind: 'computed'
  /** F */
  statistic: number
  degreesOfFreedomBetween: number
  degreesOfFreedomWithin: number
  /** sums of squares */
  between: number
  within: number
  /** share of the variation that is between the groups */
  rSquared: number
}

/**
 * Tests whether the means of several groups are all the same: one question for all variants, before any two of them are
 * compared.
 *
 * Assumptions: users independent; equal variances; means nearly normal. Formula: F = (between / (k - 1)) / (within / (N
 * - k)), with between = sum of n_i (mean_i - mean)^2 and within = sum of m2_i. Groups without users are left out.
 *
 * Not computable: `tooFewUnits` for fewer than two groups or no user beyond one in each, `zeroVariance`, `outOfRange`.
 * Errors: RangeError for moments no values can have.
 *
 * See Fisher (1925), "Statistical methods for research workers".
 *
 * @example
 * const result = oneWayAnova([momentsOf([1, 2, 3]), momentsOf([2, 3, 4]), momentsOf([5, 6, 7])])
 * result.statistic // => 13
 * result.pValue // => 0.006591796875
 */
export function oneWayAnova(groups: readonly Moments[]): OneWayAnova | NotComputable {
  groups.forEach((group, i) => requireMoments(`groups[${i}]`, group))
  const own = groups.filter(({ n }) => n > 0)
  const all = own.reduce(combineMoments, NO_VALUES)
  const [degreesBetween, degreesWithin] = [own.length - 1, all.n - own.length]
  if (degreesBetween < 1 || degreesWithin < 1) return notComputable('tooFewUnits')
  const between = own.map(({ n, mean }) => ({ n, mean, m2: 0 })).reduce(combineMoments).m2
  const within = own.reduce((sum, { m2 }) => sum + m2, 0)
  if (own.every((group) => sampleVariance(group) === 0)) return notComputable('zeroVariance')
  const statistic = between / degreesBetween / (within / degreesWithin)
  if (!Number.isFinite(statistic)) return notComputable('outOfRange')
  const reference = fisherF(degreesBetween, degreesWithin)
  const p = statistic === 0 ? fromTail(1, 0) : fromTail(reference.sf(statistic), reference.logSf(statistic))
  if (!Number.isFinite(p.log10PValue)) return notComputable('outOfRange')
  return {
    kind: 'computed',
    statistic,
    degreesOfFreedomBetween: degreesBetween,
    degreesOfFreedomWithin: degreesWithin,
    between,
    within,
    rSquared: between / (between + within),
    ...p,
  }
}
