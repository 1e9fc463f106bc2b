import { ExactSum } from '../distributions/numerics/exact-sum.ts'
import { type NotComputable, notComputable } from '../not-computable.ts'
import { householderQr, type QrDecomposition } from './householder-qr.ts'

/** What fits a column of values best by a sum of multiples of other columns. */
export interface LeastSquares extends QrDecomposition {
  kind: 'computed'
  coefficients: Float64Array
  /** what the fit leaves of each value */
  residuals: Float64Array
  /** R^-1, upper triangular: the covariance of the coefficients is R^-1 R^-T times the variance of the values */
  inverseR: Float64Array[]
}

/** A column of which less than this share is not in those before it counts as made of them. */
const DEPENDENT = 1e-13
const MAX_REFINEMENTS = 10

/**
 * The coefficients b for which the columns times b come closest to y, in the sum of squares.
 *
 * Formula: Householder's QR of the columns, then corrections of b and of the residuals together, from what the equations
 * leave when they are added up in twice the digits: for all but nearly dependent columns the result is then exact to the
 * last digits.
 *
 * Not computable: `dependentColumns`, `tooFewRows` with fewer rows than columns.
 * Domains: no columns longer or shorter than y; squares of values must not overflow.
 *
 * See Bjorck (1967), "Iterative refinement of linear least squares solutions I".
 */
export function leastSquares(columns: readonly Float64Array[], y: Float64Array): LeastSquares | NotComputable {
  const n = y.length
  const k = columns.length
  if (n < k) return notComputable('tooFewRows')
  const qr = householderQr(columns)
  const isDependent = qr.r.some((row, j) => Math.abs(row[j]!) <= DEPENDENT * lengthOf(qr.r, j))
  if (isDependent) return notComputable('dependentColumns')
  const coefficients = new Float64Array(k)
  const residuals = new Float64Array(n)
  let last = Infinity
  for (let step = 0; step < MAX_REFINEMENTS; step++) {
    const left = Float64Array.from(y, (value, i) => {
      const sum = new ExactSum(value).add(-residuals[i]!)
      for (let j = 0; j < k; j++) sum.addProduct(-columns[j]![i]!, coefficients[j]!)
      return sum.value
    })
    const slope = columns.map((column) => {
      const sum = new ExactSum()
      for (let i = 0; i < n; i++) sum.addProduct(-column[i]!, residuals[i]!)
      return sum.value
    })
    const lower = solveTransposed(qr.r, slope)
    const turned = qr.q.map((column, j) => dot(column, left) - lower[j]!)
    const change = solveUpper(qr.r, turned)
    const size = Math.max(0, ...change.map((x, j) => Math.abs(x) * lengthOf(qr.r, j)))
    // A correction that does not shrink is rounding.
    if (step > 0 && !(size < last / 2)) break
    last = size
    for (let j = 0; j < k; j++) coefficients[j]! += change[j]!
    for (let i = 0; i < n; i++) {
      let correction = left[i]!
      for (let j = 0; j < k; j++) correction -= qr.q[j]![i]! * turned[j]!
      residuals[i]! += correction
    }
    if (size === 0) break
  }
  return { kind: 'computed', ...qr, coefficients, residuals, inverseR: inverseOf(qr.r) }
}

/** Length of column j of the matrix that R came from. */
function lengthOf(r: readonly Float64Array[], j: number): number {
  return Math.hypot(...r.slice(0, j + 1).map((row) => row[j]!))
}

/** The x with R x = b. */
function solveUpper(r: readonly Float64Array[], b: readonly number[]): number[] {
  const x = [...b]
  for (let i = x.length - 1; i >= 0; i--) {
    for (let j = i + 1; j < x.length; j++) x[i]! -= r[i]![j]! * x[j]!
    x[i]! /= r[i]![i]!
  }
  return x
}

/** The x with R^T x = b. */
function solveTransposed(r: readonly Float64Array[], b: readonly number[]): number[] {
  const x = [...b]
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) x[i]! -= r[j]![i]! * x[j]!
    x[i]! /= r[i]![i]!
  }
  return x
}

function inverseOf(r: readonly Float64Array[]): Float64Array[] {
  const inverse = r.map((_, i) => Float64Array.from(r, (_row, j) => (i === j ? 1 : 0)))
  const columns = inverse.map((column) => solveUpper(r, [...column]))
  return inverse.map((_, i) => Float64Array.from(columns, (column) => column[i]!))
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!
  return sum
}
