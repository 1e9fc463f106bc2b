import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { noncentralT } from './distributions/noncentral-t.ts'
import { normal } from './distributions/normal.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { stirlingRemainder } from './distributions/numerics/stirling-remainder.ts'
import { type InferenceOptions, type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { type Moments, requireMoments } from './moments.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { pooledDeviation } from './pooled-deviation.ts'

export interface StandardizedEffect {
  kind: 'computed'
  /** Cohen's d: the difference of means in standard deviations */
  cohensD: number
  /** Hedges' g: d without its small-sample bias */
  hedgesG: number
  /** of d; not computable beyond ten thousand standard deviations */
  confidenceInterval: ConfidenceInterval | NotComputable
}

/**
 * How large a difference of means is against the variation between users: Cohen's d and Hedges' g.
 *
 * Assumptions: normal values with equal variances. Formula: d = (mean_t - mean_c) / pooled standard deviation; g = J d
 * with J(m) = Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)), m = n_c + n_t - 2; interval: all d whose noncentral t
 * distribution does not put the observed pooled t into its outer alpha / 2.
 *
 * Not computable: `noUnits`, `tooFewUnits` (below three users together), `zeroVariance`, `outOfRange` (also of the
 * interval alone).
 * Errors: RangeError for moments no values can have, for a level outside (0, 1), an unknown alternative.
 *
 * See Hedges (1981), "Distribution theory for Glass's estimator of effect size and related estimators"; Steiger and
 * Fouladi (1997), "Noncentrality interval estimation and the evaluation of statistical models".
 *
 * @example
 * const effect = cohensD(momentsOf([1.5, 2.5]), momentsOf([3, 7]))
 * effect.cohensD // => 1.45521375
 * effect.hedgesG // => 0.82101644
 * effect.confidenceInterval.lower // => -1.01030511
 */
export function cohensD(
  control: Moments,
  treatment: Moments,
  options: InferenceOptions = {},
): StandardizedEffect | NotComputable {
  const resolved = resolveOptions(options)
  requireMoments('control', control)
  requireMoments('treatment', treatment)
  if (control.n < 1 || treatment.n < 1) return notComputable('noUnits')
  const m = control.n + treatment.n - 2
  if (m <= 0) return notComputable('tooFewUnits')
  const deviation = pooledDeviation(control, treatment)
  if (deviation === 0) return notComputable('zeroVariance')
  const d = (treatment.mean - control.mean) / deviation
  if (!Number.isFinite(d)) return notComputable('outOfRange')
  const scale = Math.sqrt(1 / control.n + 1 / treatment.n)
  return {
    kind: 'computed',
    cohensD: d,
    hedgesG: d * smallSampleFactor(m),
    confidenceInterval: Math.abs(d) > LARGEST_D ? notComputable('outOfRange') : intervalOfD(d, m, scale, resolved),
  }
}

/** Ten thousand standard deviations are no effect but a broken metric, and its interval would take seconds. */
const LARGEST_D = 1e4

/** So near a guess its own rounding decides. */
const ROUNDING = 1e-14

/** The noncentralities between which the observed t is not extreme, back in standard deviations. */
function intervalOfD(d: number, m: number, scale: number, options: ResolvedOptions): ConfidenceInterval {
  const t = d / scale
  const log = Math.log(options.tailAlpha)
  const spread = Math.sqrt(1 + (t * t) / (2 * m))
  const z = normal.isf(options.tailAlpha)
  // P(T <= t) is about that of a normal deviate (t (1 - 1 / 4 m) - ncp) / spread, off by powers of t / m: the first step.
  const centre = t * (1 - 1 / (4 * m))
  const step = Math.min(spread, ((z + 1) * t * t * (1 + Math.abs(t))) / (4 * m * m) + ROUNDING * (z + Math.abs(t)))
  // P(T > t) grows with the noncentrality, P(T <= t) falls with it.
  const lower = solveIncreasing((ncp) => noncentralT(m, ncp).logSf(t) - log, centre - z * spread, step)
  const upper = solveIncreasing((ncp) => log - noncentralT(m, ncp).logCdf(t), centre + z * spread, step)
  return intervalBetween(lower * scale, upper * scale, options)
}

/**
 * Hedges' J(m): what takes the small-sample bias out of Cohen's d, g = J d.
 *
 * Formula: Gamma(m / 2) / (sqrt(m / 2) Gamma((m - 1) / 2)), with Stirling's main terms cancelled by hand: the gamma
 * functions themselves overflow from m = 343 on. Domain: m = n_c + n_t - 2, at least 1.
 *
 * See Hedges (1981), "Distribution theory for Glass's estimator of effect size and related estimators".
 *
 * @example
 * smallSampleFactor(2) // => 0.564189584
 */
export function smallSampleFactor(m: number): number {
  if (m === 1) return 0
  const x = m / 2
  const mainTerms = -(x - 1.5) * Math.log1p(-0.5 / x) - 0.5
  return Math.exp(mainTerms + stirlingRemainder(x) - stirlingRemainder(x - 0.5))
}
