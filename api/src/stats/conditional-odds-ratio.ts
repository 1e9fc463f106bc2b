import { type ConfidenceInterval, type End, intervalBetween } from './confidence-interval.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import type { ResolvedOptions } from './inference-options.ts'
import { type FixedMargins, noncentralHypergeometric, supportOf } from './noncentral-hypergeometric.ts'
import type { Proportion } from './proportion.ts'

export interface ConditionalOddsRatio {
  /** the most likely odds ratio given the margins; null when it is unbounded or the margins allow one table only */
  estimate: number | null
  confidenceInterval: ConfidenceInterval
}

/**
 * The odds ratio that makes the observed table most likely given its margins, and the exact interval: the odds ratios
 * at which so many treatment successes or more (or fewer) have probability alpha / 2 each.
 */
export function conditionalOddsRatio(
  control: Proportion,
  treatment: Proportion,
  options: ResolvedOptions,
): ConditionalOddsRatio {
  const margins: FixedMargins = {
    treatmentN: treatment.n,
    controlN: control.n,
    successes: treatment.successes + control.successes,
  }
  const observed = treatment.successes
  const { low, high } = supportOf(margins)
  const view = (logOdds: number) => noncentralHypergeometric(margins, logOdds, observed)
  const start = roughLogOddsRatio(control, treatment)
  const solve = (error: (logOdds: number) => number) =>
    Math.exp(solveIncreasing(error, start.estimate, start.standardError))

  const estimate: End =
    observed === high ? 'edgeOfSupport' : observed === low ? 0 : solve((x) => view(x).meanMinusObserved)
  const logTail = Math.log(options.tailAlpha)
  const lower = observed === low ? 0 : solve((x) => view(x).logUpper - logTail)
  const upper: End = observed === high ? 'edgeOfSupport' : solve((x) => logTail - view(x).logLower)
  return {
    estimate: typeof estimate === 'number' ? estimate : null,
    confidenceInterval: intervalBetween(lower, upper, options),
  }
}

/** With half a user added to each cell, so that it always exists: where to start looking. */
function roughLogOddsRatio(control: Proportion, treatment: Proportion): { estimate: number; standardError: number } {
  const logOdds = ({ successes, n }: Proportion) => Math.log((successes + 0.5) / (n - successes + 0.5))
  const variance = ({ successes, n }: Proportion) => 1 / (successes + 0.5) + 1 / (n - successes + 0.5)
  return {
    estimate: logOdds(treatment) - logOdds(control),
    standardError: Math.sqrt(variance(treatment) + variance(control)),
  }
}
