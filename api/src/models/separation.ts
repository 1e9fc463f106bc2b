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

/** Of each column, how far from 0 its entries are: 1 where they are ones. */
function largestEntries({ columns, column, value }: SparseRows): Float64Array {
  const largest = new Float64Array(columns).fill(value === null ? 1 : 0)
  value?.forEach((entry, a) => (largest[column[a]!] = Math.max(largest[column[a]!]!, Math.abs(entry))))
  return largest
}
