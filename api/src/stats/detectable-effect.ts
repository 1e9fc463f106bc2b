import { detectionBy, reachPower } from './detection.ts'
import { noncentralT } from './distributions/noncentral-t.ts'
import { normal } from './distributions/normal.ts'
import { studentT } from './distributions/student-t.ts'
import { type PowerOptions, requireTargetPower, resolvePowerOptions } from './power-options.ts'
import { detectableShift } from './z-test-power.ts'

export interface DetectableEffectOptions extends Pick<PowerOptions, 'alpha' | 'sides'> {
  /** of Student's t; left out: the normal distribution */
  degreesOfFreedom?: number
}

/** From so many degrees of freedom on the sum of two quantiles is within 1e-4 of the exact answer. */
const MANY_DEGREES = 500

/**
 * The least effect (above 0) that a test finds with this power, from the standard error that it has: what an experiment of
 * this size and spread can be relied on to find.
 *
 * Formula: (z_alpha + z_power) standardError; with degrees of freedom the noncentrality at which Student's t exceeds its
 * critical value with this power, times the standard error; from 500 degrees on (t_alpha + t_power) standardError.
 * Domains: standardError > 0, degreesOfFreedom > 0, power above alpha / sides. Errors: RangeError.
 *
 * See Bloom (1995), "Minimum detectable effects: a simple way to report the statistical power of experimental designs".
 *
 * @example
 * detectableEffect(0.5, 0.8) // => 1.40079261
 * detectableEffect(0.5, 0.8, { degreesOfFreedom: 20 }) // => 1.47274
 */
export function detectableEffect(standardError: number, power: number, options: DetectableEffectOptions = {}): number {
  const { degreesOfFreedom, ...rest } = options
  if (!(standardError > 0 && standardError < Infinity)) {
    throw new RangeError(`standardError must be a positive number, got ${standardError}`)
  }
  const resolved = resolvePowerOptions(rest)
  requireTargetPower(power, resolved)
  if (degreesOfFreedom === undefined) return detectableShift(power, resolved) * standardError
  if (degreesOfFreedom >= MANY_DEGREES) {
    const quantile = (p: number) => nearlyNormalQuantile(p, degreesOfFreedom)
    return (quantile(resolved.tailAlpha) + quantile(1 - power)) * standardError
  }
  const critical = studentT(degreesOfFreedom).isf(resolved.tailAlpha)
  const guess = Math.max(detectableShift(power, resolved), 0.1)
  return (
    reachPower(power, (shift) => detectionBy(noncentralT(degreesOfFreedom, shift), critical, null), guess) *
    standardError
  )
}

/** The t with P(T > t) = p by Cornish and Fisher's expansion about the normal quantile: hundreds of rows ask for it. */
function nearlyNormalQuantile(p: number, degreesOfFreedom: number): number {
  const z = normal.isf(p)
  const first = (z ** 3 + z) / 4
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96
  return z + (first + second / degreesOfFreedom) / degreesOfFreedom
}
