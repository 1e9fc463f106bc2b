import type { ContinuousDistribution } from './distribution.ts'
import { incompleteGamma, logGammaTerm } from './numerics/incomplete-gamma.ts'
import { gammaQuantile, gammaUpperQuantile } from './numerics/inverse-incomplete-gamma.ts'
import type { Tails } from './numerics/tails.ts'
import { requireNumber, requirePositive, requireProbability } from './parameters.ts'

/** The gamma distribution: density rate^shape x^(shape-1) e^(-rate x) / Gamma(shape), mean shape / rate. */
export function gamma(shape: number, rate = 1): ContinuousDistribution {
  requirePositive('shape', shape)
  requirePositive('rate', rate)

  /** The x with P(X <= x) = p (or, for the upper tail, P(X > x) = p). */
  function quantile(p: number, tail: 'lower' | 'upper'): number {
    requireProbability('p', p)
    if (p > 0.5) return quantile(1 - p, tail === 'lower' ? 'upper' : 'lower')
    if (p === 0) return tail === 'lower' ? 0 : Infinity
    return (tail === 'lower' ? gammaQuantile : gammaUpperQuantile)(shape, Math.log(p)) / rate
  }

  function tails(x: number): Tails {
    requireNumber('x', x)
    return incompleteGamma(shape, x * rate)
  }

  return {
    pdf: (x) => density(shape, rate, x),
    cdf: (x) => tails(x).lower,
    sf: (x) => tails(x).upper,
    logCdf: (x) => tails(x).logLower,
    logSf: (x) => tails(x).logUpper,
    ppf: (p) => quantile(p, 'lower'),
    isf: (p) => quantile(p, 'upper'),
  }
}

function density(shape: number, rate: number, x: number): number {
  if (x < 0) return 0
  if (x === 0) return shape > 1 ? 0 : shape < 1 ? Infinity : rate
  return Math.exp(logGammaTerm(shape, x * rate) - Math.log(x))
}
