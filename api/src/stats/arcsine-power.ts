import { type NotComputable, notComputable } from './not-computable.ts'
import {
  type PowerOptions,
  requireTargetPower,
  requireUnits,
  type ResolvedPowerOptions,
  resolvePowerOptions,
} from './power-options.ts'
import { requireRate } from './proportion-power.ts'
import { detectableShift, zDetection } from './z-test-power.ts'

/**
 * The power of the test of two rates on the arcsine scale, Cohen's h: a check on the plan by Pearson's chi-square.
 *
 * Formula: Phi(h / sqrt(1/n + 1/(ratio n)) - z) with h = |2 asin(sqrt(p2)) - 2 asin(sqrt(p1))|.
 * Domains: n > 0 users of the control, rates in [0, 1]. Errors: RangeError.
 *
 * See Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", ch. 6.
 *
 * @example
 * arcsinePower(1000, 0.1, 0.13) // => 0.5584213329
 */
export function arcsinePower(n: number, p1: number, p2: number, options: PowerOptions = {}): number {
  requireUnits(n)
  const resolved = resolvePowerOptions(options)
  return zDetection(distance(p1, p2) / rootAt(n, resolved), resolved).power
}

/**
 * Users of the control that the test needs to tell two rates apart with this power: a real number.
 *
 * Not computable: `noEffect` when the rates are equal. Errors: RangeError.
 *
 * @example
 * arcsineSampleSize(0.1, 0.12, 0.8).n // => 3834.605132
 */
export function arcsineSampleSize(
  p1: number,
  p2: number,
  power: number,
  options: PowerOptions = {},
): { kind: 'computed'; n: number } | NotComputable {
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  const h = distance(p1, p2)
  if (h === 0) return notComputable('noEffect')
  return { kind: 'computed', n: (detectableShift(power, resolved) / h) ** 2 * (1 + 1 / resolved.ratio) }
}

/**
 * The nearest rates above and below p1 that the test tells apart from it with this power; null where there is none.
 *
 * Not computable: `noDetectableEffect` when there is none on either side. Errors: RangeError.
 *
 * @example
 * arcsineDetectableRates(10000, 0.1, 0.8).above // => 0.1121969240
 */
export function arcsineDetectableRates(
  n: number,
  p1: number,
  power: number,
  options: PowerOptions = {},
): { kind: 'computed'; above: number | null; below: number | null } | NotComputable {
  requireUnits(n)
  requireRate('p1', p1)
  const resolved = resolvePowerOptions(options)
  requireTargetPower(power, resolved)
  const angle = Math.asin(Math.sqrt(p1))
  const step = (detectableShift(power, resolved) * rootAt(n, resolved)) / 2
  const rateAt = (x: number) => (x >= 0 && x <= Math.PI / 2 ? Math.sin(x) ** 2 : null)
  const [above, below] = [rateAt(angle + step), rateAt(angle - step)]
  const result = { kind: 'computed' as const, above, below }
  return above === null && below === null ? notComputable('noDetectableEffect') : result
}

/** Difference of two rates on the arcsine scale; by the difference of angles, which loses no digits for near rates. */
function distance(p1: number, p2: number): number {
  requireRate('p1', p1)
  requireRate('p2', p2)
  // sin(a - b) = sin a cos b - cos a sin b, with sin^2 = p.
  const [s1, s2] = [Math.sqrt(p1), Math.sqrt(p2)]
  const [c1, c2] = [Math.sqrt(1 - p1), Math.sqrt(1 - p2)]
  // (p2 - p1) / (s2 c1 + c2 s1) is the same without the cancellation.
  const total = s2 * c1 + c2 * s1
  if (total === 0) return 0
  return 2 * Math.atan2(Math.abs(p2 - p1) / total, c1 * c2 + s1 * s2)
}

function rootAt(n: number, { ratio }: ResolvedPowerOptions): number {
  return Math.sqrt((1 + 1 / ratio) / n)
}
