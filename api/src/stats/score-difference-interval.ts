import { agreeWithPValue } from './agree-with-p-value.ts'
import { type ConfidenceInterval, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import { pearsonPValue } from './pearson-p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { riskDifference } from './risk-difference.ts'

/**
 * Mee's score interval for the difference of two conversion rates: all differences D that Pearson's chi-square does not
 * reject. It excludes 0 if and only if that test is significant, and holds its level with few conversions, none, or
 * all.
 *
 * Assumptions: users independent. Formula: D is kept when (observed difference - D)^2 <= z^2 (p_t q_t / n_t + p_c q_c /
 * n_c), with p_t = p_c + D the most likely rates that differ by D.
 *
 * Domains: counts up to 2^53. Not computable: `noUnits` when an arm is empty.
 * Errors: RangeError for counts that are not whole, successes above n, a level outside (0, 1), an unknown alternative.
 *
 * See Mee (1984), "Confidence bounds for the difference between two probabilities"; Newcombe (1998), "Interval
 * estimation for the difference between independent proportions: comparison of eleven methods", method 5.
 *
 * @example
 * const interval = meeInterval({ successes: 100, n: 1000 }, { successes: 130, n: 1000 })
 * interval.lower // => 0.00204862521
 * interval.upper // => 0.0581653422
 */
export function meeInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const { alternative, alpha } = resolveOptions(options)
  const interval = scoreInterval(control, treatment, options, 1)
  if (isNotComputable(interval)) return interval
  const p = pearsonPValue(control, treatment, alternative)
  return isNotComputable(p) ? interval : agreeWithPValue(interval, p.pValue, alpha)
}

/**
 * Miettinen and Nurminen's score interval for the difference: Mee's with the variance of an unbiased estimate, N / (N -
 * 1) times as large, hence a touch wider.
 *
 * Assumptions, domains and errors: as `meeInterval`.
 *
 * See Miettinen and Nurminen (1985), "Comparative analysis of two rates".
 *
 * @example
 * const interval = miettinenNurminenDifferenceInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * interval.lower // => 0.05282971
 * interval.upper // => 0.33817294
 */
export function miettinenNurminenDifferenceInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const total = control.n + treatment.n
  return scoreInterval(control, treatment, options, total / (total - 1))
}

function scoreInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions,
  varianceFactor: number,
): ConfidenceInterval | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  const z = normal.isf(resolved.tailAlpha) * Math.sqrt(varianceFactor)
  const lower = lowerBound(control, treatment, z)
  const upper = 0 - lowerBound(treatment, control, z)
  return intervalBetween(lower, upper, resolved)
}

/** So near a guess its own rounding decides. */
const ROUNDING = 1e-13

/**
 * The D below the observed difference at which the score statistic equals z.
 *
 * Maximising the likelihood under p_t - p_c = D with a multiplier m gives (x - n p) / (p q) = m for the treatment and
 * -m for the control: two quadratics, and the statistic is m sqrt(V) with V = p_t q_t / n_t + p_c q_c / n_c. As m grows
 * from 0, p_t falls and p_c rises, so D falls and each term (x - n p)^2 / (n p q) of the statistic rises: one root,
 * found in log m. And D = observed difference - m V = observed difference - z^2 / m, without the usual cubic and its
 * cancellation.
 */
function lowerBound(control: Proportion, treatment: Proportion, z: number): number {
  const observed = riskDifference(control, treatment)
  // Nothing is left below: the treatment has no success and the control no failure.
  if (treatment.successes === 0 && control.successes === control.n) return -1
  const mirrored = { successes: control.n - control.successes, n: control.n }
  const variance = (m: number) => varianceOfShrunk(treatment, m) + varianceOfShrunk(mirrored, m)
  const error = (logM: number) => logM + Math.log(variance(Math.exp(logM))) / 2 - Math.log(z)
  // With the observed rates' variance, where they have one, the multiplier is about right; the error says how far off.
  const plain = variance(0) || 1 / (treatment.n + control.n)
  const start = Math.log(z) - Math.log(plain) / 2
  const step = Math.min(1, 2 * Math.abs(error(start)) + ROUNDING)
  return observed - (z / Math.exp(solveIncreasing(error, start, step))) * z
}

/** p q / n for the p in [0, 1] with (x - n p) / (p q) = m > 0: the observed rate, shrunk towards 0. */
function varianceOfShrunk({ successes, n }: Proportion, m: number): number {
  const failures = n - successes
  // The discriminant as a sum of non-negative terms, and each root in the form that does not cancel.
  const root = Math.sqrt((m - n) ** 2 + 4 * m * failures)
  const p = (2 * successes) / (m + n + root)
  const q = m < n ? (2 * failures) / (n - m + root) : (m - n + root) / (2 * m)
  return (p * q) / n
}
