import { type NotComputable, notComputable } from './not-computable.ts'

/** The difference at a look and its variance: var_t / n_t + var_c / n_c. */
export interface SequentialEstimate {
  estimate: number
  variance: number
}

export interface MixtureOptions {
  /** Variance of the effects that the test is tuned to, in squared units of the estimate: above 0. */
  mixingVariance: number
  /** default 0.05 */
  alpha?: number
}

/** What the test says at a look. */
export interface MixtureLook {
  /** Natural logarithm of the likelihood ratio of "some effect" to "none". */
  logRatio: number
  /** At this look alone. */
  pValue: number
  log10PValue: number
  /** The least so far: may be read at any time, however often one looks. */
  alwaysValidPValue: number
  log10AlwaysValidPValue: number
  halfWidth: number
  interval: { lower: number; upper: number }
  /** What is common to all intervals so far; null when that is nothing. */
  runningInterval: { lower: number; upper: number } | null
}

/**
 * The mixture sequential probability ratio test: a test of "no difference" that may be looked at after every user.
 *
 * Assumptions: the estimate is nearly normal at every look, its variance as good as known.
 * Formula: the likelihood of the estimate d under effects spread as N(0, tau^2), divided by that under no effect:
 * sqrt(V / (V + tau^2)) exp(tau^2 d^2 / (2 V (V + tau^2))). Its inverse is a p-value that is valid at any time.
 *
 * Domains: mixingVariance > 0, alpha in (0, 1), variances >= 0. Not computable: `zeroVariance` when a look has none,
 * `outOfRange` when a number overflows. Errors: RangeError.
 *
 * See Johari, Koomen, Pekelis and Walsh (2022), "Always valid inference: continuous monitoring of A/B tests"; Robbins
 * (1970), "Statistical methods related to the law of the iterated logarithm".
 *
 * @example
 * const [look] = mixtureSequentialTest([{ estimate: 1, variance: 0.625 }], { mixingVariance: 1, alpha: 0.1 }).looks
 * look.pValue // => 0.985553398
 * look.interval.upper // => 3.376461084
 */
export function mixtureSequentialTest(
  looks: SequentialEstimate[],
  { mixingVariance, alpha = 0.05 }: MixtureOptions,
): { kind: 'computed'; looks: MixtureLook[] } | NotComputable {
  if (!(mixingVariance > 0 && mixingVariance < Infinity)) {
    throw new RangeError(`mixingVariance must be a positive number, got ${mixingVariance}`)
  }
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`)
  const results: MixtureLook[] = []
  for (const look of looks) {
    requireLook(look)
    if (look.variance === 0) return notComputable('zeroVariance')
    const result = next(look, mixingVariance, alpha, results.at(-1))
    const numbers = [result.logRatio, result.halfWidth, result.interval.lower, result.interval.upper]
    if (!numbers.every(Number.isFinite)) return notComputable('outOfRange')
    results.push(result)
  }
  return { kind: 'computed', looks: results }
}

function next(
  { estimate, variance }: SequentialEstimate,
  mixingVariance: number,
  alpha: number,
  before: MixtureLook | undefined,
): MixtureLook {
  // log((V + tau^2) / V), which stays exact where tau^2 is far below V.
  const logSpread = Math.log1p(mixingVariance / variance)
  const shrinkage = 1 / (1 + variance / mixingVariance)
  const z = estimate / Math.sqrt(variance)
  const logRatio = (shrinkage * z * z - logSpread) / 2
  const halfWidth = Math.sqrt(variance) * Math.sqrt((2 / shrinkage) * (logSpread / 2 - Math.log(alpha)))
  const log10PValue = Math.min(0, -logRatio / Math.LN10) + 0
  const pValue = Math.min(1, Math.exp(-logRatio))
  const interval = { lower: estimate - halfWidth, upper: estimate + halfWidth }
  return {
    logRatio,
    pValue,
    log10PValue,
    alwaysValidPValue: Math.min(pValue, before?.alwaysValidPValue ?? 1),
    log10AlwaysValidPValue: Math.min(log10PValue, before?.log10AlwaysValidPValue ?? 0),
    halfWidth,
    interval,
    runningInterval: before === undefined ? interval : intersection(before.runningInterval, interval),
  }
}

function intersection(one: MixtureLook['runningInterval'], other: MixtureLook['interval']): typeof one {
  if (one === null) return null
  const lower = Math.max(one.lower, other.lower)
  const upper = Math.min(one.upper, other.upper)
  return lower <= upper ? { lower, upper } : null
}

function requireLook({ estimate, variance }: SequentialEstimate): void {
  if (!Number.isFinite(estimate)) throw new RangeError(`estimate must be a finite number, got ${estimate}`)
  if (!(variance >= 0 && variance < Infinity)) throw new RangeError(`variance must be at least 0, got ${variance}`)
}
