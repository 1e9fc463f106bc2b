import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type Moments, requireMoments } from './moments.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { pairWithFieller } from './pair-with-fieller.ts'
import { pooledDeviation } from './pooled-deviation.ts'
import type { TestResultWithLift } from './test-result.ts'
import { waldTest } from './wald-test.ts'

/**
 * Tests whether the mean of the treatment differs from that of the control, assuming that both arms vary equally.
 *
 * Welch's test is the default: it costs almost nothing when the variances are equal and stays right when they are not.
 *
 * Assumptions: users independent; equal variances; means nearly normal.
 * Formula: t = (mean_t - mean_c) / (s sqrt(1 / n_c + 1 / n_t)) with s the pooled standard deviation, judged by
 * Student's t with n_c + n_t - 2 degrees of freedom; the lift's interval is Fieller's with the same critical value.
 *
 * Not computable: `noUnits` when an arm is empty, `tooFewUnits` below three users together, `zeroVariance` when neither
 * arm varies; the lift alone: `controlIsZero`. Errors: as `welchTTest`.
 *
 * See Student (1908), "The probable error of a mean".
 *
 * @example
 * const result = studentTTest(momentsOf([1.5, 2.5]), momentsOf([3, 7]))
 * result.statistic // => 1.45521375
 * result.degreesOfFreedom // => 2
 * result.pValue // => 0.28286283
 */
export function studentTTest(
  control: Moments,
  treatment: Moments,
  options: InferenceOptions = {},
): TestResultWithLift | NotComputable {
  const resolved = resolveOptions(options)
  requireMoments('control', control)
  requireMoments('treatment', treatment)
  if (control.n < 1 || treatment.n < 1) return notComputable('noUnits')
  const degreesOfFreedom = control.n + treatment.n - 2
  if (degreesOfFreedom <= 0) return notComputable('tooFewUnits')
  const deviation = pooledDeviation(control, treatment)
  const standardError = deviation * Math.sqrt(1 / control.n + 1 / treatment.n)
  const test = waldTest('studentT', treatment.mean - control.mean, standardError, { ...resolved, degreesOfFreedom })
  return pairWithFieller(
    test,
    { value: control.mean, standardError: deviation / Math.sqrt(control.n) },
    { value: treatment.mean, standardError: deviation / Math.sqrt(treatment.n) },
    resolved,
  )
}
