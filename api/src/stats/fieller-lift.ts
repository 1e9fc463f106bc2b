import { type ConfidenceInterval, hasFiniteEnds, intervalBetween } from './confidence-interval.ts'
import { type InferenceOptions, type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** What one arm measured: a mean or a ratio, and its standard error. */
export interface ArmEstimate {
  value: number
  standardError: number
}

export interface FiellerOptions extends InferenceOptions {
  /** of the two-sided or one-sided test to pair with: the t or normal quantile at the level of the interval */
  criticalValue: number
  /** of noise that both values share, beside their own standard errors. Default 0 */
  commonStandardError?: number
}

export interface FiellerLift {
  kind: 'computed'
  /** treatment / control - 1, with the control taken as positive; null when the control is 0 */
  estimate: number | null
  /** (critical value x standard error / value)^2 of the control: from 1 on the set is unbounded; null for control 0 */
  g: number | null
  confidenceInterval: ConfidenceInterval
}

/**
 * The lifts that the data do not contradict: Fieller's set for a ratio of two means, minus 1.
 *
 * A lift L is kept when the test of "treatment = control + L |control|" does not reject it, so at the critical value of
 * Welch's t the set excludes 0 exactly when Welch's test rejects. Where the control is not clearly different from zero
 * (g >= 1) no finite interval can hold its level; the set is then everything outside a gap, or the whole line.
 *
 * Assumptions: both estimates nearly normal and independent. Formula: all L with (treatment - control - L |control|)^2
 * <= c^2 (se_t^2 + (1 + L)^2 se_c^2), a quadratic inequality; one-sided alternatives keep the side of the root that
 * their test accepts. A negative control turns the sign round so that more than the control is always positive. Noise
 * se_0 that both share (covariate adjustment makes some) adds L^2 se_0^2: nothing where there is no effect.
 *
 * Domains: standard errors >= 0, criticalValue >= 0 (and the one for alpha, not alpha / 2, when one-sided).
 * Not computable: `controlIsZero` when the control is exactly 0 with no standard error; `outOfRange` on overflow.
 * Errors: RangeError for arguments outside their domains.
 *
 * See Fieller (1954), "Some problems in interval estimation".
 *
 * @example
 * const control = { value: 10, standardError: 0.5 }
 * const treatment = { value: 12, standardError: 0.5 }
 * const lift = fiellerLift(control, treatment, { criticalValue: 1.959964 })
 * lift.estimate // => 0.2
 * lift.confidenceInterval.lower // => 0.05738
 * lift.confidenceInterval.upper // => 0.3659
 */
export function fiellerLift(
  control: ArmEstimate,
  treatment: ArmEstimate,
  options: FiellerOptions,
): FiellerLift | NotComputable {
  const resolved = resolveOptions(options)
  const c = options.criticalValue
  if (!(c >= 0 && c < Infinity)) throw new RangeError(`criticalValue must be at least 0, got ${c}`)
  requireEstimate('control', control)
  requireEstimate('treatment', treatment)
  if (control.value === 0 && control.standardError === 0) return notComputable('controlIsZero')

  const negative = control.value < 0
  const common = options.commonStandardError ?? 0
  if (!(common >= 0 && common < Infinity)) throw new RangeError(`commonStandardError must be at least 0, got ${common}`)
  const arms = scaled(control, treatment, common, negative ? -1 : 1)
  const estimate = control.value === 0 ? null : (treatment.value - control.value) / Math.abs(control.value)
  const noise = common === 0 ? control.standardError : Math.hypot(control.standardError, common)
  const g = control.value === 0 ? null : ((c * noise) / control.value) ** 2
  if (control.value !== 0 && (arms.control ** 2 === 0 || g === Infinity)) return notComputable('outOfRange')

  const towards = negative ? { ...resolved, alternative: OPPOSITE[resolved.alternative] } : resolved
  const accepted = acceptedLifts(arms, c, towards)
  if (!hasFiniteEnds(accepted)) return notComputable('outOfRange')
  return { kind: 'computed', estimate, g, confidenceInterval: negative ? reflect(accepted) : accepted }
}

const OPPOSITE = { 'two-sided': 'two-sided', greater: 'less', less: 'greater' } as const

interface Arms {
  control: number
  difference: number
  varianceControl: number
  varianceTreatment: number
  varianceCommon: number
}

/** With the control made non-negative, and in units of the largest number so that no square over- or underflows. */
function scaled(control: ArmEstimate, treatment: ArmEstimate, common: number, sign: 1 | -1): Arms {
  const sizes = [control.value, treatment.value, control.standardError, treatment.standardError, common]
  const unit = sign * Math.max(...sizes.map(Math.abs))
  return {
    control: control.value / unit,
    difference: (treatment.value - control.value) / unit,
    varianceControl: (control.standardError / unit) ** 2,
    varianceTreatment: (treatment.standardError / unit) ** 2,
    varianceCommon: (common / unit) ** 2,
  }
}

/** All L with a L^2 - 2 b L + d <= 0, of which a one-sided alternative sees only its side. */
function acceptedLifts(arms: Arms, c: number, options: ResolvedOptions): ConfidenceInterval {
  const { control, difference, varianceControl, varianceTreatment, varianceCommon } = arms
  const c2 = c * c
  const ownA = control ** 2 - c2 * varianceControl
  const a = ownA - c2 * varianceCommon
  const b = control * difference + c2 * varianceControl
  // The sign of d is the verdict of the test at L = 0.
  const d = difference ** 2 - c2 * (varianceControl + varianceTreatment)
  const own = varianceTreatment * ownA + (control + difference) ** 2 * varianceControl
  const discriminant = c2 * (own + varianceCommon * d)
  if (a <= 0 && discriminant <= 0) return unboundedSet(options.level)
  const q = b + (b < 0 ? -1 : 1) * Math.sqrt(Math.max(0, discriminant))
  const end = q === 0 ? 0 : d / q
  if (a === 0) {
    return b > 0 ? intervalBetween(end, 'controlNearZero', options) : intervalBetween('controlNearZero', end, options)
  }
  const [low, high] = end < q / a ? [end, q / a] : [q / a, end]
  return a > 0 ? intervalBetween(low, high, options) : outsideGap(low, high, arms, options)
}

/** Where the control may be zero: every lift is possible but those in the gap, if the alternative rejects those. */
function outsideGap(
  low: number,
  high: number,
  arms: Arms,
  { level, alternative }: ResolvedOptions,
): ConfidenceInterval {
  // Inside the gap the test statistic has one sign throughout: that of treatment - (1 + L) control at its middle.
  const rejectsUpwards = arms.difference - ((low + high) / 2) * arms.control > 0
  const seen = alternative === 'two-sided' || (alternative === 'greater') === rejectsUpwards
  if (!seen) return unboundedSet(level)
  return { ...unboundedSet(level), kind: 'complement', gap: { lower: low, upper: high } }
}

function unboundedSet(level: number): ConfidenceInterval {
  const unbounded = { lower: 'controlNearZero', upper: 'controlNearZero' } as const
  return { kind: 'wholeLine', lower: null, upper: null, level, unbounded }
}

/** The set of -L. */
function reflect({ kind, lower, upper, level, unbounded, gap }: ConfidenceInterval): ConfidenceInterval {
  const negated = (end: number | null) => (end === null ? null : 0 - end)
  const turned: ConfidenceInterval = { kind, lower: negated(upper), upper: negated(lower), level }
  if (unbounded?.lower) turned.unbounded = { upper: unbounded.lower }
  if (unbounded?.upper) turned.unbounded = { ...turned.unbounded, lower: unbounded.upper }
  if (gap) turned.gap = { lower: 0 - gap.upper, upper: 0 - gap.lower }
  return turned
}

function requireEstimate(name: string, { value, standardError }: ArmEstimate): void {
  if (!Number.isFinite(value)) throw new RangeError(`${name}.value must be a finite number, got ${value}`)
  if (!(standardError >= 0 && standardError < Infinity)) {
    throw new RangeError(`${name}.standardError must be a number of at least 0, got ${standardError}`)
  }
}
