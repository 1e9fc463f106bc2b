import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import { normal } from './distributions/normal.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { quantileOf } from './quantile.ts'
import { sizeOf, type ValueTable } from './value-table.ts'

export interface QuantileEstimate {
  kind: 'computed'
  n: number
  /** the quantile */
  value: number
  /** the quantiles one critical value below and above its level */
  lower: number
  upper: number
  standardError: number
}

/** Of the interval whose width says how far off a quantile may be. */
const Z = normal.isf(0.025)

/**
 * A quantile and its standard error, without guessing a density.
 *
 * Assumptions: users independent. Formula: the quantiles at p -+ z sqrt(p (1 - p) / n) with z of 95 % are the ends of an
 * interval; the standard error is its width over 2 z.
 *
 * Not computable: `noUnits`; `tooFewForQuantile` where those levels leave [0, 1]; `outOfRange`. Errors: RangeError for p
 * outside [0, 1].
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics: a practical guide with novel ideas",
 * section 4.2; Serfling (1980), "Approximation theorems of mathematical statistics", section 2.6.
 *
 * @example
 * quantileEstimate(valueTableOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 0.5).standardError // => 1.3333333
 */
export function quantileEstimate(table: ValueTable, p: number): QuantileEstimate | NotComputable {
  return spreadAround(table, p, Math.sqrt((p * (1 - p)) / sizeOf(table)))
}

/**
 * The same where the rows of the table are not the independent units: events of users, with the variance of the share
 * at or below the quantile as `clusteredShareVariance` gives it.
 */
export function clusteredQuantileEstimate(
  table: ValueTable,
  p: number,
  shareVariance: number,
): QuantileEstimate | NotComputable {
  return spreadAround(table, p, Math.sqrt(shareVariance))
}

function spreadAround(table: ValueTable, p: number, error: number): QuantileEstimate | NotComputable {
  const n = sizeOf(table)
  const value = quantileOf(table, p)
  if (typeof value !== 'number') return value
  const [low, high] = [p - Z * error, p + Z * error]
  if (!(low >= 0 && high <= 1)) return notComputable('tooFewForQuantile')
  const [lower, upper] = [quantileOf(table, low) as number, quantileOf(table, high) as number]
  const standardError = upper / (2 * Z) - lower / (2 * Z)
  if (!Number.isFinite(standardError)) return notComputable('outOfRange')
  return { kind: 'computed', n, value, lower, upper, standardError: Math.max(0, standardError) }
}

/** Sums over clusters (users) of the number of their events, n, and of those at or below the quantile, s. */
export interface ClusterSums {
  clusters: number
  s: number
  n: number
  ss: number
  nn: number
  sn: number
}

/**
 * The variance of the share of events at or below a quantile, where events of one user are not independent.
 *
 * Formula: the delta method for the ratio of s and n: (v_s - 2 p v_sn + p^2 v_n) / (m mean(n)^2), with p = sum s / sum n
 * and (co)variances of divisor m - 1. Domains: two clusters or more.
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics", section 4.2.
 */
export function clusteredShareVariance({ clusters: m, s, n, ss, nn, sn }: ClusterSums): number {
  const p = s / n
  const covariance = (xy: number, x: number, y: number) => differenceOfProducts(m, xy, x, y) / m / (m - 1)
  const residual = covariance(ss, s, s) - 2 * p * covariance(sn, s, n) + p * p * covariance(nn, n, n)
  return (Math.max(0, residual) / n / n) * m
}
