import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'

/**
 * Wilson's score interval of one conversion rate: all rates that the z test with its own standard error does not
 * reject.
 *
 * Assumptions: users independent. Formula: all p with (x - n p)^2 <= z^2 n p (1 - p); no continuity correction.
 *
 * Not computable: `noUnits`. Errors: RangeError for counts that are not whole, a level outside (0, 1), an unknown
 * alternative.
 *
 * See Wilson (1927), "Probable inference, the law of succession, and statistical inference".
 *
 * @example
 * const interval = wilsonInterval({ successes: 48, n: 80 })
 * interval.lower // => 0.490454650
 * interval.upper // => 0.700381724
 */
export function wilsonInterval(arm: Proportion, options: InferenceOptions = {}): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('arm', arm)
  if (arm.n === 0) return notComputable('noUnits')
  const [lower, upper] = wilsonLimits(arm, normal.isf(resolved.tailAlpha))
  return intervalBetween(lower, upper, resolved)
}

/** The two roots of the quadratic; the lower one from the product of both, which does not cancel. Domain: n >= 1. */
export function wilsonLimits({ successes, n }: Proportion, z: number): [lower: number, upper: number] {
  const z2 = z * z
  const larger = successes + z2 / 2 + z * Math.sqrt(successes * ((n - successes) / n) + z2 / 4)
  const upper = successes === n ? 1 : larger / (n + z2)
  return [(successes * (successes / n)) / larger, upper]
}
