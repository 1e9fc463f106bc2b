import { fittedTo, squaresAround } from './outcome.ts'
import { countUsers, type ScoredUsers } from './scored-users.ts'
import type { RegressionMetrics } from './validation.ts'

/**
 * How near predictions come to values.
 *
 * Formula: RMSE = root of the mean squared error, which of a group is its squared deviations plus n times its mean's
 * squared error; R2 = 1 - squared errors / squared deviations from the mean of all; MAE = mean absolute error, from
 * single values. Of a ratio, a user's error is target - prediction x denominator.
 */
export function regressionMetrics(users: ScoredUsers): RegressionMetrics {
  const { prediction, outcome } = users
  const total = countUsers(users)
  const { weights, means } = fittedTo(outcome)
  const weight = weights.reduce((sum, one) => sum + one, 0)
  if (total === 0 || weight === 0) return { kind: 'REGRESSION', users: total, r2: null, rmse: null, mae: null }
  const overall = means.reduce((sum, mean, i) => sum + (weights[i]! / weight) * mean, 0)
  const sumOf = (squares: Float64Array) => squares.reduce((sum, square) => sum + square, 0)
  const errors = sumOf(squaresAround(outcome, prediction))
  const deviations = sumOf(
    squaresAround(
      outcome,
      prediction.map(() => overall),
    ),
  )
  const r2 = deviations > 0 ? 1 - errors / deviations : null
  return { kind: 'REGRESSION', users: total, r2, rmse: Math.sqrt(errors / total), mae: absoluteError(users, total) }
}

function absoluteError({ prediction, outcome, nonZero }: ScoredUsers, total: number): number | null {
  if (nonZero === null || outcome.denominator !== null) return null
  let sum = 0
  prediction.forEach((p, group) => {
    const count = outcome.n[group]!
    if (count === 0) return
    const values = nonZero(group)
    sum += (count - values.length) * Math.abs(p)
    for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]! - p)
  })
  return sum / total
}
