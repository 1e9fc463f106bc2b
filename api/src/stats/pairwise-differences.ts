import { doubleAt, ordinalOf } from './doubles.ts'
import type { RankTable } from './rank-table.ts'

/** The order statistics of all n_c n_t differences "treatment user minus control user". */
export interface PairwiseDifferences {
  smallest: number
  largest: number
  /** the k-th smallest, k from 1 */
  nth(k: number): number
}

/** So few pairs of distinct values are listed and sorted. */
const LISTABLE = 20_000

/**
 * The pairwise differences without forming them: time grows with the distinct values, not with their pairs.
 *
 * Formula: how many differences are at most d is counted by two pointers in one pass. The bracket around the k-th
 * smallest is narrowed by false position on these counts (the Illinois rule: an end that stays loses half its weight)
 * and, every fourth time, by halving among the doubles themselves (an outlier of 1e300 costs a few passes more, not a
 * thousand), until it holds one value or few enough to sort. The answer is one of the differences, to the last digit.
 *
 * See Dowell and Jarratt (1971), "A modified regula falsi method for computing the root of an equation".
 */
export function pairwiseDifferences(table: RankTable): PairwiseDifferences {
  const control = seen(table.values, table.control)
  const treatment = seen(table.values, table.treatment)
  const smallest = treatment.values[0]! - control.values.at(-1)!
  const largest = treatment.values.at(-1)! - control.values[0]!

  function nth(k: number): number {
    let low = { ...NOTHING, above: smallest }
    let high = countAtMost(control, treatment, largest)
    let [weightLow, weightHigh] = [1, 1]
    let moved: 'low' | 'high' | 'none' = 'none'
    for (let turn = 1; low.above < high.at; turn++) {
      if (high.cells - low.cells <= LISTABLE) return pick(control, treatment, low, high, k)
      const [toLow, toHigh] = [weightLow * (k - low.pairs), weightHigh * (high.pairs - k + 1)]
      const guess = turn % 4 === 0 ? halfway(low.above, high.at) : between(low.above, high.at, toLow / (toLow + toHigh))
      const middle = countAtMost(control, treatment, guess)
      if (middle.pairs >= k) {
        ;[weightLow, weightHigh] = [moved === 'high' ? weightLow / 2 : 1, 1]
        ;[high, moved] = [middle, 'high']
      } else {
        ;[weightLow, weightHigh] = [1, moved === 'low' ? weightHigh / 2 : 1]
        ;[low, moved] = [middle, 'low']
      }
    }
    return high.at
  }
  return { smallest, largest, nth }
}

/** The values that an arm has, how many users have each, and how many have one of the first i. */
interface Seen {
  values: Float64Array
  counts: Float64Array
  below: Float64Array
}

function seen(values: ArrayLike<number>, counts: ArrayLike<number>): Seen {
  let size = 0
  for (let i = 0; i < values.length; i++) if (counts[i]! > 0) size++
  const arm = { values: new Float64Array(size), counts: new Float64Array(size), below: new Float64Array(size + 1) }
  for (let i = 0, j = 0; i < values.length; i++) {
    if (counts[i] === 0) continue
    arm.values[j] = values[i]!
    arm.counts[j] = counts[i]!
    arm.below[j + 1] = arm.below[j]! + counts[i]!
    j++
  }
  return arm
}

interface Count {
  /** differences between users, and between distinct values, of at most d */
  pairs: number
  cells: number
  /** the largest difference of at most d, and the smallest above it */
  at: number
  above: number
}

const NOTHING: Count = { pairs: 0, cells: 0, at: -Infinity, above: -Infinity }

/** Rounded subtraction keeps order, so the second pointer never turns back. */
function countAtMost(control: Seen, treatment: Seen, d: number): Count {
  let [pairs, cells, at, above, j] = [0, 0, -Infinity, Infinity, 0]
  const size = treatment.values.length
  for (let i = 0; i < control.values.length; i++) {
    const value = control.values[i]!
    while (j < size && treatment.values[j]! - value <= d) j++
    pairs += control.counts[i]! * treatment.below[j]!
    cells += j
    if (j > 0) at = Math.max(at, treatment.values[j - 1]! - value)
    if (j < size) above = Math.min(above, treatment.values[j]! - value)
  }
  return { pairs, cells, at, above }
}

/** A number in [low, high), at a share of the way. */
function between(low: number, high: number, share: number): number {
  const x = low + share * (high - low)
  return x >= low && x < high ? x : low
}

/** A number in [low, high), half way by position among the doubles. */
function halfway(low: number, high: number): number {
  return doubleAt((ordinalOf(low) + ordinalOf(high)) >> 1n)
}

/** The k-th smallest difference, known to be above `low.at` and at most `high.at`, by listing those. */
function pick(control: Seen, treatment: Seen, low: Count, high: Count, k: number): number {
  const candidates: { difference: number; pairs: number }[] = []
  let start = 0
  for (let i = 0; i < control.values.length; i++) {
    const value = control.values[i]!
    while (start < treatment.values.length && treatment.values[start]! - value <= low.at) start++
    for (let j = start; j < treatment.values.length && treatment.values[j]! - value <= high.at; j++) {
      candidates.push({ difference: treatment.values[j]! - value, pairs: control.counts[i]! * treatment.counts[j]! })
    }
  }
  candidates.sort((x, y) => x.difference - y.difference)
  let pairs = low.pairs
  return candidates.find((candidate) => (pairs += candidate.pairs) >= k)?.difference ?? high.at
}
