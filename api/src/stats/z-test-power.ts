import { type Detection, detectionBy, reachPower } from './detection.ts'
import { normal } from './distributions/normal.ts'
import {
  type PowerOptions,
  requireEffect,
  requireSpread,
  requireTargetPower,
  requireUnits,
  type ResolvedPowerOptions,
  resolvePowerOptions,
} from './power-options.ts'

/**
 * The power of a z test of two means with a known standard deviation: how often it finds an effect of this size.
 *
 * Formula: Phi(|effect| / (sd sqrt(1/n + 1/(ratio n))) - z), with z the normal quantile of alpha / sides.
 * Domains: n > 0 users of the control, standardDeviation > 0. Errors: RangeError.
 *
 * See Chow, Shao and Wang (2008), "Sample Size Calculations in Clinical Research", ch. 3.
 *
 * @example
 * zTestPower(500, 0.2, 1.5) // => 0.5589158686
 */
export function zTestPower(n: number, effect: number, standardDeviation: number, options: PowerOptions = {}): number {
  requireUnits(n)
  requireSpread(standardDeviation)
  const resolved = resolvePowerOptions(options)
  return zDetection(Math.abs(effect) / standardErrorAt(n, standardDeviation, resolved), resolved).power
}

/**
 * Users of the control that a z test needs to find an effect with this power: a real number, to be rounded up.
 *
 * Formula: (sd (z_alpha + z_power) / effect)^2 (1 + 1/ratio); with `countWrongSide` by root finding.
 * Domains: effect not 0, power above alpha / sides. Errors: RangeError.
 *
 * @example
 * zTestSampleSize(0.05, 1, 0.8) // => 6279.1037875
 */
export function zTestSampleSize(
  effect: number,
  standardDeviation: number,
  power: number,
  options: PowerOptions = {},
): number {
  requireEffect(effect)
  requireSpread(standardDeviation)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  const shift = detectableShift(power, resolved)
  return (shift * (standardDeviation / Math.abs(effect))) ** 2 * (1 + 1 / resolved.ratio)
}

/**
 * The least effect (above 0) that a z test with n users of the control finds with this power.
 *
 * @example
 * zTestDetectableEffect(10000, 10, 0.8) // => 0.396203981
 */
export function zTestDetectableEffect(
  n: number,
  standardDeviation: number,
  power: number,
  options: PowerOptions = {},
): number {
  requireUnits(n)
  requireSpread(standardDeviation)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  return detectableShift(power, resolved) * standardErrorAt(n, standardDeviation, resolved)
}

/** The mean of a z statistic with which a test reaches its power. */
export function detectableShift(power: number, options: ResolvedPowerOptions): number {
  const shift = normal.isf(options.tailAlpha) + normal.ppf(power)
  return options.countWrongSide ? reachPower(power, (x) => zDetection(x, options), shift > 0 ? shift : 0.1) : shift
}

/** How often a z statistic with this mean is beyond the critical value. */
export function zDetection(shift: number, { tailAlpha, countWrongSide }: ResolvedPowerOptions): Detection {
  const critical = normal.isf(tailAlpha)
  return detectionBy(normal, critical - shift, countWrongSide ? -critical - shift : null)
}

function standardErrorAt(n: number, standardDeviation: number, { ratio }: ResolvedPowerOptions): number {
  return standardDeviation * Math.sqrt((1 + 1 / ratio) / n)
}
