import { type Detection, detectionBy, excessOver, reachPower } from './detection.ts'
import { noncentralT } from './distributions/noncentral-t.ts'
import { studentT } from './distributions/student-t.ts'
import {
  type PowerOptions,
  requireEffect,
  requireSpread,
  requireTargetPower,
  requireUnits,
  type ResolvedPowerOptions,
  resolvePowerOptions,
} from './power-options.ts'
import { detectableShift } from './z-test-power.ts'

/**
 * The power of Student's t test of two means: how often it finds an effect of this size.
 *
 * Assumptions: both variants vary alike. Welch's test has nearly the same power then.
 * Formula: P(T > t) of a noncentral t with n + ratio n - 2 degrees of freedom and noncentrality
 * |effect| / (sd sqrt(1/n + 1/(ratio n))), with t the quantile of alpha / sides.
 *
 * Domains: n users of the control, a real number with (1 + ratio) n > 2; standardDeviation > 0. Errors: RangeError.
 *
 * See Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", ch. 2.
 *
 * @example
 * tTestPower(50, 0.5, 1) // => 0.6968888191
 * tTestPower(40, 0.6, 1.1, { ratio: 3 }) // => 0.8436101043
 */
export function tTestPower(n: number, effect: number, standardDeviation: number, options: PowerOptions = {}): number {
  const resolved = resolvePowerOptions(options)
  requireUnits(n, 2 / (1 + resolved.ratio))
  requireSpread(standardDeviation)
  if (!Number.isFinite(effect)) throw new RangeError(`effect must be a finite number, got ${effect}`)
  return tDetection(n, Math.abs(effect) / standardDeviation, resolved).power
}

/**
 * Users of the control that a t test needs to find an effect with this power: a real number, to be rounded up.
 *
 * Formula: the n at which tTestPower is the wanted power, by root finding; where even the fewest users that a t test can
 * have reach it, their number.
 * Domains: effect not 0, power above alpha / sides. Errors: RangeError.
 *
 * @example
 * tTestSampleSize(0.5, 1, 0.8) // => 63.76576372
 * tTestSampleSize(0.4, 1, 0.8, { ratio: 2 }) // => 74.22894606
 */
export function tTestSampleSize(
  effect: number,
  standardDeviation: number,
  power: number,
  options: PowerOptions = {},
): number {
  requireEffect(effect)
  requireSpread(standardDeviation)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  const { ratio } = resolved
  const size = Math.abs(effect) / standardDeviation
  const unitsWith = (degreesOfFreedom: number) => (degreesOfFreedom + 2) / (1 + ratio)
  // Sought over the degrees of freedom: any positive number of them is possible, not so any number of users.
  const guess = (detectableShift(power, resolved) / size) ** 2 * (1 + 1 / ratio) * (1 + ratio)
  const at = (degreesOfFreedom: number) => tDetection(unitsWith(degreesOfFreedom), size, resolved)
  if (excessOver(power, at(FEWEST_DEGREES)) >= 0) return unitsWith(FEWEST_DEGREES)
  return unitsWith(reachPower(power, at, Math.max(guess - 2, 1)))
}

/**
 * The least effect (above 0) that a t test with n users of the control finds with this power.
 *
 * @example
 * tTestDetectableEffect(100, 1, 0.8) // => 0.3981386249
 */
export function tTestDetectableEffect(
  n: number,
  standardDeviation: number,
  power: number,
  options: PowerOptions = {},
): number {
  const resolved = resolvePowerOptions(options)
  requireUnits(n, 2 / (1 + resolved.ratio))
  requireSpread(standardDeviation)
  requireTargetPower(power, resolved)
  const root = Math.sqrt((1 + 1 / resolved.ratio) / n)
  const guess = Math.max(detectableShift(power, resolved), 0.1) * root
  return reachPower(power, (size) => tDetection(n, size, resolved), guess) * standardDeviation
}

/** A t test needs some freedom; below this nothing changes but the last digits of the number of users. */
const FEWEST_DEGREES = 0.01

/** @param size the effect in standard deviations */
function tDetection(n: number, size: number, { tailAlpha, ratio, countWrongSide }: ResolvedPowerOptions): Detection {
  const degreesOfFreedom = (1 + ratio) * n - 2
  const critical = studentT(degreesOfFreedom).isf(tailAlpha)
  const distribution = noncentralT(degreesOfFreedom, size / Math.sqrt((1 + 1 / ratio) / n))
  return detectionBy(distribution, critical, countWrongSide ? -critical : null)
}
