import type { Moments } from './moments.ts'

/**
 * Count, means and centred co-moments of several quantities measured on the same units: what ratio metrics (numerator,
 * denominator) and covariate adjustment need. The entry [i][j] of `coMoments` is the sum of (x_i - mean_i)(x_j -
 * mean_j).
 */
export interface CoMoments {
  n: number
  means: readonly number[]
  coMoments: readonly (readonly number[])[]
}

/**
 * The co-moments of columns of equal length, one a quantity, aligned by unit.
 *
 * Formula: as `momentsOf`: deviations from the first unit, then the corrected two-pass algorithm.
 *
 * Errors: RangeError for columns of unequal length, no columns, or a value that is not a finite number.
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance: analysis and recommendations".
 *
 * @example
 * const both = coMomentsOf([[1, 2, 3], [2, 2, 5]])
 * both.means // => [2, 3]
 * both.coMoments // => [[2, 3], [3, 6]]
 */
export function coMomentsOf(columns: readonly ArrayLike<number>[]): CoMoments {
  const n = columns[0]?.length
  if (n === undefined) throw new RangeError('columns must hold at least one column')
  const centred = columns.map((column) => centre(column, n))
  const coMoments = centred.map((x) => centred.map((y) => sumOfProducts(x, y)))
  return { n, means: centred.map(({ mean }) => mean), coMoments }
}

/**
 * The co-moments of two disjoint sets of units together.
 *
 * Formula: entry [i][j] = that of a + that of b + (difference of means i)(difference of means j) n_a n_b / (n_a + n_b).
 * Errors: RangeError when the two do not measure the same number of quantities.
 *
 * See Bennett and others (2009), "Numerically stable, single-pass, parallel statistics algorithms".
 *
 * @example
 * const both = combineCoMoments(coMomentsOf([[1], [2]]), coMomentsOf([[2, 3], [2, 5]]))
 * both.n // => 3
 * both.coMoments // => [[2, 3], [3, 6]]
 */
export function combineCoMoments(a: CoMoments, b: CoMoments): CoMoments {
  if (a.means.length !== b.means.length) {
    throw new RangeError(`both must measure the same quantities, got ${a.means.length} and ${b.means.length}`)
  }
  if (a.n === 0) return b
  if (b.n === 0) return a
  const n = a.n + b.n
  const share = b.n / n
  const delta = a.means.map((mean, i) => b.means[i]! - mean)
  return {
    n,
    means: a.means.map((mean, i) => mean + delta[i]! * share),
    coMoments: a.coMoments.map((row, i) =>
      row.map((entry, j) => entry + b.coMoments[i]![j]! + delta[i]! * delta[j]! * a.n * share),
    ),
  }
}

/** Sample covariance of quantities i and j, with divisor n - 1; 0 for fewer than two units. */
export function sampleCovariance({ n, coMoments }: CoMoments, i: number, j: number): number {
  return n < 2 ? 0 : coMoments[i]![j]! / (n - 1)
}

/** The moments of quantity i alone. */
export function marginalMoments({ n, means, coMoments }: CoMoments, i: number): Moments {
  return { n, mean: means[i]!, m2: coMoments[i]![i]! }
}

interface Centred {
  mean: number
  deviations: Float64Array
  /** sum of the deviations: 0 but for rounding */
  residue: number
}

function centre(column: ArrayLike<number>, n: number): Centred {
  if (column.length !== n) throw new RangeError(`columns must have equal lengths, got ${n} and ${column.length}`)
  const origin = column[0] ?? 0
  const deviations = Float64Array.from(column, (value) => value - origin)
  const shift = sum(deviations) / (n || 1)
  if (!Number.isFinite(shift)) throw new RangeError('values must be finite numbers')
  for (let i = 0; i < n; i++) deviations[i]! -= shift
  const residue = sum(deviations)
  return { mean: origin + (shift + residue / (n || 1)), deviations, residue }
}

function sumOfProducts(x: Centred, y: Centred): number {
  let total = 0
  for (let i = 0; i < x.deviations.length; i++) total += x.deviations[i]! * y.deviations[i]!
  return total - (x.residue * y.residue) / (x.deviations.length || 1)
}

function sum(values: Float64Array): number {
  let total = 0
  for (const value of values) total += value
  return total
}
