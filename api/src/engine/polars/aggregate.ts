import { aggregateUnits, type TimeRange } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { SummedUnits } from '../unit-rows.ts'
import { aggregateOnTwoThreads } from './two-threads.ts'
import { commonBitsFor, unitRanges } from './unit-ranges.ts'
import { unitsOfRange } from './units-of-range.ts'

/** Rows that are worked on at a time: bounds the memory. */
const ROWS_PER_RANGE = 8_000_000
/** The same where two ranges are worked on at a time. */
const ROWS_PER_RANGE_OF_TWO = 2_500_000
/** With fewer rows another thread has not begun before the first one ends. */
const ROWS_FOR_TWO_THREADS = 1_000_000

/**
 * Executes a plan over parts, range of units by range. Within a range: the first exposure of each unit, then the unit's
 * events summed up by type, then the sums over units by variant and segment.
 */
export async function aggregateParts(
  plan: AggregationPlan,
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
  onTwoThreads = rowsOf(parts) >= ROWS_FOR_TWO_THREADS,
): Promise<Aggregates> {
  if (onTwoThreads) {
    const ranges = unitRanges(Math.max(1, commonBitsFor(rowsOf(parts), ROWS_PER_RANGE_OF_TWO)))
    const shares = ranges.map((range) => ({ parts, range }))
    return aggregateOnTwoThreads(plan, shares, timeRangeOf(parts), onProgress)
  }
  let total: Aggregates | null = null
  for await (const units of unitsByRange(plan, parts, onProgress)) {
    const aggregates = aggregateUnits(plan, units, timeRangeOf(parts))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
  }
  return total!
}

/** The units of parts with their sums, one range of units after the other. */
export async function* unitsByRange(
  plan: AggregationPlan,
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
): AsyncGenerator<SummedUnits> {
  const ranges = unitRanges(commonBitsFor(rowsOf(parts), ROWS_PER_RANGE))
  for (const [index, range] of ranges.entries())
    yield await unitsOfRange(plan, parts, range, (share) => onProgress((index + share) / ranges.length))
}

/** When the events of parts were, as their manifests say. */
export function timeRangeOf(parts: PartFile[]): TimeRange {
  if (parts.length === 0) return { firstEventAt: null, lastEventAt: null }
  const iso = (ms: number): string => new Date(ms).toISOString()
  return {
    firstEventAt: iso(parts.reduce((least, { minTimeMs }) => Math.min(least, minTimeMs), Infinity)),
    lastEventAt: iso(parts.reduce((most, { maxTimeMs }) => Math.max(most, maxTimeMs), -Infinity)),
  }
}

function rowsOf(parts: PartFile[]): number {
  return parts.reduce((sum, { rows }) => sum + rows, 0)
}
