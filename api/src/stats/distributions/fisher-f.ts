import type { ContinuousDistribution } from './distribution.ts'
import { incompleteBeta, logBetaTerm } from './numerics/incomplete-beta.ts'
import { betaQuantileLogit } from './numerics/inverse-incomplete-beta.ts'
import { NOTHING_BELOW, type Tails } from './numerics/tails.ts'
import { requireNumber, requirePositive, requireProbability } from './parameters.ts'

/** Fisher's F distribution: a ratio of two independent chi-squares, each divided by its degrees of freedom. */
export function fisherF(degreesOfFreedom1: number, degreesOfFreedom2: number): ContinuousDistribution {
  requirePositive('degreesOfFreedom1', degreesOfFreedom1)
  requirePositive('degreesOfFreedom2', degreesOfFreedom2)
  const a = degreesOfFreedom1 / 2
  const b = degreesOfFreedom2 / 2

  // x = df1 f / (df1 f + df2) is Beta(a, b).
  const share = (f: number) => 1 / (1 + b / a / f)
  const rest = (f: number) => 1 / (1 + (a / b) * f)

  function tails(f: number): Tails {
    requireNumber('f', f)
    return f <= 0 ? NOTHING_BELOW : incompleteBeta(a, b, share(f), rest(f))
  }

  /** The f with P(F <= f) = p (or, for the upper tail, P(F > f) = p). */
  function quantile(p: number, tail: 'lower' | 'upper'): number {
    requireProbability('p', p)
    if (p > 0.5) return quantile(1 - p, tail === 'lower' ? 'upper' : 'lower')
    if (p === 0) return tail === 'lower' ? 0 : Infinity
    const logit = tail === 'lower' ? betaQuantileLogit(a, b, Math.log(p)) : -betaQuantileLogit(b, a, Math.log(p))
    return (b / a) * Math.exp(logit)
  }

  return {
    pdf: (f) => (f < 0 ? 0 : f === 0 ? densityAtZero(a) : Math.exp(logBetaTerm(a, b, share(f), rest(f))) / f),
    cdf: (f) => tails(f).lower,
    sf: (f) => tails(f).upper,
    logCdf: (f) => tails(f).logLower,
    logSf: (f) => tails(f).logUpper,
    ppf: (p) => quantile(p, 'lower'),
    isf: (p) => quantile(p, 'upper'),
  }
}

function densityAtZero(a: number): number {
  return a > 1 ? 0 : a < 1 ? Infinity : 1
}
