import { adjustByRank } from './adjust-p-values.ts'

/**
 * Benjamini and Yekutieli's adjusted p-values: as Benjamini and Hochberg's, for any dependence between the tests, at a
 * price.
 *
 * Formula: from the largest down, the running minimum of min(1, c m p / rank) with c = 1 + 1/2 + ... + 1/m. Errors:
 * RangeError for a p-value outside [0, 1].
 *
 * See Benjamini and Yekutieli (2001), "The control of the false discovery rate in multiple testing under dependency".
 *
 * @example
 * benjaminiYekutieli([0.01, 0.04, 0.03]) // => [0.055, 0.0733333333, 0.0733333333]
 */
export function benjaminiYekutieli(pValues: readonly number[]): number[] {
  const price = harmonicNumber(pValues.length)
  return adjustByRank(pValues, 'stepUp', (rank, count) => price * (count / rank))
}

/** 1 + 1/2 + ... + 1 / count: the price of holding under any dependence. */
export function harmonicNumber(count: number): number {
  let sum = 0
  for (let i = count; i >= 1; i--) sum += 1 / i
  return sum
}
