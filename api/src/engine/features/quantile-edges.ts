/** Different values, ascending, and how many units have each. */
export interface CountedNumbers {
  values: Float64Array
  counts: Float64Array
}

/** Counts values; NaN is none. */
export function countNumbers(numbers: Float64Array): CountedNumbers {
  const sorted = numbers.filter((number) => !Number.isNaN(number)).sort()
  const values = new Float64Array(sorted.length)
  const counts = new Float64Array(sorted.length)
  let distinct = 0
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) values[distinct++] = sorted[i]!
    counts[distinct - 1]!++
  }
  return { values: values.subarray(0, distinct), counts: counts.subarray(0, distinct) }
}

/**
 * Where ranges begin, so that they hold about equally many units: pooled quantiles. Units of one value stay together, and
 * what such a value takes beyond its share is dealt out anew among the ranges after it; without that, a value that most
 * units have would leave a single range.
 */
export function quantileEdges({ values, counts }: CountedNumbers, bins: number): number[] {
  const edges: number[] = []
  let left = counts.reduce((sum, count) => sum + count, 0)
  let share = left / bins
  let inRange = 0
  for (let i = 0; i < values.length; i++) {
    // A value belongs to the range whose size comes nearer to its share with it than without.
    const isFull = inRange > 0 && inRange + counts[i]! / 2 > share
    if (isFull && edges.length < bins - 1) {
      edges.push(values[i]!)
      left -= inRange
      inRange = 0
      share = left / (bins - edges.length)
    }
    inRange += counts[i]!
  }
  return edges
}

/** The range of a number: 0 is below the first edge. */
export function rangeOf(number: number, edges: ArrayLike<number>): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (number < edges[middle]!) high = middle
    else low = middle + 1
  }
  return low
}
