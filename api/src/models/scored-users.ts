import type { Outcome } from './outcome.ts'

/** Groups of users with one prediction each, and what they did. */
export interface ScoredUsers {
  prediction: Float64Array
  outcome: Outcome
  /** of a group, the values that are not 0; null where single values are not known */
  nonZero: ((group: number) => ArrayLike<number>) | null
}

/** Users of equal prediction. */
export interface RankedUsers {
  /** ascending */
  prediction: Float64Array
  n: Float64Array
  /** of the target */
  mean: Float64Array
}

export function countUsers({ outcome }: ScoredUsers): number {
  return outcome.n.reduce((sum, count) => sum + count, 0)
}

/** The users in the order of their predictions, those of equal ones together. */
export function rankUsers({ prediction, outcome }: ScoredUsers): RankedUsers {
  const sorted = prediction.filter((_, i) => outcome.n[i]! > 0).sort()
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1])
  const n = new Float64Array(distinct.length)
  const mean = new Float64Array(distinct.length)
  outcome.n.forEach((count, i) => {
    if (count === 0) return
    const rank = placeIn(distinct, prediction[i]!)
    n[rank]! += count
    mean[rank]! += (count / n[rank]!) * (outcome.mean[i]! - mean[rank]!)
  })
  return { prediction: distinct, n, mean }
}

function placeIn(ascending: Float64Array, value: number): number {
  let [low, high] = [0, ascending.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (ascending[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}
