import { agreeWithPValue } from './agree-with-p-value.ts'
import { type ConfidenceInterval, type End, intervalBetween } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, type ResolvedOptions, resolveOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import { pearsonPValue } from './pearson-p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { type RatioBound, scoreRatioLowerBound } from './score-ratio-bound.ts'

/**
 * Koopman's score interval for the ratio of two conversion rates, treatment over control: all ratios that Pearson's
 * chi-square does not reject. It excludes 1 if and only if that test is significant.
 *
 * Assumptions: users independent. Formula: R is kept when sum of (x - n p)^2 / (n p q) over both arms <= z^2, with
 * p_t = R p_c the most likely rates in that ratio.
 *
 * Domains: counts up to 2^53. With no control success the upper end is null (`noControlSuccesses`).
 * Not computable: `noUnits` when an arm is empty, `noSuccesses` when nobody converted.
 * Errors: RangeError for counts that are not whole, successes above n, a level outside (0, 1), an unknown alternative.
 *
 * See Koopman (1984), "Confidence intervals for the ratio of two binomial proportions".
 *
 * @example
 * const interval = koopmanRatioInterval({ successes: 100, n: 1000 }, { successes: 130, n: 1000 })
 * interval.lower // => 1.01786477
 * interval.upper // => 1.66125766
 */
export function koopmanRatioInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  return agreeing(ratioInterval(control, treatment, options, 1, 'ratio'), control, treatment, options, 1)
}

/**
 * Koopman's interval as a lift: the ratio minus 1, computed so that a lift of 1e-9 keeps its digits and its end lies on
 * the same side of 0 as Pearson's test says. Assumptions, domains and errors: as `koopmanRatioInterval`.
 *
 * See Koopman (1984), "Confidence intervals for the ratio of two binomial proportions".
 *
 * @example
 * const interval = koopmanLiftInterval({ successes: 100, n: 1000 }, { successes: 130, n: 1000 })
 * interval.lower // => 0.01786477
 * interval.upper // => 0.66125766
 */
export function koopmanLiftInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  return agreeing(ratioInterval(control, treatment, options, 1, 'lift'), control, treatment, options, 0)
}

/** To the last digit on the same side of no effect as Pearson's test. */
function agreeing(
  interval: ConfidenceInterval | NotComputable,
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions,
  noEffect: 0 | 1,
): ConfidenceInterval | NotComputable {
  const { alternative, alpha } = resolveOptions(options)
  if (isNotComputable(interval)) return interval
  const p = pearsonPValue(control, treatment, alternative)
  return isNotComputable(p) ? interval : agreeWithPValue(interval, p.pValue, alpha, noEffect)
}

/**
 * Miettinen and Nurminen's score interval for the ratio: Koopman's with the variance N / (N - 1) times as large.
 *
 * Assumptions, domains and errors: as `koopmanRatioInterval`.
 *
 * See Miettinen and Nurminen (1985), "Comparative analysis of two rates".
 *
 * @example
 * const interval = miettinenNurminenRatioInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * interval.lower // => 1.07904712
 * interval.upper // => 1.67214536
 */
export function miettinenNurminenRatioInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  const total = control.n + treatment.n
  return ratioInterval(control, treatment, options, total / (total - 1), 'ratio')
}

function ratioInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions,
  varianceFactor: number,
  scale: keyof RatioBound,
): ConfidenceInterval | NotComputable {
  const resolved: ResolvedOptions = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  if (control.successes + treatment.successes === 0) return notComputable('noSuccesses')
  const zSquared = normal.isf(resolved.tailAlpha) ** 2 * varianceFactor
  const lower = scoreRatioLowerBound(control, treatment, zSquared)
  // The upper bound of treatment / control is one over the lower bound of control / treatment.
  const inverse = scoreRatioLowerBound(treatment, control, zSquared)
  const upper: End =
    inverse.ratio === 0
      ? 'noControlSuccesses'
      : scale === 'ratio'
        ? 1 / inverse.ratio
        : 0 - inverse.lift / inverse.ratio
  return intervalBetween(lower[scale], upper, resolved)
}
