import { type NotComputable, isNotComputable, notComputable } from '../not-computable.ts'
import { exactlyCentred, powerOfTwoNear } from './design-scale.ts'
import { type LeastSquares, leastSquares } from './least-squares.ts'

export interface RegressionData {
  /** predictors, one column each, without the constant */
  predictors: readonly ArrayLike<number>[]
  y: ArrayLike<number>
  /** whether a constant is added; it is then the first coefficient. Default true */
  intercept?: boolean
  /** of the rows, above 0: the sum of weight x residual^2 is made least. Default 1 */
  weights?: ArrayLike<number>
  /** rows that stand for several equal ones each: y is then their mean */
  cells?: {
    /** how many */
    counts: ArrayLike<number>
    /** sum of squared deviations of their values from that mean */
    m2: ArrayLike<number>
  }
}

export interface LinearRegression {
  kind: 'computed'
  coefficients: number[]
  /** rows, or the rows that the cells stand for */
  n: number
  degreesOfFreedom: number
  /** weighted sum of squared residuals */
  residualSquares: number
  /** the same of what the predictors explain */
  explainedSquares: number
  /** what robust covariances are made of */
  fit: {
    inner: LeastSquares
    /** y minus what is predicted for it, not weighted */
    residuals: Float64Array
    /** square root of weight or count */
    rootWeights: Float64Array
    counts: ArrayLike<number> | null
    m2: ArrayLike<number> | null
    /** from inner coefficients to those of the model */
    transform: number[][]
  }
}

/**
 * Linear least squares of y on predictors, from rows or from cells of rows with equal predictors.
 *
 * Columns are scaled by powers of two, and centred where that costs no digit: a predictor around 1e9 then loses none of
 * its own. Standard errors come from `regressionCovariance`.
 *
 * Not computable: `dependentColumns`, `tooFewRows` unless there are more rows than coefficients, `outOfRange`.
 * Errors: RangeError for columns of unequal length, values that are no finite numbers, weights or counts not above 0.
 *
 * See Bjorck (1996), "Numerical methods for least squares problems".
 */
export function linearRegression(data: RegressionData): LinearRegression | NotComputable {
  const { predictors, y, intercept = true, weights, cells } = data
  requireColumns(data)
  const n = y.length
  const rootWeights = Float64Array.from({ length: n }, (_, i) => Math.sqrt(weights?.[i] ?? cells?.counts[i] ?? 1))
  const columns = predictors.map((column) =>
    intercept ? exactlyCentred(column) : { values: Float64Array.from(column), centre: 0 },
  )
  const outcome = intercept ? exactlyCentred(y) : { values: Float64Array.from(y), centre: 0 }
  const all = intercept ? [{ values: new Float64Array(n).fill(1), centre: 0 }, ...columns] : columns
  const units = all.map(({ values }) => powerOfTwoNear(values))
  const unitY = powerOfTwoNear(outcome.values)
  const scaled = all.map(({ values }, j) => values.map((x, i) => (x / units[j]!) * rootWeights[i]!))
  const inner = leastSquares(
    scaled,
    outcome.values.map((value, i) => (value / unitY) * rootWeights[i]!),
  )
  if (isNotComputable(inner)) return inner
  const k = all.length
  const rows = cells === undefined ? n : sum(cells.counts)
  if (rows <= k) return notComputable('tooFewRows')
  // Inner coefficients are of scaled, centred columns; the constant takes back what the centres took away.
  const transform = all.map((_, i) => all.map((_column, j) => (i === j ? unitY / units[j]! : 0)))
  if (intercept) columns.forEach(({ centre }, j) => (transform[0]![j + 1] = (-centre * unitY) / units[j + 1]!))
  const coefficients = transform.map((row) => row.reduce((total, x, j) => total + x * inner.coefficients[j]!, 0))
  if (intercept) coefficients[0]! += outcome.centre
  const within = cells === undefined ? 0 : sum(cells.m2)
  const squares = inner.residuals.reduce((total, residual) => total + residual * residual, 0)
  const residualSquares = squares * unitY * unitY + within
  const explainedSquares = explainedBy(inner, intercept ? 1 : 0) * unitY * unitY
  if (![...coefficients, residualSquares, explainedSquares].every(Number.isFinite)) return notComputable('outOfRange')
  return {
    kind: 'computed',
    coefficients,
    n: rows,
    degreesOfFreedom: rows - k,
    residualSquares,
    explainedSquares,
    fit: {
      inner,
      residuals: inner.residuals.map((residual, i) => (residual / rootWeights[i]!) * unitY),
      rootWeights,
      counts: cells?.counts ?? null,
      m2: cells?.m2 ?? null,
      transform: transform.map((row) => row.map((x) => x / unitY)),
    },
  }
}

/** Squared length of what the columns from one on explain beyond those before it. */
function explainedBy({ r, coefficients }: LeastSquares, from: number): number {
  let total = 0
  for (let i = from; i < r.length; i++) {
    let effect = 0
    for (let j = i; j < r.length; j++) effect += r[i]![j]! * coefficients[j]!
    total += effect * effect
  }
  return total
}

function requireColumns({ predictors, y, weights, cells }: RegressionData): void {
  for (const column of [...predictors, weights, cells?.counts, cells?.m2]) {
    if (column !== undefined && column.length !== y.length) {
      throw new RangeError(`columns must have the length of y, ${y.length}, got ${column.length}`)
    }
  }
  for (const column of [...predictors, y, cells?.m2 ?? []]) {
    for (let i = 0; i < column.length; i++) {
      if (!Number.isFinite(column[i])) throw new RangeError(`values must be finite numbers, got ${column[i]} at ${i}`)
    }
  }
  for (const column of [weights ?? [], cells?.counts ?? []]) {
    for (let i = 0; i < column.length; i++) {
      if (!(column[i]! > 0 && column[i]! < Infinity)) {
        throw new RangeError(`weights and counts must be above 0, got ${column[i]} at ${i}`)
      }
    }
  }
}

function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]!
  return total
}
