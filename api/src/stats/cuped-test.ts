import { type CoMoments, marginalMoments } from './co-moments.ts'
import { adjustedMoments, type CupedAdjustment } from './cuped.ts'
import { restingOn } from './effective-units.ts'
import type { InferenceOptions } from './inference-options.ts'
import { type Moments, sampleVariance } from './moments.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import type { TestResultWithLift } from './test-result.ts'
import { welchTTest } from './welch-t-test.ts'

export interface CupedTestOptions extends InferenceOptions {
  /**
   * Units on which each arm's mean rests: of a ratio the effective number of those with a denominator. Default: all of
   * the arm.
   */
  restsOn?: { control: number; treatment: number }
}

export interface CupedTestResult extends TestResultWithLift {
  /** share of the squared standard error that the covariates took away; below 0 where they add noise */
  varianceReduction: number
  /** of the difference without adjustment, by the same test */
  plainStandardError: number
  /** each arm's adjusted mean, with what it rests on */
  control: Moments
  treatment: Moments
}

/**
 * Tests whether the mean of the treatment differs from that of the control, after taking out of every user's value what
 * the covariates of the time before foretell.
 *
 * Assumptions: as `welchTTest` and `cupedAdjustment`, and many users against covariates: theta counts as known.
 * Formula: Welch's t on the adjusted moments. Fieller's set for the lift allows for the noise of the common centre of
 * the covariates, which the difference does not have. Of a ratio whose denominators few users have, the means rest on
 * those, as in `ratioTest`.
 *
 * Not computable: as `welchTTest`; `zeroVariance` also where the covariates explain everything. Errors: as `welchTTest`.
 *
 * See Deng, Xu, Kohavi and Walker (2013), "Improving the sensitivity of online controlled experiments by utilizing
 * pre-experiment data".
 *
 * @example
 * const control = coMomentsOf([[2, 3.5], [1, 2]])
 * const treatment = coMomentsOf([[3, 6], [1.5, 3]])
 * const result = cupedTest(control, treatment, cupedAdjustment([control, treatment]))
 * result.estimate // => 0.3653846154
 * result.varianceReduction // => 0.984615385
 */
export function cupedTest(
  control: CoMoments,
  treatment: CoMoments,
  adjustment: CupedAdjustment,
  options: CupedTestOptions = {},
): CupedTestResult | NotComputable {
  const { restsOn = { control: control.n, treatment: treatment.n } } = options
  const ofControl = restingOn(adjustedMoments(control, adjustment), restsOn.control)
  const ofTreatment = restingOn(adjustedMoments(treatment, adjustment), restsOn.treatment)
  const test = welchTTest(ofControl, ofTreatment, {
    ...options,
    commonStandardError: Math.sqrt(adjustment.commonVariance),
  })
  if (isNotComputable(test)) return test
  const { outcome } = adjustment
  const plain = [
    restingOn(marginalMoments(control, outcome), restsOn.control),
    restingOn(marginalMoments(treatment, outcome), restsOn.treatment),
  ].map(({ n, m2 }) => m2 / (n - 1) / n)
  const variance = sampleVariance(ofControl) / ofControl.n + sampleVariance(ofTreatment) / ofTreatment.n
  const without = plain[0]! + plain[1]!
  return {
    ...test,
    method: 'cuped',
    varianceReduction: 1 - variance / without,
    plainStandardError: Math.sqrt(without),
    control: ofControl,
    treatment: ofTreatment,
  }
}
