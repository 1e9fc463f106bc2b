import { endAtNoEffect } from './agree-with-p-value.ts'
import type { ArmEstimate } from './fieller-lift.ts'
import { type InferenceOptions, type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { logLiftInterval } from './log-lift.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import type { RelativeEffect, TestResultWithLift } from './test-result.ts'
import { waldTest } from './wald-test.ts'

/**
 * Tests whether a quantile (the median, the 90th percentile) of the treatment differs from that of the control, from the
 * two quantiles and their standard errors as `quantileEstimate` gives them.
 *
 * Assumptions: the arms independent; many users on both sides of the quantile. Formula: z = (q_t - q_c) / sqrt(se_t^2 +
 * se_c^2), judged by the normal distribution. The interval of the lift is symmetric on the log scale, where a quantile
 * is nearer to normal; where it and the test decide otherwise about "no effect" it ends there.
 *
 * Not computable: `zeroVariance`, `outOfRange`; the lift alone: `controlIsZero`, and `notPositive` unless both quantiles
 * have one sign. Errors: RangeError for a level outside (0, 1), an unknown alternative.
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics: a practical guide with novel
 * ideas".
 *
 * @example
 * const result = quantileDifferenceTest({ value: 10, standardError: 0.5 }, { value: 12, standardError: 0.5 })
 * result.statistic // => 2.828427
 * result.relativeEffect.estimate // => 0.2
 * result.relativeEffect.confidenceInterval.lower // => 0.0562834
 */
export function quantileDifferenceTest(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: InferenceOptions = {},
): TestResultWithLift | NotComputable {
  const resolved = resolveOptions(options)
  const standardError = Math.hypot(control.standardError, treatment.standardError)
  const test = waldTest('quantileDifference', treatment.value - control.value, standardError, resolved)
  if (isNotComputable(test)) return test
  return { ...test, relativeEffect: logLift(control, treatment, test.pValue, resolved) }
}

function logLift(
  control: ArmEstimate,
  treatment: ArmEstimate,
  pValue: number,
  options: ResolvedOptions,
): RelativeEffect | NotComputable {
  if (control.value === 0) return notComputable('controlIsZero')
  const estimate = (treatment.value - control.value) / Math.abs(control.value)
  const interval = logLiftInterval(control, treatment, options)
  if (isNotComputable(interval)) return interval
  if (!Number.isFinite(estimate)) return notComputable('outOfRange')
  return { kind: 'computed', estimate, confidenceInterval: endAtNoEffect(interval, pValue, options.alpha) }
}
