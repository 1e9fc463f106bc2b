import { log1pMinusX } from './special-functions.ts'

const NEAR = 0.5

/**
 * k log(k / m) + m - k: how badly a count k fits its mean m (half of its Poisson deviance). Zero at k = m.
 *
 * `excess` is k - m where the caller knows it more exactly than the subtraction would give it: near k = m everything
 * hangs on it.
 *
 * See Loader (2000), "Fast and accurate computation of binomial probabilities" (there bd0).
 */
export function deviance(k: number, m: number, excess = k - m): number {
  if (k === 0) return m
  if (m === 0) return Infinity
  // With u = (m - k) / k the deviance is k (u - log(1 + u)); near zero the library's log(1 + u) - u does not cancel.
  const u = -excess / k
  return Math.abs(u) < NEAR ? -k * log1pMinusX(u) : k * Math.log(k / m) - excess
}
