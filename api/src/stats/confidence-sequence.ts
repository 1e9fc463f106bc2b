import { agreeWithPValue } from './agree-with-p-value.ts'
import { type ConfidenceInterval, hasFiniteEnds, intervalBetween } from './confidence-interval.ts'
import { type Alternative, type InferenceOptions, resolveOptions } from './inference-options.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import type { PValue } from './p-value.ts'

/**
 * The tuning parameter of a confidence sequence that is narrowest near a number of users:
 * sqrt((-2 ln alpha + ln(-2 ln alpha + 1)) / tunedFor), with 2 alpha in place of alpha when only one side is looked at.
 *
 * Domains: tunedFor > 0; alpha in (0, 1), one-sided in (0, 1/2). Errors: RangeError.
 *
 * @example
 * sequenceRho(5000, 0.05, 'two-sided') // => 0.03984006677
 */
export function sequenceRho(tunedFor: number, alpha: number, alternative: Alternative): number {
  const total = alternative === 'two-sided' ? alpha : 2 * alpha
  if (!(tunedFor > 0 && tunedFor < Infinity)) throw new RangeError(`tunedFor must be positive, got ${tunedFor}`)
  if (!(total > 0 && total < 1)) throw new RangeError(`alpha must be below ${alternative === 'two-sided' ? 1 : 0.5}`)
  const twice = -2 * Math.log(total)
  return Math.sqrt((twice + Math.log1p(twice)) / tunedFor)
}

/**
 * What the standard error is multiplied by in a confidence sequence: it takes the place of the normal quantile, is
 * larger, and makes the interval hold at all numbers of users at once.
 *
 * Formula, with x = n rho^2: two-sided sqrt(2 (x + 1) / x log(sqrt(x + 1) / alpha)); one-sided
 * sqrt(2 (x + 1) / x log(1 + sqrt(x + 1) / (2 alpha))). Domains: n > 0, rho > 0. Infinite where x underflows.
 *
 * @example
 * sequenceMultiplier(5000, 0.03984006677, 0.05, 'two-sided') // => 3.03520899
 */
export function sequenceMultiplier(n: number, rho: number, alpha: number, alternative: Alternative): number {
  const x = n * rho * rho
  const logRoot = Math.log1p(x) / 2
  const logBound =
    alternative === 'two-sided' ? logRoot - Math.log(alpha) : Math.log1p(Math.exp(logRoot - Math.log(2 * alpha)))
  return Math.sqrt(2 * (1 + 1 / x) * logBound)
}

/**
 * The p-value that goes with a confidence sequence: the alpha at which the sequence just touches "no effect", rho fixed.
 *
 * Formula, with z = estimate / standard error and A = z^2 x / (2 (x + 1)): two-sided sqrt(x + 1) exp(-A); one-sided
 * sqrt(x + 1) / (2 (exp(A) - 1)), and 1 on the other side of no effect; never above 1.
 *
 * @example
 * sequencePValue(2.8284271247, 5000, 0.03984006677, 'two-sided').pValue // => 0.085663582
 */
export function sequencePValue(z: number, n: number, rho: number, alternative: Alternative): PValue {
  const x = n * rho * rho
  const logRoot = Math.log1p(x) / 2
  // Not (z^2 x) / (x + 1): z^2 alone may overflow where the exponent does not matter any more.
  const exponent = (z * z) / (2 * (1 + 1 / x))
  if (alternative === 'two-sided') return fromLog(logRoot - exponent)
  const isOtherSide = alternative === 'greater' ? z <= 0 : z >= 0
  if (isOtherSide || exponent === 0) return { pValue: 1, log10PValue: 0 }
  return fromLog(logRoot - Math.LN2 - logExpMinusOne(exponent))
}

/** log(exp(a) - 1) for a > 0, without overflow. */
function logExpMinusOne(a: number): number {
  return a > 1 ? a + Math.log1p(-Math.exp(-a)) : Math.log(Math.expm1(a))
}

function fromLog(log: number): PValue {
  return { pValue: Math.min(1, Math.exp(log)), log10PValue: Math.min(0, log / Math.LN10) + 0 }
}

export interface SequenceOptions extends InferenceOptions {
  /** Tuning parameter, above 0; or else `tunedFor`. */
  rho?: number
  tunedFor?: number
}

export interface ConfidenceSequence extends PValue {
  kind: 'computed'
  rho: number
  /** What the standard error is multiplied by. */
  criticalValue: number
  halfWidth: number
  confidenceInterval: ConfidenceInterval
}

/**
 * An asymptotic confidence sequence at one moment: an interval that holds at all moments together, so that one may look
 * as often as one likes and stop whenever one likes.
 *
 * Assumptions: the estimate is a mean (or nearly one) over independent users and its standard error is well estimated:
 * hundreds of users. For two variants n is the users of both and the standard error that of the difference.
 * Formula: estimate -+ sequenceMultiplier x standardError.
 *
 * Domains: n > 0, standardError >= 0, rho > 0 or tunedFor > 0. Not computable: `zeroVariance` when the standard error is
 * 0, `outOfRange` when a number overflows. Errors: RangeError.
 *
 * See Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021), "Time-uniform central limit theory and asymptotic
 * confidence sequences".
 *
 * @example
 * const sequence = confidenceSequence(0.08, 2 / Math.sqrt(5000), 5000, { tunedFor: 5000 })
 * sequence.halfWidth // => 0.08584867438
 * sequence.pValue // => 0.08566358218
 */
export function confidenceSequence(
  estimate: number,
  standardError: number,
  n: number,
  options: SequenceOptions,
): ConfidenceSequence | NotComputable {
  const resolved = resolveOptions(options)
  const { alpha, alternative } = resolved
  if (!Number.isFinite(estimate)) throw new RangeError(`estimate must be a finite number, got ${estimate}`)
  if (!(standardError >= 0 && standardError < Infinity)) {
    throw new RangeError(`standardError must be at least 0, got ${standardError}`)
  }
  if (!(n > 0 && n < Infinity)) throw new RangeError(`n must be a positive number, got ${n}`)
  const rho = options.rho ?? sequenceRho(options.tunedFor ?? NaN, alpha, alternative)
  if (!(rho > 0 && rho < Infinity)) throw new RangeError(`rho must be a positive number, got ${rho}`)
  if (standardError === 0) return notComputable('zeroVariance')
  const criticalValue = sequenceMultiplier(n, rho, alpha, alternative)
  const halfWidth = standardError * criticalValue
  const p = sequencePValue(estimate / standardError, n, rho, alternative)
  const interval = intervalBetween(estimate - halfWidth, estimate + halfWidth, resolved)
  const isFinite = Number.isFinite(halfWidth) && Number.isFinite(p.log10PValue) && hasFiniteEnds(interval)
  if (!isFinite) return notComputable('outOfRange')
  const confidenceInterval = agreeWithPValue(interval, p.pValue, alpha)
  return { kind: 'computed', rho, criticalValue, halfWidth, confidenceInterval, ...p }
}
