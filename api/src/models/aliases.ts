/** A column of which less than this share of the squares is not in those before it counts as made of them. */
const DEPENDENT = 1e-11
/** Multiples below this are rounding. */
const NO_MULTIPLE = 1e-6

export interface Alias {
  column: number
  /** the columns it is made up of; none where it is 0 for all users */
  madeOf: { column: number; multiple: number }[]
}

/**
 * Which columns of a design are sums of multiples of columns before them, from X'WX: those are left out of the fit, and
 * predictions are the same without them.
 *
 * Formula: Cholesky's decomposition column by column; a pivot of which nothing is left is a dependent column, and solving
 * back says of which. See Golub and Van Loan (2013), "Matrix computations", section 4.2.
 */
export function findAliases(gram: Float64Array, k: number): { kept: Int32Array; aliases: Alias[] } {
  const kept: number[] = []
  const aliases: Alias[] = []
  /** of each kept column, its row of the triangular factor, on the scale of correlations */
  const factor: Float64Array[] = []
  const scale = Float64Array.from({ length: k }, (_, j) => Math.sqrt(gram[j * k + j]!))
  for (let j = 0; j < k; j++) {
    if (!(scale[j]! > 0)) {
      aliases.push({ column: j, madeOf: [] })
      continue
    }
    const row = new Float64Array(kept.length + 1)
    let left = 1
    for (let a = 0; a < kept.length; a++) {
      let sum = gram[j * k + kept[a]!]! / scale[j]! / scale[kept[a]!]!
      for (let b = 0; b < a; b++) sum -= row[b]! * factor[a]![b]!
      row[a] = sum / factor[a]![a]!
      left -= row[a]! * row[a]!
    }
    if (left > DEPENDENT) {
      row[kept.length] = Math.sqrt(left)
      kept.push(j)
      factor.push(row)
    } else aliases.push({ column: j, madeOf: multiplesOf(row, factor, kept, scale, scale[j]!) })
  }
  return { kept: Int32Array.from(kept), aliases }
}

function multiplesOf(
  row: Float64Array,
  factor: Float64Array[],
  kept: number[],
  scale: Float64Array,
  own: number,
): Alias['madeOf'] {
  const multiples = row.slice(0, kept.length)
  for (let a = kept.length - 1; a >= 0; a--) {
    for (let b = a + 1; b < kept.length; b++) multiples[a]! -= factor[b]![a]! * multiples[b]!
    multiples[a]! /= factor[a]![a]!
  }
  return kept
    .map((column, a) => ({ column, multiple: (multiples[a]! * own) / scale[column]! }))
    .filter(({ multiple }) => Math.abs(multiple) > NO_MULTIPLE)
}
