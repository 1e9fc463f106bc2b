import { requirePValues } from './adjust-p-values.ts'

/**
 * Bonferroni's adjusted p-values: the chance of any false win in the family stays below alpha, whatever the dependence.
 * Holm's do the same and reject more.
 *
 * Formula: min(1, m p). Errors: RangeError for a p-value outside [0, 1].
 *
 * See Dunn (1961), "Multiple comparisons among means".
 *
 * @example
 * bonferroni([0.01, 0.04, 0.5]) // => [0.03, 0.12, 1]
 */
export function bonferroni(pValues: readonly number[]): number[] {
  requirePValues(pValues)
  return pValues.map((p) => Math.min(1, p * pValues.length))
}

/**
 * The level at which each of m intervals must be made so that all of them hold together at `level`.
 *
 * Formula: 1 - (1 - level) / m. Errors: RangeError for a level outside (0, 1) or m not a positive whole number.
 *
 * See Dunn (1961), "Multiple comparisons among means".
 *
 * @example
 * bonferroniLevel(0.95, 5) // => 0.99
 */
export function bonferroniLevel(level: number, familySize: number): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`)
  if (!(Number.isSafeInteger(familySize) && familySize >= 1)) {
    throw new RangeError(`familySize must be a whole number of at least 1, got ${familySize}`)
  }
  return 1 - (1 - level) / familySize
}
