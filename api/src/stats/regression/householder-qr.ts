/** A matrix of more rows than columns as Q R: columns of Q are orthonormal, R is upper triangular. */
export interface QrDecomposition {
  /** as many columns as the matrix has, each of its rows' length */
  q: Float64Array[]
  /** r[i][j], 0 below the diagonal */
  r: Float64Array[]
}

/**
 * Householder's QR decomposition.
 *
 * Least squares through it loses as many digits as the columns are dependent; through the squares of the columns
 * (normal equations) twice as many. Domains: columns of equal length, at least as long as there are columns, of a size
 * whose squares do not overflow.
 *
 * See Golub and Van Loan (2013), "Matrix computations", section 5.2.
 */
export function householderQr(columns: readonly Float64Array[]): QrDecomposition {
  const work = columns.map((column) => Float64Array.from(column))
  const n = work[0]?.length ?? 0
  const r = work.map(() => new Float64Array(work.length))
  const reflectors = work.map((column, j) => {
    const reflector = reflectorOf(column, j)
    for (let k = j; k < work.length; k++) reflect(work[k]!, reflector, j)
    for (let k = j; k < work.length; k++) r[j]![k] = work[k]![j]!
    return reflector
  })
  const q = work.map((_, j) => {
    const column = new Float64Array(n)
    column[j] = 1
    for (let k = j; k >= 0; k--) reflect(column, reflectors[k]!, k)
    return column
  })
  return { q, r }
}

/** The unit vector, 0 before place j, whose reflection turns the column's rest into a multiple of the j-th axis. */
function reflectorOf(column: Float64Array, j: number): Float64Array {
  const reflector = Float64Array.from(column)
  let square = 0
  for (let i = j; i < column.length; i++) square += column[i]! * column[i]!
  reflector.fill(0, 0, j)
  reflector[j]! += (column[j]! < 0 ? -1 : 1) * Math.sqrt(square)
  let length = 0
  for (let i = j; i < column.length; i++) length += reflector[i]! * reflector[i]!
  const norm = Math.sqrt(length)
  if (norm > 0) for (let i = j; i < column.length; i++) reflector[i]! /= norm
  return reflector
}

function reflect(column: Float64Array, reflector: Float64Array, from: number): void {
  let dot = 0
  for (let i = from; i < column.length; i++) dot += reflector[i]! * column[i]!
  for (let i = from; i < column.length; i++) column[i]! -= 2 * dot * reflector[i]!
}
