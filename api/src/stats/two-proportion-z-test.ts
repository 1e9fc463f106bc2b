import { pooledStandardError } from './chi-square-test.ts'
import { type ConfidenceInterval, intervalAround } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { type InferenceOptions, resolveOptions } from './inference-options.ts'
import { isNotComputable, type NotComputable, notComputable } from './not-computable.ts'
import { pearsonPValue } from './pearson-p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { riskDifference } from './risk-difference.ts'
import { meeInterval } from './score-difference-interval.ts'
import type { TestResult } from './test-result.ts'
import { waldTest } from './wald-test.ts'

/**
 * The z test of two conversion rates with the pooled standard error: the signed root of Pearson's chi-square, same
 * p-value, same interval (Mee's).
 *
 * Assumptions: users independent; expected counts of at least about 5. Formula: z = difference / sqrt(p q (1 / n_c + 1
 * / n_t)), p the rate of both arms together.
 *
 * Not computable: `noUnits`, `noSuccesses`, `noFailures`. Errors: as `chiSquareTest`.
 *
 * See Fleiss, Levin and Paik (2003), "Statistical methods for rates and proportions", chapter 3.
 *
 * @example
 * pooledZTest({ successes: 48, n: 80 }, { successes: 56, n: 70 }).statistic // => 2.65017195
 */
export function pooledZTest(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): TestResult | NotComputable {
  const { alternative } = resolveOptions(options)
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  const p = pearsonPValue(control, treatment, alternative)
  if (isNotComputable(p)) return p
  return {
    kind: 'computed',
    method: 'pooledZ',
    alternative,
    estimate: riskDifference(control, treatment),
    standardError: pooledStandardError(control, treatment),
    statistic: p.z,
    degreesOfFreedom: null,
    pValue: p.pValue,
    log10PValue: p.log10PValue,
    // It exists wherever the test does.
    confidenceInterval: meeInterval(control, treatment, options) as ConfidenceInterval,
  }
}

/**
 * The z test of two conversion rates with the unpooled standard error; its interval is Wald's. Too bold with few
 * conversions: offered for comparison with other tools.
 *
 * Assumptions: users independent, many conversions. Formula: z = difference / sqrt(p_c q_c / n_c + p_t q_t / n_t).
 *
 * Not computable: `noUnits` when an arm is empty, `zeroVariance` when each arm's users all did the same.
 * Errors: as `chiSquareTest`.
 *
 * See Newcombe (1998), "Interval estimation for the difference between independent proportions: comparison of eleven
 * methods".
 *
 * @example
 * unpooledZTest({ successes: 48, n: 80 }, { successes: 56, n: 70 }).statistic // => 2.75092122
 */
export function unpooledZTest(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): TestResult | NotComputable {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  return waldTest('unpooledZ', riskDifference(control, treatment), unpooledError(control, treatment), options)
}

/**
 * Wald's interval for the difference of two conversion rates, the interval of `unpooledZTest`. It may reach beyond -1
 * and 1 and collapses to a point when each arm's users all did the same: prefer Mee's.
 *
 * Not computable: `noUnits`. Errors and source: as `unpooledZTest`.
 *
 * @example
 * waldDifferenceInterval({ successes: 48, n: 80 }, { successes: 56, n: 70 }).lower // => 0.05750490
 */
export function waldDifferenceInterval(
  control: Proportion,
  treatment: Proportion,
  options: InferenceOptions = {},
): ConfidenceInterval | NotComputable {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  if (control.n === 0 || treatment.n === 0) return notComputable('noUnits')
  const error = unpooledError(control, treatment)
  return intervalAround(riskDifference(control, treatment), error, normal, resolveOptions(options))
}

function unpooledError(control: Proportion, treatment: Proportion): number {
  const variances = [control, treatment].map(({ successes, n }) => ((successes / n) * ((n - successes) / n)) / n)
  return Math.sqrt(variances[0]! + variances[1]!)
}
