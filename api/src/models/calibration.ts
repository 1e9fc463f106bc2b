import { families } from './family.ts'
import { fitGlm } from './fit-glm.ts'
import type { RankedUsers } from './scored-users.ts'
import type { CalibrationPoint } from './validation.ts'

/** Below this variance of the predicted log odds they are all the same. */
const NO_SPREAD = 1e-12

/**
 * The logistic regression of conversions on the log odds that were predicted: slope 1 and intercept 0 are ideal, a slope
 * below 1 tells of predictions that are too extreme. Null where it does not exist: predictions all equal, or outcomes.
 *
 * See Cox (1958), "Two further applications of a model for binary regression".
 */
export function calibrationLine(ranked: RankedUsers): { slope: number; intercept: number } | null {
  const isUsed = (_: number, i: number) => ranked.prediction[i]! > 0 && ranked.prediction[i]! < 1
  const logits = ranked.prediction.filter(isUsed).map(families.logistic.link)
  const weights = ranked.n.filter(isUsed)
  const means = ranked.mean.filter(isUsed)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const centre = logits.reduce((sum, logit, i) => sum + (weights[i]! / total) * logit, 0)
  const spread = logits.reduce((sum, logit, i) => sum + (weights[i]! / total) * (logit - centre) ** 2, 0)
  if (!(spread > NO_SPREAD)) return null
  const n = logits.length
  const rows = {
    rows: n,
    columns: 2,
    starts: Int32Array.from({ length: n + 1 }, (_, i) => 2 * i),
    column: Int32Array.from({ length: 2 * n }, (_, i) => i % 2),
    value: Float64Array.from({ length: 2 * n }, (_, i) => (i % 2 === 0 ? 1 : logits[i >> 1]! - centre)),
  }
  const free = { kept: Int32Array.of(0, 1), penalty: new Float64Array(2) }
  // Where predictions are right, that is the line.
  const start = Float64Array.of(centre, 1)
  const fit = fitGlm({ rows, family: families.logistic, weights, means, start, ...free })
  if (fit.status !== 'converged') return null
  const slope = fit.coefficients[1]!
  return { slope, intercept: fit.coefficients[0]! - slope * centre }
}

const POINTS = 10

/** Predicted beside observed means, in parts of nearly equal size from the lowest prediction to the highest. */
export function calibrationCurve({ prediction, n, mean }: RankedUsers): CalibrationPoint[] {
  const size = n.reduce((sum, count) => sum + count, 0) / POINTS
  const points: CalibrationPoint[] = []
  let seen = 0
  n.forEach((count, i) => {
    const part = Math.min(POINTS - 1, Math.floor((seen + count / 2) / size))
    const point = (points[part] ??= { users: 0, predicted: 0, observed: 0 })
    point.users += count
    point.predicted += (count / point.users) * (prediction[i]! - point.predicted)
    point.observed += (count / point.users) * (mean[i]! - point.observed)
    seen += count
  })
  // Parts that no prediction fell into are holes.
  return Object.values(points)
}
