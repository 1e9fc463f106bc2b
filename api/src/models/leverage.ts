import { quadraticForms, type SparseRows } from './sparse-rows.ts'

/** With less than this left of 1, a user alone decides the prediction. */
const FULL_LEVERAGE = 1e-9

/**
 * Squared residuals as they would be if users had not drawn predictions towards themselves: divided by (1 - h)^2, h = x'
 * A^-1 x the leverage of a user. A user with leverage 1 has no residual to tell from; the variance of all is taken.
 *
 * @param inverse A^-1 of a linear model, row by row
 * @param squares of each row, the sum of squared residuals of its n users
 * @param variance of the residuals of all users
 */
export function withoutLeverage(
  rows: SparseRows,
  inverse: Float64Array,
  n: Float64Array,
  squares: Float64Array,
  variance: number,
): { squares: Float64Array; hasFullLeverage: boolean } {
  let hasFullLeverage = false
  const corrected = quadraticForms(rows, inverse).map((leverage, i) => {
    const rest = 1 - leverage
    if (n[i] === 0 || rest >= FULL_LEVERAGE) return n[i] === 0 ? 0 : squares[i]! / rest ** 2
    hasFullLeverage = true
    return n[i]! * variance
  })
  return { squares: corrected, hasFullLeverage }
}
