import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { beta } from './distributions/beta.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'

/**
 * Clopper and Pearson's exact interval of one conversion rate: never covers less than it promises, usually more.
 *
 * Assumptions: users independent. Formula: the rates at which so many successes or more (or fewer) have probability
 * alpha / 2 each, as quantiles of beta distributions; 0 and 1 where there are no successes or no failures.
 *
 * Not computable: `noUnits`. Errors: RangeError for counts that are not whole, a level outside (0, 1), an unknown
 * alternative.
 *
 * See Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial".
 *
 * @example
 * const interval = clopperPearsonInterval({ successes: 48, n: 80 })
 * interval.lower // => 0.484376940
 * interval.upper // => 0.707990644
 */
export function clopperPearsonInterval(
  arm: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('arm', arm)
  const { successes, n } = arm
  if (n === 0) return notComputable('noUnits')
  const failures = n - successes
  const lower = successes === 0 ? 0 : beta(successes, failures + 1).ppf(resolved.tailAlpha)
  const upper = failures === 0 ? 1 : beta(successes + 1, failures).isf(resolved.tailAlpha)
  return intervalBetween(lower, upper, resolved)
}
