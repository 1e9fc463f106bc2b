import type { Family } from './family.ts'
import { Information } from './information.ts'
import { pureColumns, separatingColumns } from './separation.ts'
import { columnSums, linearPredictor, type SparseRows, weightedGram } from './sparse-rows.ts'

export interface GlmData {
  rows: SparseRows
  family: Family
  /** of each row: users, or what the target is divided by */
  weights: Float64Array
  /** of the target */
  means: Float64Array
  /** columns that are estimated; the others have the coefficient 0 */
  kept: Int32Array
  /** of each column: half of it times the squared coefficient is added to the negative log likelihood */
  penalty: Float64Array
  /** where to begin; without it near the means */
  start?: Float64Array
  /** gain of log likelihood still to be had at which it ends; by default none that can be told */
  tolerance?: number
}

export interface GlmFit {
  status: 'converged' | 'separated' | 'notConverged'
  coefficients: Float64Array
  /** predicted mean of each row */
  predictions: Float64Array
  /** inverse of the (penalised) information, row by row: the covariance, in units of the dispersion */
  inverse: Float64Array
  /** minus twice the log likelihood in units of the dispersion, without penalty and constants */
  loss: number
  iterations: number
  /** where separated: the columns whose coefficients are infinite */
  separating: number[]
}

const MAX_ITERATIONS = 60
/** Newton's decrement (gain of log likelihood still to be had) below which one more step reaches the last digits. */
const NEAR = 1e-12
/** The decrement below which a step that still changes predictions is on its way to infinity. */
const SUSPICIOUS = 1e-4
const LARGE_CHANGE = 0.3
const HALVINGS = 30
/** Below this decrement Newton's whole step is never too far. */
const SAFE = 1e-2
/** Objectives that are this near to each other, relatively, cannot be told apart. */
const ROUNDING = 1e-9

/**
 * Maximum (penalised) likelihood of a generalised linear model with canonical link, by Newton's method, which is
 * iteratively reweighted least squares; steps that go too far are halved.
 *
 * See McCullagh and Nelder (1989), "Generalized linear models", section 2.5; for the penalty le Cessie and van Houwelingen
 * (1992), "Ridge estimators in logistic regression".
 */
export function fitGlm(data: GlmData): GlmFit {
  const { rows, family, kept, tolerance = NEAR } = data
  let point = evaluate(data, data.start ?? (family.isQuadratic ? new Float64Array(rows.columns) : startOf(data)))
  let status: GlmFit['status'] = 'notConverged'
  let separating = pureColumns(rows, family, data)
  if (separating.length > 0) status = 'separated'
  let iterations = 0
  while (iterations < MAX_ITERATIONS && status === 'notConverged') {
    iterations++
    const information = new Information(point.gram, rows.columns, kept)
    if (!information.isPositiveDefinite) break
    const step = information.solve(point.gradient)
    const decrement = dot(step, point.gradient)
    if (!Number.isFinite(decrement)) break
    if (!family.isQuadratic && decrement < SUSPICIOUS && changes(rows, step) > LARGE_CHANGE) {
      separating = separatingColumns(rows, family, data, step) ?? []
      if (separating.length > 0) {
        status = 'separated'
        break
      }
    }
    // Of least squares the information does not depend on the coefficients.
    const same = family.isQuadratic ? point.gram : null
    let next = evaluate(data, moved(point.coefficients, step, 1), same)
    const mayGoTooFar = decrement > SAFE && !family.isQuadratic
    for (let t = 0.5, i = 0; mayGoTooFar && i < HALVINGS && !isBetter(data, next, point); t /= 2, i++) {
      next = evaluate(data, moved(point.coefficients, step, t))
    }
    point = next
    // Least squares are solved by the first step; the second one takes away its rounding.
    if (family.isQuadratic ? iterations === 2 : decrement < tolerance) status = 'converged'
  }
  const last = new Information(point.gram, rows.columns, kept)
  const isUsable = last.isPositiveDefinite
  return {
    status: isUsable || status === 'separated' ? status : 'notConverged',
    coefficients: point.coefficients,
    predictions: point.predictions,
    inverse: isUsable ? last.inverse() : new Float64Array(rows.columns ** 2).fill(NaN),
    loss: 2 * lossOf(data, point.eta),
    iterations,
    separating,
  }
}

