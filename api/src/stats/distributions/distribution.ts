/**
 * What every distribution answers. Tails are computed directly, never as 1 minus the other: `sf` keeps its relative
 * accuracy down to 1e-300 and `logSf` far beyond.
 *
 * These are functions on the extended real line: the quantile of probability 0 of a normal distribution is -Infinity,
 * the logarithm of a zero tail too. The tests and intervals built on them never let such a value out.
 */
export interface Tailed {
  /** P(X <= x) */
  cdf(x: number): number
  /** P(X > x) */
  sf(x: number): number
  /** natural logarithm of P(X <= x) */
  logCdf(x: number): number
  /** natural logarithm of P(X > x) */
  logSf(x: number): number
}

export interface ContinuousDistribution extends Tailed {
  /** density at x */
  pdf(x: number): number
  /** the x with P(X <= x) = p */
  ppf(p: number): number
  /** the x with P(X > x) = p */
  isf(p: number): number
}

export interface DiscreteDistribution extends Tailed {
  /** P(X = k) */
  pmf(k: number): number
  /** the smallest k with P(X <= k) >= p */
  ppf(p: number): number
}
