import { families } from './family.ts'
import { fitGlm } from './fit-glm.ts'
import { byPrediction, countUsers, type ScoredUsers } from './scored-users.ts'
import type { CalibrationPoint } from './validation.ts'

/**
 * The logistic regression of conversions on the log odds that were predicted: slope 1 and intercept 0 are ideal, a slope
 * below 1 tells of predictions that are too extreme. Null where it does not exist: predictions all equal, or outcomes.
 *
 * See Cox (1958), "Two further applications of a model for binary regression".
 */
export function calibrationLine(users: ScoredUsers): { slope: number; intercept: number } | null {
  const { n, mean, prediction } = users
  const groups = [...n.keys()].filter((i) => n[i]! > 0 && prediction[i]! > 0 && prediction[i]! < 1)
  const logits = Float64Array.from(groups, (i) => families.logistic.link(prediction[i]!))
  const weights = Float64Array.from(groups, (i) => n[i]!)
  const means = Float64Array.from(groups, (i) => mean[i]!)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const centre = logits.reduce((sum, logit, i) => sum + (weights[i]! / total) * logit, 0)
  const spread = logits.reduce((sum, logit, i) => sum + (weights[i]! / total) * (logit - centre) ** 2, 0)
  if (!(spread > 1e-12)) return null
  const fit = fitGlm({
    rows: {
      rows: groups.length,
      columns: 2,
      starts: Int32Array.from({ length: groups.length + 1 }, (_, i) => 2 * i),
      column: Int32Array.from({ length: 2 * groups.length }, (_, i) => i % 2),
      value: Float64Array.from({ length: 2 * groups.length }, (_, i) => (i % 2 === 0 ? 1 : logits[i >> 1]! - centre)),
    },
    family: families.logistic,
    weights,
    means,
    kept: Int32Array.of(0, 1),
    penalty: new Float64Array(2),
  })
  if (fit.status !== 'converged') return null
  const [level, slope] = fit.coefficients as unknown as [number, number]
  return { slope, intercept: level - slope * centre }
}

const POINTS = 10

/** Predicted beside observed means, in parts of nearly equal size from the lowest prediction to the highest. */
export function calibrationCurve(users: ScoredUsers): CalibrationPoint[] {
  const size = countUsers(users) / POINTS
  const points: CalibrationPoint[] = []
  let seen = 0
  for (const group of byPrediction(users).reverse()) {
    const count = users.n[group]!
    const part = Math.min(POINTS - 1, Math.floor((seen + count / 2) / size))
    const point = (points[part] ??= { users: 0, predicted: 0, observed: 0 })
    point.users += count
    point.predicted += (count / point.users) * (users.prediction[group]! - point.predicted)
    point.observed += (count / point.users) * (users.mean[group]! - point.observed)
    seen += count
  }
  return points.filter((point) => point !== undefined)
}
