import { chiSquare } from './distributions/chi-square.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { fromTail, type PValue } from './p-value.ts'
import { pearsonPValue } from './pearson-p-value.ts'
import { type Proportion, requireProportion } from './proportion.ts'
import { crossDifference } from './risk-difference.ts'

export interface YatesResult extends PValue {
  kind: 'computed'
  method: 'yatesChiSquare'
  statistic: number
  degreesOfFreedom: 1
}

/**
 * Pearson's chi-square with Yates's continuity correction: a cheap imitation of Fisher's exact test, conservative. No
 * interval inverts it; offered for comparison with other tools.
 *
 * Assumptions: users independent. Formula: sum of (|observed - expected| - Y)^2 / expected with Y = min(0.5, |observed
 * - expected|), which is the same in all four cells; two-sided.
 *
 * Not computable: `noUnits`, `noSuccesses`, `noFailures`. Errors: RangeError for counts that are not whole.
 *
 * See Yates (1934), "Contingency tables involving small numbers and the chi-square test".
 *
 * @example
 * yatesChiSquareTest({ successes: 48, n: 80 }, { successes: 56, n: 70 }).statistic // => 6.11427041
 */
export function yatesChiSquareTest(control: Proportion, treatment: Proportion): YatesResult | NotComputable {
  requireProportion('control', control)
  requireProportion('treatment', treatment)
  const pearson = pearsonPValue(control, treatment, 'two-sided')
  if (isNotComputable(pearson)) return pearson
  const deviation = Math.abs(crossDifference(control, treatment)) / (control.n + treatment.n)
  const shrunk = deviation <= 0.5 ? 0 : (deviation - 0.5) / deviation
  const statistic = (shrunk * pearson.z) ** 2
  const reference = chiSquare(1)
  return {
    kind: 'computed',
    method: 'yatesChiSquare',
    statistic,
    degreesOfFreedom: 1,
    ...fromTail(reference.sf(statistic), reference.logSf(statistic)),
  }
}
