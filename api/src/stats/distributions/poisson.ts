import { discreteQuantile } from './discrete-quantile.ts'
import type { DiscreteDistribution } from './distribution.ts'
import { deviance } from './numerics/deviance.ts'
import { incompleteGamma } from './numerics/incomplete-gamma.ts'
import { stirlingRemainder } from './numerics/stirling-remainder.ts'
import { mirrorTails, NOTHING_BELOW, type Tails } from './numerics/tails.ts'
import { requireNumber, requirePositive } from './parameters.ts'

/** The number of events when they happen independently, `mean` of them on average. */
export function poisson(mean: number): DiscreteDistribution {
  requirePositive('mean', mean)

  /** P(X <= k) is P(Y > mean) for Y ~ Gamma(k + 1, 1). */
  function tails(x: number): Tails {
    requireNumber('x', x)
    const k = Math.floor(x)
    return k < 0 ? NOTHING_BELOW : mirrorTails(incompleteGamma(k + 1, mean))
  }
  const cdf = (k: number) => tails(k).lower

  function ppf(p: number): number {
    if (p === 1) return Infinity
    let high = Math.ceil(mean) + 1
    while (cdf(high) < p) high *= 2
    return discreteQuantile(cdf, p, 0, high)
  }

  return {
    pmf: (k) => (Number.isInteger(k) && k >= 0 ? Math.exp(-deviance(k, mean) - stirlingRemainder(k)) : 0),
    cdf,
    sf: (k) => tails(k).upper,
    logCdf: (k) => tails(k).logLower,
    logSf: (k) => tails(k).logUpper,
    ppf,
  }
}
