import type { ContinuousDistribution } from './distribution.ts'
import { erfc, inverseErfc, scaledErfc } from './numerics/special-functions.ts'
import { requireNumber, requireProbability } from './parameters.ts'

const SQRT_TWO_PI = 2.5066282746310002

/** The standard normal distribution: mean 0, standard deviation 1. */
export const normal: ContinuousDistribution = {
  pdf: (x) => Math.exp((-x * x) / 2) / SQRT_TWO_PI,
  cdf: (x) => upperTail(-x),
  sf: upperTail,
  logCdf: (x) => logUpperTail(-x),
  logSf: logUpperTail,
  ppf: (p) => 0 - upperQuantile(p),
  isf: upperQuantile,
}

function upperTail(x: number): number {
  requireNumber('x', x)
  return erfc(x / Math.SQRT2) / 2
}

/** scaledErfc(x) = exp(x^2) erfc(x) stays of ordinary size where the tail itself underflows. */
function logUpperTail(x: number): number {
  requireNumber('x', x)
  if (x < 0) return Math.log1p(-erfc(-x / Math.SQRT2) / 2)
  return Math.log(scaledErfc(x / Math.SQRT2) / 2) - (x * x) / 2
}

function upperQuantile(p: number): number {
  requireProbability('p', p)
  // Adding 0 turns the -0 of p = 1/2 into 0.
  return Math.SQRT2 * inverseErfc(2 * p) + 0
}
