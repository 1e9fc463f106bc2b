import { adjustByRank } from './adjust-p-values.ts'

/**
 * Benjamini and Hochberg's adjusted p-values: among the tests called significant, the expected share of false ones
 * stays below alpha, for independent or positively dependent tests.
 *
 * Formula: from the largest down, the running minimum of min(1, m p / rank). Errors: RangeError for a p-value outside
 * [0, 1].
 *
 * See Benjamini and Hochberg (1995), "Controlling the false discovery rate: a practical and powerful approach to
 * multiple testing".
 *
 * @example
 * benjaminiHochberg([0.01, 0.04, 0.03]) // => [0.03, 0.04, 0.04]
 */
export function benjaminiHochberg(pValues: readonly number[]): number[] {
  return adjustByRank(pValues, 'stepUp', (rank, count) => count / rank)
}
