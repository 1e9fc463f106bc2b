import type { Family } from './family.ts'
import { linearPredictor, type SparseRows } from './sparse-rows.ts'

/** Of the largest change that a step makes to any prediction: changes below this are rounding. */
const NO_CHANGE = 1e-5

/**
 * Whether the likelihood grows for ever in a direction of the coefficients, so that no estimate exists: then following it
 * takes no prediction away from what was seen, and some for ever towards it.
 *
 * The direction comes from Newton's last step, which becomes that direction where there is one; that it is one is checked
 * on every row. Logistic: predictions must rise only where all users converted, fall only where none did. Poisson: fall
 * only where the count is 0, and rise nowhere.
 *
 * See Albert and Anderson (1984), "On the existence of maximum likelihood estimates in logistic regression models".
 *
 * @returns the columns that the direction is made of; null where it is none
 */
export function separatingColumns(
  x: SparseRows,
  family: Family,
  { weights, means }: { weights: Float64Array; means: Float64Array },
  direction: Float64Array,
): number[] | null {
  const change = linearPredictor(x, direction)
  let largest = 0
  for (let i = 0; i < x.rows; i++) if (weights[i]! > 0) largest = Math.max(largest, Math.abs(change[i]!))
  if (!(largest > 0 && largest < Infinity)) return null
  const tolerance = NO_CHANGE * largest
  for (let i = 0; i < x.rows; i++) {
    if (weights[i] === 0) continue
    const mayRise = family.name === 'logistic' && means[i] === 1
    const mayFall = means[i] === 0
    if ((change[i]! > tolerance && !mayRise) || (change[i]! < -tolerance && !mayFall)) return null
  }
  const entries = largestEntries(x)
  const moves = direction.map((one, j) => Math.abs(one) * entries[j]!)
  const most = moves.reduce((size, one) => Math.max(size, one), 0)
  return [...moves.keys()].filter((j) => moves[j]! > 1e-3 * most)
}

/**
 * Columns of ones whose users all converted, or none did: the likelihood grows for ever with such a coefficient alone.
 * These are the usual case, and seen without fitting anything. Of a column that a penalty keeps in check it is no harm.
 */
export function pureColumns(
  x: SparseRows,
  family: Family,
  {
    weights,
    means,
    kept,
    penalty,
  }: { weights: Float64Array; means: Float64Array; kept: Int32Array; penalty: Float64Array },
): number[] {
  if (family.isQuadratic) return []
  const isPure = new Uint8Array(x.columns)
  // The intercept is about all users: whether all are alike is seen before.
  for (const j of kept) if (j > 0 && penalty[j] === 0) isPure[j] = 1
  const side = new Int8Array(x.columns)
  for (let i = 0; i < x.rows; i++) {
    if (weights[i] === 0) continue
    const own = means[i] === 0 ? -1 : means[i] === 1 && family.name === 'logistic' ? 1 : 0
    for (let a = x.starts[i]!; a < x.starts[i + 1]!; a++) {
      const j = x.column[a]!
      if (isPure[j] === 0 || x.value?.[a] === 0) continue
      if (own === 0 || side[j] === -own || (x.value !== null && x.value[a] !== 1)) isPure[j] = 0
      side[j] = own
    }
  }
  return [...isPure.keys()].filter((j) => isPure[j] === 1)
}

/** Of each column, how far from 0 its entries are: 1 where they are ones. */
function largestEntries({ columns, column, value }: SparseRows): Float64Array {
  const largest = new Float64Array(columns).fill(value === null ? 1 : 0)
  value?.forEach((entry, a) => (largest[column[a]!] = Math.max(largest[column[a]!]!, Math.abs(entry))))
  return largest
}
