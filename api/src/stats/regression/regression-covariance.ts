import type { LinearRegression } from './linear-regression.ts'

/**
 * How the noise of the coefficients is estimated: 'classical' with one variance for all rows; HC0 to HC3 with a variance
 * of its own for each (HC1 corrected for the degrees of freedom, HC2 and HC3 for the leverage of the rows).
 */
export type CovarianceKind = 'classical' | 'HC0' | 'HC1' | 'HC2' | 'HC3'

/** With less than this left of 1, a row alone decides its own prediction. */
const FULL_LEVERAGE = 1e-12

/**
 * The covariance matrix of the coefficients of a linear regression; null for HC2 and HC3 where a row has leverage 1.
 *
 * Formula: classical: s^2 (X'WX)^-1 with s^2 = residual squares / degrees of freedom. HC: (X'WX)^-1 (sum of u_i^2 x_i
 * x_i') (X'WX)^-1 with u = w e, for HC1 times n / (n - k), for HC2 and HC3 divided by (1 - h_i) and (1 - h_i)^2. All
 * through the orthogonal factor of the design, so that the squares of its columns are never inverted.
 *
 * See MacKinnon and White (1985), "Some heteroskedasticity-consistent covariance matrix estimators with improved finite
 * sample properties".
 */
export function regressionCovariance(model: LinearRegression, kind: CovarianceKind): number[][] | null {
  const { inner, transform } = model.fit
  const root = multiply(transform, inner.inverseR)
  if (kind === 'classical') {
    const variance = model.residualSquares / model.degreesOfFreedom
    return root.map((row) => root.map((other) => variance * dot(row, other)))
  }
  const squares = rowSquares(model, kind)
  if (squares === null) return null
  const factor = kind === 'HC1' ? model.n / model.degreesOfFreedom : 1
  return sandwich(root, inner.q, squares, factor)
}

/**
 * The covariance matrix where rows of one cluster are not independent.
 *
 * Formula: CR0: as HC0 with the summed scores of each cluster; CR1: times G / (G - 1); CR1S: times (n - 1) / (n - k) as
 * well. Domains: rows, not cells; two clusters or more for CR1 and CR1S, else null.
 *
 * See Liang and Zeger (1986), "Longitudinal data analysis using generalized linear models".
 */
export function clusteredCovariance(
  model: LinearRegression,
  clusters: readonly (string | number)[],
  kind: 'CR0' | 'CR1' | 'CR1S',
): number[][] | null {
  const { inner, residuals, rootWeights, transform } = model.fit
  const scores = new Map<string | number, Float64Array>()
  clusters.forEach((cluster, i) => {
    const score = scores.get(cluster) ?? new Float64Array(inner.q.length)
    inner.q.forEach((column, j) => (score[j]! += column[i]! * rootWeights[i]! * residuals[i]!))
    scores.set(cluster, score)
  })
  const count = scores.size
  if (kind !== 'CR0' && count < 2) return null
  const small = kind === 'CR1S' ? (model.n - 1) / model.degreesOfFreedom : 1
  const factor = (kind === 'CR0' ? 1 : count / (count - 1)) * small
  const columns = inner.q.map((_, j) => Float64Array.from(scores.values(), (score) => score[j]!))
  return sandwich(multiply(transform, inner.inverseR), columns, new Float64Array(count).fill(1), factor)
}

/** Squared scores of the rows on the scale of the orthogonal factor's rows; null where a leverage is 1. */
function rowSquares({ fit }: LinearRegression, kind: CovarianceKind): Float64Array | null {
  const { inner, residuals, rootWeights, counts, m2 } = fit
  const squares = new Float64Array(residuals.length)
  for (let i = 0; i < squares.length; i++) {
    const count = counts?.[i] ?? 1
    // A cell of n rows is weighted by n: of each of its rows, the score has only the n-th part of that weight.
    const weight = counts === null ? rootWeights[i]! ** 2 : 1 / count
    squares[i] = weight * (count * residuals[i]! ** 2 + (m2?.[i] ?? 0))
    if (kind === 'HC2' || kind === 'HC3') {
      const rest = 1 - inner.q.reduce((sum, column) => sum + column[i]! * column[i]!, 0) / count
      if (rest < FULL_LEVERAGE) return null
      squares[i]! /= kind === 'HC2' ? rest : rest * rest
    }
  }
  return squares
}

/** factor x root (sum of square_i q_i q_i') root'. */
function sandwich(root: number[][], q: readonly Float64Array[], squares: Float64Array, factor: number): number[][] {
  const meat = q.map((a) =>
    q.map((b) => {
      let sum = 0
      for (let i = 0; i < squares.length; i++) sum += squares[i]! * a[i]! * b[i]!
      return sum * factor
    }),
  )
  const half = multiply(root, meat)
  return half.map((row) => root.map((other) => dot(row, other)))
}

function multiply(a: readonly ArrayLike<number>[], b: readonly ArrayLike<number>[]): number[][] {
  const width = b[0]?.length ?? 0
  return a.map((row) =>
    Array.from({ length: width }, (_, j) => b.reduce((sum, other, i) => sum + row[i]! * other[j]!, 0)),
  )
}

function dot(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0)
}
