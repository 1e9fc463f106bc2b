import { discreteQuantile } from './discrete-quantile.ts'
import type { DiscreteDistribution } from './distribution.ts'
import { deviance } from './numerics/deviance.ts'
import { differenceOfProducts } from './numerics/difference-of-products.ts'
import { stirlingRemainder } from './numerics/stirling-remainder.ts'
import { mirrorTails, NOTHING_ABOVE, NOTHING_BELOW, type Tails, tailsFromLogLower } from './numerics/tails.ts'
import { requireCount, requireNumber } from './parameters.ts'

export interface Hypergeometric extends DiscreteDistribution {
  /** natural logarithm of P(X = k) */
  logPmf(k: number): number
  /** the smallest and the largest k with a positive probability */
  support: { low: number; high: number }
}

/** The number of marked units among `draws` drawn from `population` without replacement, when `marked` of all are. */
export function hypergeometric(population: number, marked: number, draws: number): Hypergeometric {
  requireCount('population', population)
  requireCount('marked', marked)
  requireCount('draws', draws)
  if (marked > population) throw new RangeError(`marked must be at most ${population}, got ${marked}`)
  if (draws > population) throw new RangeError(`draws must be at most ${population}, got ${draws}`)
  const unmarked = population - marked
  const low = Math.max(0, draws - unmarked)
  const high = Math.min(draws, marked)
  const mean = draws * (marked / population)

  function logPmf(k: number): number {
    if (!Number.isInteger(k) || k < low || k > high) return -Infinity
    return logProbabilityOf(k, population, marked, draws)
  }

  function tails(x: number): Tails {
    requireNumber('x', x)
    const k = Math.floor(x)
    if (k < low) return NOTHING_BELOW
    if (k >= high) return NOTHING_ABOVE
    if (k < mean) return tailsFromLogLower(logPmf(k) + Math.log(sumDownwards(k)))
    return mirrorTails(tailsFromLogLower(logPmf(k + 1) + Math.log(sumUpwards(k + 1))))
  }

  /** P(X <= k) / P(X = k), by the ratios of neighbouring probabilities. */
  function sumDownwards(k: number): number {
    let term = 1
    let sum = 1
    for (let i = k; i > low && term > sum * NEGLIGIBLE; i--) {
      term *= (i / (marked - i + 1)) * ((unmarked - draws + i) / (draws - i + 1))
      sum += term
    }
    return sum
  }

  /** P(X >= k) / P(X = k) */
  function sumUpwards(k: number): number {
    let term = 1
    let sum = 1
    for (let i = k; i < high && term > sum * NEGLIGIBLE; i++) {
      term *= ((marked - i) / (i + 1)) * ((draws - i) / (unmarked - draws + i + 1))
      sum += term
    }
    return sum
  }
  const cdf = (k: number) => tails(k).lower

  return {
    support: { low, high },
    pmf: (k) => Math.exp(logPmf(k)),
    logPmf,
    cdf,
    sf: (k) => tails(k).upper,
    logCdf: (k) => tails(k).logLower,
    logSf: (k) => tails(k).logUpper,
    ppf: (p) => discreteQuantile(cdf, p, low, high),
  }
}

/** Terms below this share of the sum do not change it, even taken together. */
const NEGLIGIBLE = 1e-20

/** C(marked, k) C(unmarked, draws - k) / C(population, draws), as Loader (2000) does the binomial. */
function logProbabilityOf(k: number, population: number, marked: number, draws: number): number {
  const unmarked = population - marked
  const left = population - draws
  const excess = differenceOfProducts(k, population, marked, draws) / population
  const drawn = draws / population
  const misfit =
    deviance(k, marked * drawn, excess) +
    deviance(marked - k, marked * (left / population), -excess) +
    deviance(draws - k, unmarked * drawn, -excess) +
    deviance(unmarked - draws + k, unmarked * (left / population), excess)
  return logCombinations(marked, k) + logCombinations(unmarked, draws - k) - logCombinations(population, draws) - misfit
}

/** The part of log C(n, k) that Stirling's main terms leave over. */
function logCombinations(n: number, k: number): number {
  return stirlingRemainder(n) - stirlingRemainder(k) - stirlingRemainder(n - k)
}
