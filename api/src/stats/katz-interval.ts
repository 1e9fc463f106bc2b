import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'

/**
 * Katz's interval for the ratio of two conversion rates, treatment over control, symmetric on the log scale. Simple,
 * and for few conversions less reliable than Koopman's.
 *
 * Assumptions: users independent, many conversions. Formula: ratio x exp(-+ z sqrt(1/x_t - 1/n_t + 1/x_c - 1/n_c)).
 *
 * Not computable: `zeroCount` when an arm has no success. Errors: RangeError for counts that are not whole, a level
 * outside (0, 1), an unknown alternative.
 *
 * See Katz, Baptista, Azen and Pike (1978), "Obtaining confidence intervals for the risk ratio in cohort studies".
 *
 * @example
 * const interval = katzInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * interval.lower // => 1.07662642
 * interval.upper // => 1.65124851
 */
export function katzInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.successes === 0 || treatment.successes === 0) return notComputable('zeroCount')
  const ratio = treatment.successes / treatment.n / (control.successes / control.n)
  const error = Math.sqrt(logVariance(treatment) + logVariance(control))
  const factor = Math.exp(normal.isf(resolved.tailAlpha) * error)
  return intervalBetween(ratio / factor, ratio * factor, resolved)
}

/** 1/x - 1/n, of the log of a rate. */
function logVariance({ successes, n }: Proportion): number {
  return (n - successes) / n / successes
}
