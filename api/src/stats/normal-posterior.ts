import { type ConfidenceInterval, hasFiniteEnds, intervalAround } from './confidence-interval.ts'
import { continuedFraction } from './distributions/numerics/continued-fraction.ts'
import { normal } from './distributions/normal.ts'
import { resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** What was believed of an effect before the data: normal about a mean. */
export interface NormalPrior {
  mean: number
  /** above 0 */
  variance: number
}

/** What is believed of an effect after the data. */
export interface NormalPosterior {
  kind: 'computed'
  mean: number
  standardDeviation: number
  /** probability that the effect is above 0, and below */
  chanceToWin: number
  chanceToLose: number
  /** base-10 logarithms of both */
  log10ChanceToWin: number
  log10ChanceToLose: number
  /** what choosing the treatment (or the control) costs on average, in units of the effect: 0 where it is right */
  expectedLossOfTreatment: number
  expectedLossOfControl: number
  /** equal tails */
  credibleInterval: ConfidenceInterval
}

/**
 * The posterior of an effect that was estimated with a known standard error.
 *
 * Assumptions: the estimate is (nearly) normal about the effect. Formula: precision = 1 / se^2 + 1 / prior variance;
 * mean = (estimate / se^2 + prior mean / prior variance) / precision; a flat prior (null) leaves estimate and standard
 * error as they are. With a standard error of 0 nothing was measured: the posterior is the prior.
 *
 * Not computable: `zeroVariance` for a standard error of 0 with a flat prior, `outOfRange`.
 * Errors: RangeError for a level outside (0, 1), a negative standard error, a prior variance not above 0.
 *
 * See Gelman and others (2013), "Bayesian data analysis", section 2.5.
 *
 * @example
 * const posterior = normalPosterior(0.08, 0.04, { mean: 0, variance: 0.0025 })
 * posterior.mean // => 0.048780488
 * posterior.chanceToWin // => 0.94083
 */
export function normalPosterior(
  estimate: number,
  standardError: number,
  prior: NormalPrior | null,
  level = 0.95,
): NormalPosterior | NotComputable {
  const options = resolveOptions({ level })
  if (!(standardError >= 0)) throw new RangeError(`standardError must be at least 0, got ${standardError}`)
  if (prior !== null && !(prior.variance > 0 && prior.variance < Infinity)) {
    throw new RangeError(`the prior's variance must be above 0, got ${prior.variance}`)
  }
  const { mean, standardDeviation } = combined(estimate, standardError, prior)
  if (standardDeviation === 0) return notComputable('zeroVariance')
  const z = mean / standardDeviation
  const credibleInterval = intervalAround(mean, standardDeviation, normal, options)
  if (!Number.isFinite(z) || !Number.isFinite(z * z) || !hasFiniteEnds(credibleInterval))
    return notComputable('outOfRange')
  return {
    kind: 'computed',
    mean,
    standardDeviation,
    chanceToWin: normal.cdf(z),
    chanceToLose: normal.sf(z),
    log10ChanceToWin: normal.logCdf(z) / Math.LN10 + 0,
    log10ChanceToLose: normal.logSf(z) / Math.LN10 + 0,
    expectedLossOfTreatment: standardDeviation * expectedShortfall(z),
    expectedLossOfControl: standardDeviation * expectedShortfall(-z),
    credibleInterval,
  }
}

function combined(estimate: number, standardError: number, prior: NormalPrior | null) {
  if (prior === null) return { mean: estimate, standardDeviation: standardError }
  const priorDeviation = Math.sqrt(prior.variance)
  if (standardError === 0) return { mean: prior.mean, standardDeviation: priorDeviation }
  // In shares of the larger of the two, so that no square over- or underflows.
  const larger = Math.max(standardError, priorDeviation)
  const [s, p] = [standardError / larger, priorDeviation / larger]
  const weight = (p * p) / (s * s + p * p)
  return {
    mean: weight * estimate + ((s * s) / (s * s + p * p)) * prior.mean,
    standardDeviation: standardError * Math.sqrt(weight),
  }
}

/** Where the plain expression begins to cancel. */
const FAR = 2

/** E[max(-Z - z, 0)] for a standard normal Z: density(z) - z P(Z > z), without the digits that this cancels. */
function expectedShortfall(z: number): number {
  if (z < FAR) return normal.pdf(z) - z * normal.sf(z)
  // P(Z > z) = density(z) / (z + k), so that what is left is density(z) k / (z + k).
  const k = continuedFraction(
    (i) => (i === 1 ? 1 : i),
    (i) => (i === 0 ? 0 : z),
  )
  return (normal.pdf(z) * k) / (z + k)
}
