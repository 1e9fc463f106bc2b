import { certainDetection, type Detection, detectionBy, excessOver, reachPower } from './detection.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { normal } from './distributions/normal.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import {
  type PowerOptions,
  requireTargetPower,
  requireUnits,
  type ResolvedPowerOptions,
  resolvePowerOptions,
} from './power-options.ts'

/**
 * The power of Pearson's chi-square test of two rates: how often it tells p2 from p1.
 *
 * Formula: Phi((|p2 - p1| - z s0) / s1), with s0 the standard error of the difference if both rates were their mean (by
 * which the test judges) and s1 the one they have; z the normal quantile of alpha / sides.
 *
 * Domains: n > 0 users of the control, rates in [0, 1]. Not computable: `zeroVariance` when both rates are 0 or both 1.
 * Errors: RangeError.
 *
 * See Fleiss, Levin and Paik (2003), "Statistical Methods for Rates and Proportions", ch. 4.
 *
 * @example
 * proportionPower(1000, 0.1, 0.13).power // => 0.5568291256
 */
export function proportionPower(
  n: number,
  p1: number,
  p2: number,
  options: PowerOptions = {},
): { kind: 'computed'; power: number } | NotComputable {
  requireUnits(n)
  requireRate('p1', p1)
  requireRate('p2', p2)
  const resolved = resolvePowerOptions(options)
  if (p1 === p2 && (p1 === 0 || p1 === 1)) return notComputable('zeroVariance')
  return { kind: 'computed', power: detection(n, p1, p2, resolved).power }
}

/**
 * Users of the control that the test needs to tell p2 from p1 with this power: a real number, to be rounded up.
 *
 * Formula: the n at which proportionPower is the wanted power: ((z s0 + z_power s1) / (p2 - p1))^2 with the standard
 * errors at one user; with `countWrongSide` by root finding from there. 0 where the formula has the power at any number.
 * Not computable: `noEffect` when the rates are equal. Errors: RangeError, also for a power below alpha / sides.
 *
 * @example
 * proportionSampleSize(0.1, 0.12, 0.8).n // => 3840.847482
 */
export function proportionSampleSize(
  p1: number,
  p2: number,
  power: number,
  options: PowerOptions = {},
): { kind: 'computed'; n: number } | NotComputable {
  requireRate('p1', p1)
  requireRate('p2', p2)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  if (p1 === p2) return notComputable('noEffect')
  const { s0, s1 } = spreads(p1, p2, resolved)
  const needed = normal.isf(resolved.tailAlpha) * s0 + normal.ppf(power) * s1
  const n = needed > 0 ? (needed / (p2 - p1)) ** 2 : 0
  if (!resolved.countWrongSide || n === 0) return { kind: 'computed', n }
  const at = (units: number) => detection(units, p1, p2, resolved)
  const hasItAlways = excessOver(power, at(Number.MIN_VALUE)) >= 0
  return { kind: 'computed', n: hasItAlways ? 0 : reachPower(power, at, n) }
}

/**
 * The nearest rates above and below p1 that the test tells apart from it with this power; null where there is none.
 *
 * Not computable: `noDetectableEffect` when there is none on either side. Errors: RangeError.
 *
 * @example
 * const rates = proportionDetectableRates(10000, 0.1, 0.8)
 * rates.above // => 0.1122010251
 * rates.below // => 0.0884265650
 */
export function proportionDetectableRates(
  n: number,
  p1: number,
  power: number,
  options: PowerOptions = {},
): { kind: 'computed'; above: number | null; below: number | null } | NotComputable {
  const [above, below] = ([1, 0] as const).map((end) => proportionDetectableRate(n, p1, power, end, options))
  if (above == null && below == null) return notComputable('noDetectableEffect')
  return { kind: 'computed', above: above ?? null, below: below ?? null }
}

/** One of these rates: the one on the way to 1, or to 0; null where there is none. */
export function proportionDetectableRate(
  n: number,
  p1: number,
  power: number,
  end: 0 | 1,
  options: PowerOptions = {},
): number | null {
  requireUnits(n)
  requireRate('p1', p1)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  // Sought over the distance, so that a rate near p1 keeps its digits.
  const most = Math.abs(end - p1)
  const sign = end === 1 ? 1 : -1
  const excess = (distance: number) => excessOver(power, detection(n, p1, p1 + sign * distance, resolved, distance))
  if (most === 0 || excess(most) < 0) return null
  const spread = Math.sqrt((Math.max(p1 * (1 - p1), 1 / n) * (1 + 1 / resolved.ratio)) / n)
  const guess = (normal.isf(resolved.tailAlpha) + Math.max(0, normal.ppf(power))) * spread
  const logDistance = solveIncreasing(
    (log) => excess(Math.min(most, Math.exp(log))),
    Math.log(Math.min(most, guess)),
    FIRST_STEP,
  )
  return p1 + sign * Math.min(most, Math.exp(logDistance))
}

/** A guess by the spread at p1 alone is off by some percent. */
const FIRST_STEP = 0.05

export function requireRate(name: string, rate: number): void {
  if (!(rate >= 0 && rate <= 1)) throw new RangeError(`${name} must be in [0, 1], got ${rate}`)
}

function detection(
  n: number,
  p1: number,
  p2: number,
  options: ResolvedPowerOptions,
  distance = Math.abs(p2 - p1),
): Detection {
  const { s0, s1 } = spreads(p1, p2, options)
  const z = normal.isf(options.tailAlpha)
  const root = Math.sqrt(n)
  if (s1 === 0) return certainDetection(distance * root > z * s0)
  const critical = (z * s0 - distance * root) / s1
  return detectionBy(normal, critical, options.countWrongSide ? -(distance * root + z * s0) / s1 : null)
}

/** Standard errors of the difference at one user of the control: with both rates their mean, and as they are. */
function spreads(p1: number, p2: number, { ratio }: ResolvedPowerOptions): { s0: number; s1: number } {
  const mean = (p1 + ratio * p2) / (1 + ratio)
  return {
    s0: Math.sqrt(mean * (1 - mean) * (1 + 1 / ratio)),
    s1: Math.sqrt(p1 * (1 - p1) + (p2 * (1 - p2)) / ratio),
  }
}