interface Point {
  coefficients: Float64Array
  eta: Float64Array
  predictions: Float64Array
  /** of the penalised log likelihood */
  gradient: Float64Array
  gram: Float64Array
}

function evaluate(
  { rows, family, weights, means, penalty }: GlmData,
  coefficients: Float64Array,
  known: Float64Array | null = null,
): Point {
  const eta = linearPredictor(rows, coefficients)
  const predictions = new Float64Array(rows.rows)
  const residuals = new Float64Array(rows.rows)
  const curvature = new Float64Array(rows.rows)
  for (let i = 0; i < rows.rows; i++) {
    const mean = family.mean(eta[i]!)
    predictions[i] = mean
    const weight = weights[i]!
    if (weight === 0) continue
    residuals[i] = weight * (means[i]! - mean)
    curvature[i] = weight * family.variance(mean)
  }
  const gradient = columnSums(rows, residuals)
  const gram = known ?? penalised(weightedGram(rows, curvature), penalty)
  for (let j = 0; j < rows.columns; j++) gradient[j]! -= penalty[j]! * coefficients[j]!
  return { coefficients, eta, predictions, gradient, gram }
}

function penalised(gram: Float64Array, penalty: Float64Array): Float64Array {
  for (let j = 0; j < penalty.length; j++) gram[j * penalty.length + j]! += penalty[j]!
  return gram
}

function lossOf({ family, weights, means }: GlmData, eta: Float64Array): number {
  let loss = 0
  for (let i = 0; i < eta.length; i++) if (weights[i]! > 0) loss += weights[i]! * family.loss(eta[i]!, means[i]!)
  return loss
}

function isBetter(data: GlmData, next: Point, before: Point): boolean {
  const objective = ({ eta, coefficients }: Point) =>
    lossOf(data, eta) + coefficients.reduce((sum, b, j) => sum + (data.penalty[j]! * b * b) / 2, 0)
  const old = objective(before)
  return objective(next) <= old + ROUNDING * Math.abs(old)
}

/** Weighted least squares of the linked means, each taken halfway to the mean of all, where the link exists. */
function startOf({ rows, family, weights, means, penalty, kept }: GlmData): Float64Array {
  let total = 0
  let sum = 0
  for (let i = 0; i < rows.rows; i++) {
    total += weights[i]!
    sum += weights[i]! * means[i]!
  }
  const overall = sum / total
  const curvature = new Float64Array(rows.rows)
  const working = new Float64Array(rows.rows)
  for (let i = 0; i < rows.rows; i++) {
    if (weights[i] === 0) continue
    const near = (means[i]! + overall) / 2
    curvature[i] = weights[i]! * family.variance(near)
    working[i] = curvature[i]! * family.link(near)
  }
  const information = new Information(penalised(weightedGram(rows, curvature), penalty), rows.columns, kept)
  const start = information.isPositiveDefinite ? information.solve(columnSums(rows, working)) : null
  return start?.every(Number.isFinite) ? start : new Float64Array(rows.columns)
}

function moved(from: Float64Array, step: Float64Array, share: number): Float64Array {
  return from.map((x, j) => x + share * step[j]!)
}

function changes(rows: SparseRows, step: Float64Array): number {
  return linearPredictor(rows, step).reduce((most, one) => Math.max(most, Math.abs(one)), 0)
}

function dot(x: Float64Array, y: Float64Array): number {
  return x.reduce((sum, value, i) => sum + value * y[i]!, 0)
}
