import { agreeWithPValue } from './agree-with-p-value.ts'
import { type ConfidenceInterval, hasFiniteEnds, intervalAround } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import type { ArmEstimate } from './fieller-lift.ts'
import { type InferenceOptions, type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import type { TestResult } from './test-result.ts'
import { waldTest } from './wald-test.ts'

export interface LogRatio {
  kind: 'computed'
  /** log(treatment / control) */
  estimate: number
  standardError: number
}

/**
 * The logarithm of treatment over control with its delta-method standard error.
 *
 * Assumptions: both estimates nearly normal and independent, both far from zero and of the same sign.
 * Formula: log(treatment / control); se = sqrt((se_t / treatment)^2 + (se_c / control)^2).
 *
 * Not computable: `controlIsZero`, `notPositive` unless treatment / control > 0, `outOfRange`.
 *
 * See Katz, Baptista, Azen and Pike (1978), "Obtaining confidence intervals for the risk ratio in cohort studies".
 *
 * @example
 * logRatio({ value: 10, standardError: 0.5 }, { value: 12, standardError: 0.5 }).estimate // => 0.182321557
 */
export function logRatio(control: ArmEstimate, treatment: ArmEstimate): LogRatio | NotComputable {
  if (control.value === 0) return notComputable('controlIsZero')
  const relativeDifference = (treatment.value - control.value) / control.value
  if (!(relativeDifference > -1)) return notComputable('notPositive')
  const estimate = Math.log1p(relativeDifference)
  const standardError = Math.hypot(treatment.standardError / treatment.value, control.standardError / control.value)
  return Number.isFinite(estimate + standardError)
    ? { kind: 'computed', estimate, standardError }
    : notComputable('outOfRange')
}

/**
 * The interval of the lift that is symmetric on the log scale: it never reaches below -100 %.
 *
 * Assumptions: as `logRatio`. Formula: treatment / control x exp(-+ z se) - 1. For values below zero the lift is taken
 * over |control|, so more than the control is positive. Not computable: as `logRatio`.
 * Errors: RangeError for a level outside (0, 1), an unknown alternative.
 *
 * See Katz, Baptista, Azen and Pike (1978), "Obtaining confidence intervals for the risk ratio in cohort studies".
 *
 * @example
 * const interval = logLiftInterval({ value: 10, standardError: 0.5 }, { value: 12, standardError: 0.5 })
 * interval.lower // => 0.0562834
 * interval.upper // => 0.3632705
 */
export function logLiftInterval(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  const log = logRatio(control, treatment)
  if (isNotComputable(log)) return log
  const sign = signOf(control)
  return toLift(intervalAround(sign * log.estimate, log.standardError, normal, resolved), sign)
}

/**
 * Tests whether the lift is zero on the log scale; estimate and interval are lifts, the standard error is that of the
 * log.
 *
 * Assumptions, not computable, errors and source: as `logLiftInterval`, and `zeroVariance`.
 *
 * @example
 * logLiftTest({ value: 10, standardError: 0.5 }, { value: 12, standardError: 0.5 }).statistic // => 2.80127
 */
export function logLiftTest(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: InferenceOptions = {},
): TestResult | NotComputable {
  const resolved: ResolvedOptions = resolveOptions(options)
  const log = logRatio(control, treatment)
  if (isNotComputable(log)) return log
  const sign = signOf(control)
  const test = waldTest('logLift', sign * log.estimate, log.standardError, resolved)
  if (isNotComputable(test)) return test
  const interval = toLift(test.confidenceInterval, sign)
  if (isNotComputable(interval)) return interval
  const confidenceInterval = agreeWithPValue(interval, test.pValue, resolved.alpha)
  return { ...test, estimate: sign * Math.expm1(sign * test.estimate), confidenceInterval }
}

/** Below zero the larger value is the smaller in size: the ratio of sizes is read the other way round. */
function signOf(control: ArmEstimate): 1 | -1 {
  return control.value < 0 ? -1 : 1
}

/** From signed log ratios to lifts. */
function toLift(interval: ConfidenceInterval, sign: 1 | -1): ConfidenceInterval | NotComputable {
  const lift = (end: number | null) => (end === null ? null : sign * Math.expm1(sign * end))
  const lifts = { ...interval, lower: lift(interval.lower), upper: lift(interval.upper) }
  return hasFiniteEnds(lifts) ? lifts : notComputable('outOfRange')
}
