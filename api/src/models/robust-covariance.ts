import { type SparseRows, weightedGram } from './sparse-rows.ts'

/**
 * The covariance of coefficients where users' targets may vary as they like (HC0).
 *
 * Formula: A^-1 (sum of u^2 x x') A^-1, A the information, u what the model leaves of a user's target. Of a group of
 * users with equal x the sum of u^2 is the squared deviations within it plus n times its mean's squared residual: so
 * the result is that of single users. HC1 is n / (n - k) times this; HC3 takes the u without their leverage.
 *
 * See MacKinnon and White (1985), "Some heteroskedasticity-consistent covariance matrix estimators with improved finite
 * sample properties".
 *
 * @param inverse A^-1, row by row
 * @param squares of each row, the sum of u^2 of its users
 * @param shrinking of each column, what a penalty adds to the sum: its part of A, times the variance of the residuals. Where
 * that variance is the same for all users, the whole is then variance x A^-1
 */
export function robustCovariance(
  rows: SparseRows,
  inverse: Float64Array,
  squares: Float64Array,
  shrinking = new Float64Array(rows.columns),
): Float64Array {
  const k = rows.columns
  const middle = weightedGram(rows, squares)
  shrinking.forEach((own, j) => (middle[j * k + j]! += own))
  return product(product(inverse, middle, k), inverse, k)
}

function product(a: Float64Array, b: Float64Array, k: number): Float64Array {
  const result = new Float64Array(k * k)
  for (let i = 0; i < k; i++) {
    for (let m = 0; m < k; m++) {
      const factor = a[i * k + m]!
      if (factor === 0) continue
      for (let j = 0; j < k; j++) result[i * k + j]! += factor * b[m * k + j]!
    }
  }
  return result
}
