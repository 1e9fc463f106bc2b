import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { beta } from './distributions/beta.ts'
import { resolveOptions } from './inference-options.ts'
import { type Proportion, requireProportion } from './proportion.ts'

/** What was believed of a rate before the data: Beta(alpha, beta). (1, 1) is uniform, (0.5, 0.5) Jeffreys'. */
export interface BetaPrior {
  /** above 0 */
  alpha: number
  /** above 0 */
  beta: number
}

export interface BetaShapes {
  alpha: number
  beta: number
}

/** What is believed of a rate after the data. */
export interface BetaPosterior extends BetaShapes {
  mean: number
  standardDeviation: number
}

/**
 * The posterior of a conversion rate: Beta(alpha + successes, beta + failures).
 *
 * Assumptions: users independent. Errors: RangeError for counts that are not whole, shapes not above 0.
 *
 * See Gelman and others (2013), "Bayesian data analysis", section 2.4.
 *
 * @example
 * betaPosterior({ successes: 30, n: 400 }).mean // => 0.07711442786
 */
export function betaPosterior(arm: Proportion, prior: BetaPrior = { alpha: 1, beta: 1 }): BetaPosterior {
  requireProportion('arm', arm)
  for (const [name, shape] of Object.entries(prior)) {
    if (!(shape > 0 && shape < Infinity)) throw new RangeError(`the prior's ${name} must be above 0, got ${shape}`)
  }
  const [a, b] = [prior.alpha + arm.successes, prior.beta + (arm.n - arm.successes)]
  const mean = a / (a + b)
  return { alpha: a, beta: b, mean, standardDeviation: Math.sqrt((mean * (b / (a + b))) / (a + b + 1)) }
}

/**
 * The equal-tailed credible interval of one rate. Errors: RangeError for a level outside (0, 1).
 *
 * @example
 * const interval = betaCredibleInterval(betaPosterior({ successes: 0, n: 30 }))
 * interval.upper // => 0.112188747
 */
export function betaCredibleInterval({ alpha, beta: b }: BetaPosterior, level = 0.95): ConfidenceInterval {
  const options = resolveOptions({ level })
  const distribution = beta(alpha, b)
  return intervalBetween(distribution.ppf(options.tailAlpha), distribution.isf(options.tailAlpha), options)
}

/** log of x (1 - x) at the logit u. */
export function logProduct(u: number): number {
  const size = Math.abs(u)
  return -size - 2 * Math.log1p(Math.exp(-size))
}

/** About where a posterior is on the scale of the logit, and how wide. */
export function logitOf({ alpha: a, beta: b }: BetaShapes): { start: number; scale: number } {
  return { start: Math.log(a / b), scale: Math.sqrt(1 / a + 1 / b) }
}
