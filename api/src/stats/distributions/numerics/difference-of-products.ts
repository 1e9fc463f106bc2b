import { productError } from './exact-arithmetic.ts'

/**
 * a b - c d, correct to the last digits even where the products agree in most of theirs.
 *
 * Two arms of 1e9 users that differ by one conversion: the plain expression keeps eight digits of the difference.
 * Hazard: factors above 1e300 overflow in the splitting.
 *
 * See Dekker (1971), "A floating-point technique for extending the available precision", and Jeannerod, Louvet and
 * Muller (2013), "Further analysis of Kahan's algorithm for the accurate computation of 2x2 determinants".
 */
export function differenceOfProducts(a: number, b: number, c: number, d: number): number {
  const ab = a * b
  const cd = c * d
  return ab - cd + (productError(a, b, ab) - productError(c, d, cd))
}
