import type { ConfidenceInterval } from './confidence-interval.ts'
import { expectedCounts } from './expected-counts.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { koopmanLiftInterval } from './koopman-interval.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { pearsonPValue } from './pearson-p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { riskDifference } from './risk-difference.ts'
import { meeInterval } from './score-difference-interval.ts'
import type { TestResultWithLift } from './test-result.ts'

export interface ChiSquareTestResult extends TestResultWithLift {
  /** below 5 the chi-square distribution is a rough guide: prefer Fisher's exact test */
  smallestExpectedCount: number
}

/**
 * Tests whether the conversion rate of the treatment differs from that of the control: Pearson's chi-square without
 * continuity correction.
 *
 * Assumptions: users independent; every expected count at least about 5 (else Fisher's exact test).
 * Formula: sum of (observed - expected)^2 / expected over the four cells, one degree of freedom; one-sided alternatives
 * use its signed root, the pooled z statistic. The interval of the difference is Mee's and that of the lift Koopman's:
 * both invert this test, so p-value and intervals never disagree. The standard error is the pooled one of the test.
 *
 * Not computable: `noUnits` when an arm is empty, `noSuccesses` or `noFailures` when all users did the same.
 * Errors: RangeError for counts that are not whole, successes above n, a level outside (0, 1), an unknown alternative.
 *
 * See Pearson (1900), "On the criterion that a given system of deviations ... can be reasonably supposed to have arisen
 * from random sampling"; Campbell (2007), "Chi-squared and Fisher-Irwin tests of two-by-two tables with small sample
 * recommendations".
 *
 * @example
 * const result = chiSquareTest({ successes: 48, n: 80 }, { successes: 56, n: 70 })
 * result.statistic // => 7.02341137
 * result.pValue // => 0.00804508137
 * result.relativeEffect.estimate // => 0.33333333
 */
export function chiSquareTest(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ChiSquareTestResult | NotComputable {
  const { alternative } = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  const p = pearsonPValue(control, treatment, alternative)
  if (isNotComputable(p)) return p
  const estimate = riskDifference(control, treatment)
  const lift = koopmanLiftInterval(control, treatment, options)
  return {
    kind: 'computed',
    method: 'pearsonChiSquare',
    alternative,
    estimate,
    standardError: pooledStandardError(control, treatment),
    statistic: p.z * p.z,
    degreesOfFreedom: 1,
    pValue: p.pValue,
    log10PValue: p.log10PValue,
    // Both exist wherever the test does.
    confidenceInterval: meeInterval(control, treatment, options) as ConfidenceInterval,
    relativeEffect: {
      kind: 'computed',
      estimate: control.successes === 0 ? null : (estimate * control.n) / control.successes,
      confidenceInterval: lift as ConfidenceInterval,
    },
    smallestExpectedCount: Math.min(...expectedCounts([control, treatment].map(cellsOf)).flat()),
  }
}

/** sqrt(p q (1 / n_c + 1 / n_t)) with p the rate of both arms together. */
export function pooledStandardError(control: Proportion, treatment: Proportion): number {
  const total = control.n + treatment.n
  const successes = control.successes + treatment.successes
  return Math.sqrt((successes / total) * ((total - successes) / total) * (1 / control.n + 1 / treatment.n))
}

function cellsOf({ successes, n }: Proportion): [successes: number, failures: number] {
  return [successes, n - successes]
}
