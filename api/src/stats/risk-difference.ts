import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import type { Proportion } from './proportion.ts'

/**
 * The difference of two conversion rates, treatment minus control: 0.01 is one percentage point.
 *
 * Formula: (x_t n_c - x_c n_t) / (n_t n_c), with the products exact: two arms of 1e9 that differ by one conversion keep
 * all digits.
 *
 * Domain: n >= 1 in both arms.
 *
 * @example
 * riskDifference({ successes: 48, n: 80 }, { successes: 56, n: 70 }) // => 0.2
 */
export function riskDifference(control: Proportion, treatment: Proportion): number {
  return crossDifference(control, treatment) / treatment.n / control.n
}

/** x_t n_c - x_c n_t: the numerator of every comparison of two rates. */
export function crossDifference(control: Proportion, treatment: Proportion): number {
  return differenceOfProducts(treatment.successes, control.n, control.successes, treatment.n)
}
