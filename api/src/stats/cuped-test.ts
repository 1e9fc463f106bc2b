import type { CoMoments } from './co-moments.ts'
import { adjustedMoments, type CupedAdjustment } from './cuped.ts'
import type { InferenceOptions } from './inference-options.ts'
import { sampleVariance } from './moments.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import type { TestResultWithLift } from './test-result.ts'
import { welchTTest } from './welch-t-test.ts'

export interface CupedTestResult extends TestResultWithLift {
  /** share of the squared standard error that the covariates took away; below 0 where they add noise */
  varianceReduction: number
}

/**
 * Tests whether the mean of the treatment differs from that of the control, after taking out of every user's value what
 * the covariates of the time before foretell.
 *
 * Assumptions: as `welchTTest` and `cupedAdjustment`, and many users against covariates: theta counts as known.
 * Formula: Welch's t on the adjusted moments. Fieller's set for the lift allows for the noise of the common centre of
 * the covariates, which the difference does not have.
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
  options: InferenceOptions = {},
): CupedTestResult | NotComputable {
  const [ofControl, ofTreatment] = [adjustedMoments(control, adjustment), adjustedMoments(treatment, adjustment)]
  const test = welchTTest(ofControl, ofTreatment, {
    ...options,
    commonStandardError: Math.sqrt(adjustment.commonVariance),
  })
  if (isNotComputable(test)) return test
  const { outcome } = adjustment
  const plain = [control, treatment].map((arm) => arm.coMoments[outcome]![outcome]! / (arm.n - 1) / arm.n)
  const variance = sampleVariance(ofControl) / ofControl.n + sampleVariance(ofTreatment) / ofTreatment.n
  return { ...test, method: 'cuped', varianceReduction: 1 - variance / (plain[0]! + plain[1]!) }
}
