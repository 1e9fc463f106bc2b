import { normal } from './distributions/normal.ts'
import { exactRankDistribution, isCountable } from './exact-rank-distribution.ts'
import { type Alternative, type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail, type PValue, symmetricPValue } from './p-value.ts'
import { type RankSum, rankSum } from './rank-sum.ts'
import { type RankTable, requireRankTable } from './rank-table.ts'

export interface RankOptions extends InferenceOptions {
  /** 'auto' (default): exact below 50 users in each arm when all values differ, else the normal approximation */
  method?: 'auto' | 'exact' | 'normal'
  /** of the normal approximation; default true */
  continuityCorrection?: boolean
}

export interface MannWhitneyResult extends PValue {
  kind: 'computed'
  method: 'exact' | 'normal'
  alternative: Alternative
  /** of the treatment: pairs in which the treatment is larger, ties counting half */
  u: number
  /** z of the normal approximation; u of the exact test */
  statistic: number
  /** P(T > C) + P(T = C) / 2: how often a random treatment user has the larger value */
  probabilityOfSuperiority: number
  /** 2 x probabilityOfSuperiority - 1, from -1 to 1 */
  rankBiserial: number
}

/** Users in each arm from which the normal approximation replaces counting, as in R. */
const NORMAL_FROM = 50

/**
 * Tests whether values of the treatment tend to be larger (or smaller) than those of the control, by ranks: robust
 * against heavy tails, and no test of means.
 *
 * Assumptions: users independent; for the p-value, equal distributions under no effect.
 * Formula: U counts the pairs won by the treatment; exact distribution by counting, or z = (U - n_c n_t / 2 - c) /
 * sigma with the variance corrected for ties and continuity correction c = 1/2 towards no effect (in the direction of
 * the alternative when one-sided).
 *
 * The p-value and `hodgesLehmannShift` speak of the same ranks but not in lockstep (ties, continuity correction).
 *
 * Not computable: `noUnits` when an arm is empty, `allTied` when all values are equal; with method 'exact'
 * `exactNeedsDistinctValues` and `tooLargeForExact`.
 * Errors: RangeError for a malformed table, a level outside (0, 1), an unknown alternative.
 *
 * See Mann and Whitney (1947), "On a test of whether one of two random variables is stochastically larger than the
 * other".
 *
 * @example
 * const test = mannWhitneyTest(rankTableOf([1.1, 2.2, 3.3, 4.4, 0.5], [2, 3.1, 5.5, 6.6, 7.7, 4.1]))
 * test.u // => 24
 * test.pValue // => 0.12554113
 * test.probabilityOfSuperiority // => 0.8
 */
export function mannWhitneyTest(table: RankTable, options: RankOptions = {}): MannWhitneyResult | NotComputable {
  const { alternative } = resolveOptions(options)
  requireRankTable(table)
  const ranks = rankSum(table)
  const method = chooseRankMethod(ranks, options)
  if (typeof method !== 'string') return method
  if (ranks.sigma === 0) return notComputable('allTied')
  const z = zStatistic(ranks, alternative, options.continuityCorrection ?? true)
  const p = method === 'exact' ? exactPValue(ranks, alternative) : symmetricPValue(normal, z, alternative)
  const probabilityOfSuperiority = ranks.u / ranks.nControl / ranks.nTreatment
  return {
    kind: 'computed',
    method,
    alternative,
    u: ranks.u,
    statistic: method === 'exact' ? ranks.u : z,
    ...p,
    probabilityOfSuperiority,
    rankBiserial: (2 * (ranks.excess / ranks.nControl)) / ranks.nTreatment,
  }
}

/** Shared with the interval of the shift, so that both count or both approximate. */
export function chooseRankMethod(
  { nControl, nTreatment, ties }: RankSum,
  { method = 'auto' }: RankOptions,
): 'exact' | 'normal' | NotComputable {
  if (nControl === 0 || nTreatment === 0) return notComputable('noUnits')
  if (method === 'normal') return 'normal'
  if (method === 'auto') return ties || nControl >= NORMAL_FROM || nTreatment >= NORMAL_FROM ? 'normal' : 'exact'
  if (ties) return notComputable('exactNeedsDistinctValues')
  return isCountable(nControl, nTreatment) ? 'exact' : notComputable('tooLargeForExact')
}

function zStatistic({ excess, sigma }: RankSum, alternative: Alternative, corrected: boolean): number {
  const correction = alternative === 'two-sided' ? Math.sign(excess) / 2 : alternative === 'greater' ? 0.5 : -0.5
  return (excess - (corrected ? correction : 0)) / sigma
}

function exactPValue({ nControl, nTreatment, u }: RankSum, alternative: Alternative): PValue {
  const cdf = exactRankDistribution(nControl, nTreatment)
  // U is symmetric: P(U >= u) = P(U <= n_c n_t - u).
  const less = cdf[u]!
  const greater = cdf[nControl * nTreatment - u]!
  const p = alternative === 'less' ? less : alternative === 'greater' ? greater : 2 * Math.min(less, greater)
  return fromTail(p, Math.log(p))
}
