import { quadraticForms, type SparseRows, weightedGram } from './sparse-rows.ts'

/** With less than this left of 1, a user alone decides the prediction. */
const FULL_LEVERAGE = 1e-9

/**
 * The covariance of coefficients where users' targets may vary as they like: HC0, and HC1 and HC3 for small samples.
 *
 * Formula: A^-1 (sum of u^2 x x') A^-1, A the information, u what the model leaves of a user's target. Of a group of
 * users with equal x the sum of u^2 is the squared deviations within it plus n times its mean's squared residual: so
 * the result is that of single users. HC1: times n / (n - k). HC3: u divided by 1 - h, h = v x' A^-1 x the user's
 * leverage.
 *
 * @param inverse A^-1, row by row
 * @param squares of each row, the sum of u^2 of its users
 * @param leverageWeights of each row v, for HC3 only: the variance function at the prediction
 * @returns null for HC3 where a user has leverage 1
 *
 * See MacKinnon and White (1985), "Some heteroskedasticity-consistent covariance matrix estimators with improved finite
 * sample properties".
 */
export function robustCovariance(
  rows: SparseRows,
  inverse: Float64Array,
  squares: Float64Array,
  kind:
    | { name: 'HC0' }
    | { name: 'HC1'; users: number; estimated: number }
    | { name: 'HC3'; leverageWeights: Float64Array },
): Float64Array | null {
  let meat = squares
  if (kind.name === 'HC3') {
    const leverages = quadraticForms(rows, inverse)
    const rest = leverages.map((form, i) => (squares[i] === 0 ? 1 : 1 - form * kind.leverageWeights[i]!))
    if (rest.some((left) => left < FULL_LEVERAGE)) return null
    meat = squares.map((square, i) => square / rest[i]! ** 2)
  }
  const factor = kind.name === 'HC1' ? kind.users / (kind.users - kind.estimated) : 1
  return sandwich(inverse, weightedGram(rows, meat), rows.columns).map((entry) => entry * factor)
}

/** A B A for symmetric matrices of k columns. */
function sandwich(a: Float64Array, b: Float64Array, k: number): Float64Array {
  return product(product(a, b, k), a, k)
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
