/** A way to adjust the p-values of a family of tests, in the order they came in. */
export type Adjustment = (pValues: readonly number[]) => number[]

/** Errors: RangeError for a p-value outside [0, 1]. */
export function requirePValues(pValues: readonly number[]): void {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`p-values must be in [0, 1], got ${p}`)
}

/**
 * Adjusts by rank: from the smallest p-value up (keeping the running maximum) or from the largest down (keeping the
 * running minimum), each multiplied by a factor of its rank (1 = smallest) and cut at 1.
 */
export function adjustByRank(
  pValues: readonly number[],
  direction: 'stepDown' | 'stepUp',
  factor: (rank: number, count: number) => number,
): number[] {
  requirePValues(pValues)
  const count = pValues.length
  const ascending = pValues.map((_, i) => i).sort((i, j) => pValues[i]! - pValues[j]!)
  const order = direction === 'stepDown' ? ascending : ascending.toReversed()
  const keep = direction === 'stepDown' ? Math.max : Math.min
  const adjusted = new Array<number>(count)
  let kept = direction === 'stepDown' ? 0 : 1
  order.forEach((index, i) => {
    const rank = direction === 'stepDown' ? i + 1 : count - i
    kept = keep(kept, Math.min(1, pValues[index]! * factor(rank, count)))
    adjusted[index] = kept
  })
  return adjusted
}
