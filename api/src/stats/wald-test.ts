import { agreeWithPValue } from './agree-with-p-value.ts'
import { hasFiniteEnds, intervalAround } from './confidence-interval.ts'
import type { ContinuousDistribution } from './distributions/distribution.ts'
import { normal } from './distributions/normal.ts'
import { studentT } from './distributions/student-t.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { symmetricPValue } from './p-value.ts'
import type { TestResult } from './test-result.ts'

export interface WaldOptions extends InferenceOptions {
  /** of Student's t as reference distribution; without it the normal distribution is the reference */
  degreesOfFreedom?: number
}

/**
 * Tests whether an effect is zero from the effect and its standard error alone, and gives the interval that goes with
 * it.
 *
 * Assumptions: the estimate is (nearly) normally distributed around the true effect.
 * Formula: statistic = estimate / standardError, judged by Student's t or the normal distribution; interval = estimate
 * -+ critical value x standardError.
 *
 * Domains: estimate any number, standardError >= 0, degreesOfFreedom > 0.
 * Not computable: `zeroVariance` when the standard error is 0, `outOfRange` when a number overflows.
 * Errors: RangeError for a level outside (0, 1), an unknown alternative, or degreesOfFreedom <= 0.
 *
 * See Wald (1943), "Tests of statistical hypotheses concerning several parameters when the number of observations is
 * large".
 *
 * @example
 * const result = waldTest('example', 1.2, 0.5)
 * result.statistic // => 2.4
 * result.pValue // => 0.01639507
 * result.confidenceInterval.lower // => 0.2200180
 */
export function waldTest(
  method: string,
  estimate: number,
  standardError: number,
  options: WaldOptions = {},
): TestResult | NotComputable {
  const resolved = resolveOptions(options)
  const { degreesOfFreedom = null } = options
  const reference: ContinuousDistribution = degreesOfFreedom === null ? normal : studentT(degreesOfFreedom)
  if (standardError === 0) return notComputable('zeroVariance')
  const statistic = estimate / standardError
  if (!Number.isFinite(statistic)) return notComputable('outOfRange')
  const p = symmetricPValue(reference, statistic, resolved.alternative)
  const interval = intervalAround(estimate, standardError, reference, resolved)
  if (!Number.isFinite(p.log10PValue) || !hasFiniteEnds(interval)) return notComputable('outOfRange')
  return {
    kind: 'computed',
    method,
    alternative: resolved.alternative,
    estimate,
    standardError,
    statistic,
    degreesOfFreedom,
    ...p,
    confidenceInterval: agreeWithPValue(interval, p.pValue, resolved.alpha),
  }
}
