/**
 * How often each value was seen in the two arms: all that rank methods need. Millions of users shrink to the distinct
 * values.
 */
export interface RankTable {
  /** distinct, increasing */
  values: ArrayLike<number>
  /** how many users of the control, and of the treatment, have the value at the same place */
  control: ArrayLike<number>
  treatment: ArrayLike<number>
}

/**
 * The table of two lists of values, one a user.
 *
 * Errors: RangeError for a value that is not a finite number.
 *
 * @example
 * const table = rankTableOf([1, 3, 3], [2, 3])
 * Array.from(table.values) // => [1, 2, 3]
 * Array.from(table.control) // => [1, 0, 2]
 * Array.from(table.treatment) // => [0, 1, 1]
 */
export function rankTableOf(control: ArrayLike<number>, treatment: ArrayLike<number>): RankTable {
  const [c, t] = [sorted('control', control), sorted('treatment', treatment)]
  const values: number[] = []
  const counts: { control: number[]; treatment: number[] } = { control: [], treatment: [] }
  for (let i = 0, j = 0; i < c.length || j < t.length;) {
    const value = Math.min(c[i] ?? Infinity, t[j] ?? Infinity)
    const [iStart, jStart] = [i, j]
    while (c[i] === value) i++
    while (t[j] === value) j++
    values.push(value)
    counts.control.push(i - iStart)
    counts.treatment.push(j - jStart)
  }
  return { values, ...counts }
}

function sorted(name: string, values: ArrayLike<number>): Float64Array {
  const copy = Float64Array.from(values)
  const wrong = copy.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) throw new RangeError(`${name} must hold finite numbers, got ${copy[wrong]} at ${wrong}`)
  return copy.sort()
}

/** Errors: RangeError unless values increase, lists pair up, and counts are whole numbers of at least 0. */
export function requireRankTable({ values, control, treatment }: RankTable): void {
  if (values.length !== control.length || values.length !== treatment.length) {
    throw new RangeError(`values and counts must pair up, got ${values.length}, ${control.length}, ${treatment.length}`)
  }
  for (let i = 0; i < values.length; i++) {
    const increasing = i === 0 || values[i]! > values[i - 1]!
    if (!increasing || !Number.isFinite(values[i])) throw new RangeError(`values must be finite and increase, at ${i}`)
    for (const count of [control[i]!, treatment[i]!]) {
      if (!(Number.isSafeInteger(count) && count >= 0)) {
        throw new RangeError(`counts must be whole numbers of at least 0, got ${count} at ${i}`)
      }
    }
  }
}
