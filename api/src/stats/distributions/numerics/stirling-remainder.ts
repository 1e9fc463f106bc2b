import { logGamma } from './special-functions.ts'

const HALF_LOG_TWO_PI = 0.9189385332046728
const SERIES_FROM = 10

/**
 * What Stirling's main term leaves of a log factorial: log k! - (k log k - k), for real k >= 0.
 *
 * Binomial, Poisson and beta terms are built from this remainder and from `deviance`, never from differences of log
 * factorials: at k = 1e9 those are 2e10 and their difference keeps six digits.
 *
 * See Loader (2000), "Fast and accurate computation of binomial probabilities".
 */
export function stirlingRemainder(k: number): number {
  if (k === 0) return 0
  if (k < SERIES_FROM) return logGamma(k + 1) - k * Math.log(k) + k
  return HALF_LOG_TWO_PI + Math.log(k) / 2 + stirlingSeries(k)
}

/** Stirling's asymptotic series, 1/(12 k) - 1/(360 k^3) + ...; from k = 10 its last term is below 1e-15. */
function stirlingSeries(k: number): number {
  const u = 1 / (k * k)
  const tail = 1 / 1188 - u * (691 / 360360 - u / 156)
  return (1 / 12 - u * (1 / 360 - u * (1 / 1260 - u * (1 / 1680 - u * tail)))) / k
}
