import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { exactRankDistribution } from './exact-rank-distribution.ts'
import { type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { chooseRankMethod, type RankOptions } from './mann-whitney-test.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { pairwiseDifferences } from './pairwise-differences.ts'
import { type RankSum, rankSum } from './rank-sum.ts'
import { type RankTable, requireRankTable } from './rank-table.ts'

export interface ShiftEstimate {
  kind: 'computed'
  method: 'exact' | 'normal'
  /** the median difference between a treatment user and a control user */
  estimate: number
  /** not computable when all values are equal: nothing tells how far the shift might be off */
  confidenceInterval: ConfidenceInterval | NotComputable
}

/**
 * By how much values of the treatment are shifted against those of the control: the median of all pairwise differences,
 * with the interval that goes with Mann and Whitney's test. In zero-inflated data it is 0: look at
 * `probabilityOfSuperiority` there.
 *
 * Assumptions: users independent; the treatment shifts every value by the same amount.
 * Formula: with D_(1) <= ... <= D_(M) the M = n_c n_t differences, the estimate is their median and the interval
 * [D_(k), D_(M + 1 - k)], where k is the smallest count with P(U <= k) >= alpha / 2 (exact), or max(1, floor(M / 2 - z
 * sigma)) with the tie-corrected sigma (normal). The differences are never formed: see `pairwiseDifferences`.
 *
 * Not computable: `noUnits`, `outOfRange` when a difference overflows, and as `mannWhitneyTest` with method 'exact'.
 * Errors: RangeError for a malformed table, a level outside (0, 1), an unknown alternative.
 *
 * See Hodges and Lehmann (1963), "Estimates of location based on rank tests"; Hollander, Wolfe and Chicken (2014),
 * "Nonparametric statistical methods", section 4.3.
 *
 * @example
 * const shift = hodgesLehmannShift(rankTableOf([1.1, 2.2, 3.3, 4.4, 0.5], [2, 3.1, 5.5, 6.6, 7.7, 4.1]))
 * shift.estimate // => 2.4
 * shift.confidenceInterval.lower // => -0.3
 * shift.confidenceInterval.upper // => 5.5
 */
export function hodgesLehmannShift(table: RankTable, options: RankOptions = {}): ShiftEstimate | NotComputable {
  const resolved = resolveOptions(options)
  requireRankTable(table)
  const ranks = rankSum(table)
  const method = chooseRankMethod(ranks, options)
  if (typeof method !== 'string') return method
  const { smallest, largest, nth } = pairwiseDifferences(table)
  if (!Number.isFinite(largest - smallest)) return notComputable('outOfRange')
  const pairs = ranks.nControl * ranks.nTreatment
  const k = method === 'exact' ? exactOrder(ranks, resolved) : normalOrder(ranks, resolved)
  return {
    kind: 'computed',
    method,
    estimate: medianOf(nth, ranks),
    confidenceInterval:
      ranks.sigma === 0 ? notComputable('allTied') : intervalBetween(nth(k), nth(pairs + 1 - k), resolved),
  }
}

/** The mean of the two middle differences where their number is even. */
function medianOf(nth: (k: number) => number, { nControl, nTreatment }: RankSum): number {
  const pairs = nControl * nTreatment
  if (nControl % 2 === 1 && nTreatment % 2 === 1) return nth((pairs + 1) / 2)
  const [low, high] = [nth(pairs / 2), nth(pairs / 2 + 1)]
  return low + (high - low) / 2
}

function exactOrder({ nControl, nTreatment }: RankSum, { tailAlpha }: ResolvedOptions): number {
  const cdf = exactRankDistribution(nControl, nTreatment)
  return Math.max(
    1,
    cdf.findIndex((p) => p >= tailAlpha),
  )
}

function normalOrder({ nControl, nTreatment, sigma }: RankSum, { tailAlpha }: ResolvedOptions): number {
  return Math.max(1, Math.floor((nControl * nTreatment) / 2 - normal.isf(tailAlpha) * sigma))
}
