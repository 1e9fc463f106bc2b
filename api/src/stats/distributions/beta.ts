import type { ContinuousDistribution } from './distribution.ts'
import { incompleteBeta, logBetaTerm } from './numerics/incomplete-beta.ts'
import { betaQuantileLogit, sigmoid } from './numerics/inverse-incomplete-beta.ts'
import type { Tails } from './numerics/tails.ts'
import { requireNumber, requirePositive, requireProbability } from './parameters.ts'

/** The beta distribution on [0, 1] with shapes a and b: density proportional to x^(a-1) (1-x)^(b-1). */
export function beta(a: number, b: number): ContinuousDistribution {
  requirePositive('a', a)
  requirePositive('b', b)

  /** The x with P(X <= x) = p (or, for the upper tail, P(X > x) = p). */
  function quantile(p: number, tail: 'lower' | 'upper'): number {
    requireProbability('p', p)
    if (p > 0.5) return quantile(1 - p, tail === 'lower' ? 'upper' : 'lower')
    if (p === 0) return tail === 'lower' ? 0 : 1
    return sigmoid(tail === 'lower' ? betaQuantileLogit(a, b, Math.log(p)) : -betaQuantileLogit(b, a, Math.log(p)))
  }

  function tails(x: number): Tails {
    requireNumber('x', x)
    return incompleteBeta(a, b, x)
  }

  return {
    pdf: (x) => density(a, b, x),
    cdf: (x) => tails(x).lower,
    sf: (x) => tails(x).upper,
    logCdf: (x) => tails(x).logLower,
    logSf: (x) => tails(x).logUpper,
    ppf: (p) => quantile(p, 'lower'),
    isf: (p) => quantile(p, 'upper'),
  }
}

function density(a: number, b: number, x: number): number {
  if (x < 0 || x > 1) return 0
  if (x === 0) return a > 1 ? 0 : a < 1 ? Infinity : b
  if (x === 1) return b > 1 ? 0 : b < 1 ? Infinity : a
  return Math.exp(logBetaTerm(a, b, x) - Math.log(x) - Math.log1p(-x))
}
