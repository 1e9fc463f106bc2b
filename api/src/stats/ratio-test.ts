import type { CoMoments } from './co-moments.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import { pairWithFieller } from './pair-with-fieller.ts'
import { type RatioOptions, ratioOfMeans } from './ratio-of-means.ts'
import { satterthwaiteDegreesOfFreedom } from './satterthwaite.ts'
import type { TestResultWithLift } from './test-result.ts'
import { waldTest } from './wald-test.ts'

/**
 * Tests whether a ratio metric (revenue per order, clicks per view) differs between treatment and control.
 *
 * Assumptions: as `ratioOfMeans`; the arms independent. Formula: t = (R_t - R_c) / sqrt(v_t + v_c) with delta-method
 * variances, judged by Student's t with Satterthwaite's degrees of freedom; the lift's interval is Fieller's on the two
 * ratios with the same critical value, so p-value and both intervals never disagree. With few users who have a
 * denominator (orders), let it rest on those: by all users' number it finds effects that are not there.
 *
 * Not computable: as `ratioOfMeans`, and `zeroVariance` when neither ratio varies; the lift alone: `controlIsZero`.
 * Errors: RangeError for columns that do not exist, a level outside (0, 1), an unknown alternative.
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics: a practical guide with novel
 * ideas".
 *
 * @example
 * const control = coMomentsOf([[2, 0, 1, 3], [4, 2, 5, 5]])
 * const treatment = coMomentsOf([[4, 1, 2, 4], [6, 6, 5, 6]])
 * const result = ratioTest(control, treatment)
 * result.estimate // => 0.103260870
 * result.degreesOfFreedom // => 5.9956
 */
export function ratioTest(
  control: CoMoments,
  treatment: CoMoments,
  options: InferenceOptions & RatioOptions = {},
): TestResultWithLift | NotComputable {
  const resolved = resolveOptions(options)
  const ofControl = ratioOfMeans(control, options)
  const ofTreatment = ratioOfMeans(treatment, options)
  if (isNotComputable(ofControl)) return ofControl
  if (isNotComputable(ofTreatment)) return ofTreatment
  const standardError = Math.sqrt(ofControl.variance + ofTreatment.variance)
  if (standardError === 0) return notComputable('zeroVariance')
  const test = waldTest('ratioDelta', ofTreatment.ratio - ofControl.ratio, standardError, {
    ...resolved,
    degreesOfFreedom: satterthwaiteDegreesOfFreedom(ofControl, ofTreatment),
  })
  return pairWithFieller(
    test,
    { value: ofControl.ratio, standardError: Math.sqrt(ofControl.variance) },
    { value: ofTreatment.ratio, standardError: Math.sqrt(ofTreatment.variance) },
    resolved,
  )
}
