/**
 * The two tails of a distribution at one point, each computed so that it keeps its relative accuracy: a lower tail of
 * 1e-300 is not lost beside an upper tail of 1. The logarithms go on where the tails themselves underflow.
 */
export interface Tails {
  lower: number
  upper: number
  logLower: number
  logUpper: number
}

export const NOTHING_BELOW: Tails = { lower: 0, upper: 1, logLower: -Infinity, logUpper: 0 }
export const NOTHING_ABOVE: Tails = { lower: 1, upper: 0, logLower: 0, logUpper: -Infinity }

/** Both tails from the logarithm of the lower one; the caller hands over the tail it computed directly. */
export function tailsFromLogLower(logLower: number): Tails {
  // A lower tail that rounds to just above 1 is 1.
  const log = Math.min(logLower, 0)
  return { lower: Math.exp(log), upper: -Math.expm1(log), logLower: log, logUpper: logOneMinusExp(log) }
}

/** The tails seen from the other end: P(X <= x) becomes P(X >= x). */
export function mirrorTails({ lower, upper, logLower, logUpper }: Tails): Tails {
  return { lower: upper, upper: lower, logLower: logUpper, logUpper: logLower }
}

/**
 * log(1 - exp(x)) for x <= 0, without cancellation at either end.
 *
 * See Maechler (2012), "Accurately computing log(1 - exp(-|a|))", equation 7.
 */
export function logOneMinusExp(x: number): number {
  return x > -Math.LN2 ? Math.log(-Math.expm1(x)) : Math.log1p(-Math.exp(x))
}
