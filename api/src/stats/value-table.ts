/** How many users have each value. */
export interface ValueTable {
  /** ascending */
  values: ArrayLike<number>
  /** of the same length, whole numbers of at least 0 */
  counts: ArrayLike<number>
}

/** The table of a list of values. Errors: RangeError for a value that is not a finite number. */
export function valueTableOf(list: ArrayLike<number>): ValueTable {
  const sorted = Float64Array.from(list).sort()
  const values: number[] = []
  const counts: number[] = []
  for (const value of sorted) {
    if (!Number.isFinite(value)) throw new RangeError(`values must be finite numbers, got ${value}`)
    if (values.at(-1) === value) counts[counts.length - 1]!++
    else {
      values.push(value)
      counts.push(1)
    }
  }
  return { values, counts }
}

/** How many users a table is of. */
export function sizeOf({ counts }: ValueTable): number {
  let n = 0
  for (let i = 0; i < counts.length; i++) n += counts[i]!
  return n
}

/** The k-th smallest value, k from 1 to the number of users. */
export function orderStatistic({ values, counts }: ValueTable, k: number): number {
  let below = 0
  for (let i = 0; i < counts.length; i++) {
    below += counts[i]!
    if (below >= k) return values[i]!
  }
  throw new RangeError(`k must be at most the number of values, ${below}, got ${k}`)
}
