import { countUsers, type ScoredUsers } from './scored-users.ts'
import type { RegressionMetrics } from './validation.ts'

/**
 * How near predictions come to values.
 *
 * Formula: RMSE = root of the mean squared error, which of a group is its squared deviations plus n times its mean's
 * squared error; R2 = 1 - squared errors / squared deviations from the mean of all; MAE = mean absolute error, from
 * single values.
 */
export function regressionMetrics(users: ScoredUsers): RegressionMetrics {
  const { prediction, n, mean, m2 } = users
  const total = countUsers(users)
  if (total === 0) return { kind: 'REGRESSION', users: 0, r2: null, rmse: null, mae: null }
  const overall = n.reduce((sum, count, i) => sum + (count / total) * mean[i]!, 0)
  let errors = 0
  let deviations = 0
  n.forEach((count, i) => {
    errors += m2[i]! + count * (mean[i]! - prediction[i]!) ** 2
    deviations += m2[i]! + count * (mean[i]! - overall) ** 2
  })
  const r2 = deviations > 0 ? 1 - errors / deviations : null
  return { kind: 'REGRESSION', users: total, r2, rmse: Math.sqrt(errors / total), mae: absoluteError(users, total) }
}

function absoluteError({ prediction, n, nonZero }: ScoredUsers, total: number): number | null {
  if (nonZero === null) return null
  let sum = 0
  prediction.forEach((p, group) => {
    const values = nonZero(group)
    sum += (n[group]! - values.length) * Math.abs(p)
    for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]! - p)
  })
  return sum / total
}
