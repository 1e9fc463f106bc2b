import { adjustByRank } from './adjust-p-values.ts'

/**
 * Hochberg's adjusted p-values: like Holm's and sometimes smaller, for independent or positively dependent tests.
 *
 * Formula: from the largest down, the running minimum of min(1, (m - rank + 1) p). Errors: RangeError for a p-value
 * outside [0, 1].
 *
 * See Hochberg (1988), "A sharper Bonferroni procedure for multiple tests of significance".
 *
 * @example
 * hochberg([0.01, 0.04, 0.03]) // => [0.03, 0.04, 0.04]
 */
export function hochberg(pValues: readonly number[]): number[] {
  return adjustByRank(pValues, 'stepUp', (rank, count) => count - rank + 1)
}
