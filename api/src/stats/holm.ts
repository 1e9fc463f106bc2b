import { adjustByRank } from './adjust-p-values.ts'

/**
 * Holm's adjusted p-values: the chance of any false win in the family stays below alpha, whatever the dependence.
 *
 * Formula: from the smallest up, the running maximum of min(1, (m - rank + 1) p). Errors: RangeError for a p-value
 * outside [0, 1].
 *
 * See Holm (1979), "A simple sequentially rejective multiple test procedure".
 *
 * @example
 * holm([0.01, 0.04, 0.03]) // => [0.03, 0.06, 0.06]
 */
export function holm(pValues: readonly number[]): number[] {
  return adjustByRank(pValues, 'stepDown', (rank, count) => count - rank + 1)
}
