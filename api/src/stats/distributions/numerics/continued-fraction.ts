const TINY = 1e-300
const CONVERGED = Number.EPSILON
/** Far above what any argument in the documented domains needs (about 5 sqrt(1e9)): a guard against endless loops. */
const MAX_TERMS = 5_000_000

/**
 * b(0) + a(1) / (b(1) + a(2) / (b(2) + ...)) by the modified Lentz algorithm.
 *
 * See Thompson and Barnett (1986), "Coulomb and Bessel functions of complex arguments and order".
 */
export function continuedFraction(a: (i: number) => number, b: (i: number) => number): number {
  let value = b(0) || TINY
  let c = value
  let d = 0
  for (let i = 1; i < MAX_TERMS; i++) {
    const ai = a(i)
    const bi = b(i)
    d = 1 / (bi + ai * d || TINY)
    c = bi + ai / c || TINY
    const factor = c * d
    value *= factor
    if (Math.abs(factor - 1) <= CONVERGED) return value
  }
  throw new Error('continued fraction did not converge')
}
