import { agreeWithPValue } from './agree-with-p-value.ts'
import { normal } from './distributions/normal.ts'
import { studentT } from './distributions/student-t.ts'
import { type ArmEstimate, fiellerLift } from './fieller-lift.ts'
import type { ResolvedOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import type { RelativeEffect, TestResult, TestResultWithLift } from './test-result.ts'

/**
 * Adds to a test of a difference the lift whose interval inverts the same test: Fieller's at its critical value.
 *
 * @param commonStandardError of noise that both estimates share beside their own
 */
export function pairWithFieller(
  test: TestResult | NotComputable,
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: ResolvedOptions,
  commonStandardError = 0,
): TestResultWithLift | NotComputable {
  if (isNotComputable(test)) return test
  return { ...test, relativeEffect: pairedLift(test, control, treatment, options, commonStandardError) }
}

function pairedLift(
  { degreesOfFreedom, pValue }: TestResult,
  control: ArmEstimate,
  treatment: ArmEstimate,
  { level, alternative, alpha, tailAlpha }: ResolvedOptions,
  commonStandardError: number,
): RelativeEffect | NotComputable {
  if (control.value === 0) return notComputable('controlIsZero')
  const reference = degreesOfFreedom === null ? normal : studentT(degreesOfFreedom)
  const criticalValue = reference.isf(tailAlpha)
  const lift = fiellerLift(control, treatment, { level, alternative, criticalValue, commonStandardError })
  if (isNotComputable(lift)) return lift
  const { kind, estimate, confidenceInterval } = lift
  return { kind, estimate, confidenceInterval: agreeWithPValue(confidenceInterval, pValue, alpha) }
}
