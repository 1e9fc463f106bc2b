import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type Moments, requireMoments, sampleVariance } from './moments.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { pairWithFieller } from './pair-with-fieller.ts'
import { satterthwaiteDegreesOfFreedom } from './satterthwaite.ts'
import type { TestResultWithLift } from './test-result.ts'
import { waldTest } from './wald-test.ts'

export interface WelchOptions extends InferenceOptions {
  /** of noise that both means share: it leaves the difference and stays in the lift. Default 0 */
  commonStandardError?: number
}

/**
 * Tests whether the mean of the treatment differs from that of the control, without assuming equal variances.
 *
 * Assumptions: users independent; means nearly normal (hundreds of users, or values without heavy tails).
 * Formula: t = (mean_t - mean_c) / sqrt(var_t / n_t + var_c / n_c), judged by Student's t with Satterthwaite's degrees
 * of freedom; the interval of the difference is the t interval, that of the lift is Fieller's with the same critical
 * value, so p-value and both intervals never disagree.
 *
 * Not computable: `tooFewUnits` below two users in an arm, `zeroVariance` when neither arm varies; the lift alone:
 * `controlIsZero`. Errors: RangeError for moments no values can have, for a level outside (0, 1), an unknown
 * alternative.
 *
 * See Welch (1947), "The generalization of 'Student's' problem when several different population variances are
 * involved".
 *
 * @example
 * const control = momentsFromVariance({ n: 1520, mean: 12.25, variance: 81.5 })
 * const treatment = momentsFromVariance({ n: 1490, mean: 13.125, variance: 90.25 })
 * const result = welchTTest(control, treatment)
 * result.estimate // => 0.875
 * result.pValue // => 0.0096614193
 * result.confidenceInterval.lower // => 0.21242
 * result.relativeEffect.estimate // => 0.0714285714
 */
export function welchTTest(
  control: Moments,
  treatment: Moments,
  options: WelchOptions = {},
): TestResultWithLift | NotComputable {
  const resolved = resolveOptions(options)
  requireMoments('control', control)
  requireMoments('treatment', treatment)
  if (control.n < 2 || treatment.n < 2) return notComputable('tooFewUnits')
  const variances = [control, treatment].map((arm) => ({ variance: sampleVariance(arm) / arm.n, n: arm.n }))
  const [ofControl, ofTreatment] = variances as [(typeof variances)[0], (typeof variances)[0]]
  const standardError = Math.sqrt(ofControl.variance + ofTreatment.variance)
  if (standardError === 0) return notComputable('zeroVariance')
  const test = waldTest('welchT', treatment.mean - control.mean, standardError, {
    ...resolved,
    degreesOfFreedom: satterthwaiteDegreesOfFreedom(ofControl, ofTreatment),
  })
  return pairWithFieller(
    test,
    { value: control.mean, standardError: Math.sqrt(ofControl.variance) },
    { value: treatment.mean, standardError: Math.sqrt(ofTreatment.variance) },
    resolved,
    options.commonStandardError,
  )
}
