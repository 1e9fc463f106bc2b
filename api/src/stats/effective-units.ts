import type { Moments } from './moments.ts'

/**
 * On how many units a sum rests: Kish's effective number. It is n where all contribute alike, and the number of those who
 * contribute where the others have 0.
 *
 * Formula: (sum of x)^2 / (sum of x^2) = n mean^2 / (mean^2 + m2 / n). Domains: n >= 1; 0 where the mean is 0.
 *
 * See Kish (1965), "Survey sampling", section 11.7, on the effect of unequal weights.
 *
 * @example
 * effectiveUnits(momentsOf([1, 1, 1, 1])) // => 4
 * effectiveUnits(momentsOf([0, 0, 2, 2])) // => 2
 * effectiveUnits(momentsOf([0, 0, 1, 3])) // => 1.6
 */
export function effectiveUnits({ n, mean, m2 }: Moments): number {
  if (mean === 0) return 0
  const spread = Math.sqrt(m2 / n) / mean
  return n / (1 + spread * spread)
}

/**
 * The moments that a mean over all units has as if it were one over its effective number: the same mean, whose variance
 * and degrees of freedom come from those who contribute.
 *
 * Formula: of k units of n, each contributes n / k times as little to a mean over them, so m2 k^2 / n^2. A mean over n
 * units of whom k have other than 0 is a mean over those k.
 *
 * @example
 * restingOn({ n: 4, mean: 2.5, m2: 5 }, 4) // => { n: 4, mean: 2.5, m2: 5 }
 * restingOn({ n: 8, mean: 0, m2: 16 }, 4) // => { n: 4, mean: 0, m2: 4 }
 */
export function restingOn({ n, mean, m2 }: Moments, units: number): Moments {
  const share = units / n
  return { n: units, mean, m2: m2 * share * share }
}
