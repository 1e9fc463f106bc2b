import type { ConfidenceInterval } from './confidence-interval.ts'
import type { InferenceOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { waldDifferenceInterval } from './two-proportion-z-test.ts'

/**
 * Agresti and Caffo's interval for the difference of two conversion rates: Wald's after adding one success and one
 * failure to each arm. May reach beyond -1 and 1. Inverts no test of the counts as they are.
 *
 * Assumptions: users independent. Not computable: `noUnits`.
 * Errors: RangeError for counts that are not whole, a level outside (0, 1), an unknown alternative.
 *
 * See Agresti and Caffo (2000), "Simple and effective confidence intervals for proportions and differences of
 * proportions result from adding two successes and two failures".
 *
 * @example
 * agrestiCaffoInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 }).lower // => 0.0524529266
 */
export function agrestiCaffoInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  return waldDifferenceInterval(oneOfEachMore(control), oneOfEachMore(treatment), options)
}

function oneOfEachMore({ successes, n }: Proportion): Proportion {
  return { successes: successes + 1, n: n + 2 }
}
