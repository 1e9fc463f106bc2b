import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { excludes } from '../stats/confidence-interval.ts'

/**
 * Counts the side on which an interval leaves the truth out: first those with the truth below the interval, then those
 * with the truth above it. Of an interval of two pieces it is the piece with the estimate that counts.
 */
export function countMiss(
  misses: number[],
  interval: ConfidenceInterval,
  estimate: number | null,
  truth: number,
): void {
  if (!excludes(interval, truth)) return
  const isBelow = interval.gap === undefined ? interval.lower !== null && truth < interval.lower : truth < estimate!
  misses[isBelow ? 0 : 1]!++
}
