import { continuedFraction } from './continued-fraction.ts'
import { deviance } from './deviance.ts'
import { stirlingRemainder } from './stirling-remainder.ts'
import { mirrorTails, NOTHING_ABOVE, NOTHING_BELOW, type Tails, tailsFromLogLower } from './tails.ts'

/** Below this, the continued fraction of the upper tail needs more terms than the series of the lower one. */
const SERIES_BELOW = 0.5

/**
 * The regularised incomplete gamma function: `lower` is P(a, x) = P(X <= x) for X ~ Gamma(shape a, rate 1), a positive.
 *
 * Below the mean a series of positive terms for the lower tail, above it Legendre's continued fraction for the upper
 * tail.
 * Cost grows with sqrt(a) near the mean.
 *
 * See DLMF 8.11.4 (series) and 8.9.2 (continued fraction, even part).
 */
export function incompleteGamma(a: number, x: number): Tails {
  if (x <= 0) return NOTHING_BELOW
  if (x === Infinity) return NOTHING_ABOVE
  const logTerm = logGammaTerm(a, x)
  return x <= Math.max(a, SERIES_BELOW)
    ? tailsFromLogLower(logTerm + Math.log(lowerSeries(a, x)))
    : mirrorTails(tailsFromLogLower(logTerm - Math.log(upperFraction(a, x))))
}

/** log of x^a e^-x / Gamma(a): the density of log(X) for X ~ Gamma(a, 1). */
export function logGammaTerm(a: number, x: number): number {
  return Math.log(a) - deviance(a, x) - stirlingRemainder(a)
}

/** 1/a + x/(a (a + 1)) + x^2/(a (a + 1)(a + 2)) + ... */
function lowerSeries(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; term > sum * Number.EPSILON * 0.1; n++) {
    term *= x / (a + n)
    sum += term
  }
  return sum
}

function upperFraction(a: number, x: number): number {
  const aboveShape = x - a
  return continuedFraction(
    (i) => i * (a - i),
    (i) => aboveShape + 1 + 2 * i,
  )
}
