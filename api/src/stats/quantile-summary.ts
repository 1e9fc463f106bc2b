import { normal } from './distributions/normal.ts'
import { type ClusterSums, clusteredShareVariance } from './quantile-estimate.ts'

/** A quantile of an arm as other systems hand it over: without the values behind it. */
export interface QuantileSummary {
  n: number
  /** the number of values that the ends below were chosen for */
  intervalN: number
  value: number
  /** the quantiles at p -+ z sqrt(p (1 - p) / intervalN), with z of 95 % */
  lower: number
  upper: number
  /** where the values are events of users, who are the independent units */
  clusters?: ClusterSums
}

/**
 * The standard error of a quantile from its summary.
 *
 * Formula: se^2 = (intervalN / n) ((n - 1) / n) ((upper - lower) / (2 z))^2; with clusters times the variance of the
 * share over that of independent values. Domains: n of at least 1, p inside (0, 1).
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics", section 4.2.
 *
 * @example
 * quantileErrorFromSummary({ n: 10230, intervalN: 10000, value: 3.2, lower: 3.12, upper: 3.29 }, 0.5) // => 0.042875756
 */
export function quantileErrorFromSummary(summary: QuantileSummary, p: number): number {
  const { n, intervalN, lower, upper, clusters } = summary
  const width = (upper - lower) / (2 * normal.isf(0.025))
  const clustering = clusters === undefined ? 1 : clusteredShareVariance(clusters) / ((p * (1 - p)) / n)
  return width * Math.sqrt((intervalN / n) * ((n - 1) / n) * clustering)
}
