import { discreteQuantile } from './discrete-quantile.ts'
import type { DiscreteDistribution } from './distribution.ts'
import { deviance } from './numerics/deviance.ts'
import { incompleteBeta } from './numerics/incomplete-beta.ts'
import { stirlingRemainder } from './numerics/stirling-remainder.ts'
import { NOTHING_ABOVE, NOTHING_BELOW, type Tails } from './numerics/tails.ts'
import { requireCount, requireNumber, requireProbability } from './parameters.ts'

/** The number of successes among n independent trials that each succeed with probability p. */
export function binomial(n: number, p: number): DiscreteDistribution {
  requireCount('n', n)
  requireProbability('p', p)
  const q = 1 - p

  /** P(X <= k) is P(Y >= p) for Y ~ Beta(k + 1, n - k). */
  function tails(x: number): Tails {
    requireNumber('x', x)
    const k = Math.floor(x)
    if (k < 0) return NOTHING_BELOW
    return k >= n ? NOTHING_ABOVE : incompleteBeta(n - k, k + 1, q, p)
  }
  const cdf = (k: number) => tails(k).lower

  return {
    pmf: (k) => (Number.isInteger(k) && k >= 0 && k <= n ? probabilityOf(k, n, p, q) : 0),
    cdf,
    sf: (k) => tails(k).upper,
    logCdf: (k) => tails(k).logLower,
    logSf: (k) => tails(k).logUpper,
    ppf: (probability) => discreteQuantile(cdf, probability, 0, n),
  }
}

/** See Loader (2000), "Fast and accurate computation of binomial probabilities". */
function probabilityOf(k: number, n: number, p: number, q: number): number {
  const excess = k - n * p
  const misfit = deviance(k, n * p, excess) + deviance(n - k, n * q, -excess)
  return Math.exp(stirlingRemainder(n) - stirlingRemainder(k) - stirlingRemainder(n - k) - misfit)
}
