import { agreeWithPValue } from './agree-with-p-value.ts'
import { conditionalOddsRatio } from './conditional-odds-ratio.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { hypergeometric } from './distributions/hypergeometric.ts'
import { type Alternative, type InferenceOptions, resolveOptions } from './inference-options.ts'
import { firstWhere } from './noncentral-hypergeometric.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail, type PValue } from './p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'

export interface FisherExactResult extends PValue {
  kind: 'computed'
  method: 'fisherExact'
  alternative: Alternative
  /** odds ratio of treatment to control, conditional maximum likelihood; null when unbounded or not determined */
  estimate: number | null
  /** of the odds ratio, exact */
  confidenceInterval: ConfidenceInterval
}

/**
 * Tests whether two conversion rates differ, exactly: valid for any counts, also where chi-square's expected counts are
 * small.
 *
 * Assumptions: users independent. Formula: given the margins, the treatment's successes are hypergeometric. Two-sided:
 * the probability of all tables no more likely than the observed one (within a relative 1e-7, so that equally likely
 * tables count as equal); one-sided: of so many successes or more (fewer).
 *
 * Exceptions to the rule that p-value and interval agree: the one-sided tests agree with the one-sided intervals, but
 * the two-sided p-value adds unlikely tables of both sides while the two-sided interval takes alpha / 2 from each, so
 * either may speak of an effect without the other. Where this p-value replaces chi-square's, Mee's and Koopman's intervals
 * still invert chi-square: `endAtNoEffect` settles what they say of no effect.
 *
 * Cost grows with the standard deviation of the table: 1e9 users are fine.
 * Not computable: `noUnits` when an arm is empty. When the margins allow one table only, p is 1 and the interval
 * unbounded.
 * Errors: RangeError for counts that are not whole, a level outside (0, 1), an unknown alternative.
 *
 * See Fisher (1935), "The logic of inductive inference"; Fay (2010), "Confidence intervals that match Fisher's exact or
 * Blaker's exact tests", on the disagreement.
 *
 * @example
 * const result = fisherExactTest({ successes: 1, n: 4 }, { successes: 3, n: 4 })
 * result.pValue // => 0.48571429
 * result.estimate // => 6.4083197
 * result.confidenceInterval.lower // => 0.21174
 */
export function fisherExactTest(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): FisherExactResult | NotComputable {
  const resolved = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  const p = pValue(control, treatment, resolved.alternative)
  const { estimate, confidenceInterval } = conditionalOddsRatio(control, treatment, resolved)
  const oneSided = resolved.alternative !== 'two-sided'
  return {
    kind: 'computed',
    method: 'fisherExact',
    alternative: resolved.alternative,
    estimate,
    confidenceInterval: oneSided
      ? agreeWithPValue(confidenceInterval, p.pValue, resolved.alpha, 1)
      : confidenceInterval,
    ...p,
  }
}

/** Tables this close in probability count as equally likely, as in R. */
const TIE = 1e-7

function pValue(control: Proportion, treatment: Proportion, alternative: Alternative): PValue {
  const successes = control.successes + treatment.successes
  const table = hypergeometric(control.n + treatment.n, successes, treatment.n)
  const observed = treatment.successes
  if (alternative === 'less') return fromTail(table.cdf(observed), table.logCdf(observed))
  if (alternative === 'greater') return fromTail(table.sf(observed - 1), table.logSf(observed - 1))

  const { low, high } = table.support
  const limit = table.logPmf(observed) + Math.log1p(TIE)
  const mode = Math.min(high, Math.floor(((treatment.n + 1) * (successes + 1)) / (control.n + treatment.n + 2)))
  if (table.logPmf(mode) <= limit) return { pValue: 1, log10PValue: 0 }
  // Probabilities rise up to the mode and fall after it: all tables outside (lastLow, firstHigh) count.
  const lastLow = firstWhere(low, mode, (k) => table.logPmf(k) > limit) - 1
  const firstHigh = firstWhere(mode, high + 1, (k) => table.logPmf(k) <= limit)
  const [a, b] = [table.logCdf(lastLow), table.logSf(firstHigh - 1)]
  const larger = Math.max(a, b)
  const logP = larger + Math.log1p(Math.exp(Math.min(a, b) - larger))
  return fromTail(Math.exp(logP), logP)
}
