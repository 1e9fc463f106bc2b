import { aggregateUnits, type TimeRange } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan, Window } from '../plan.ts'
import { UnitRows, type SummedUnits, type UnitRule } from '../unit-rows.ts'
import { readAhead } from './read-ahead.ts'
import { readEvents, readExposures } from './read-events.ts'
import { commonBitsFor, unitRanges, type UnitRange } from './unit-ranges.ts'

/** Rows that are worked on at a time: bounds the memory. */
const ROWS_PER_RANGE = 8_000_000

/**
 * Executes a plan over parts, one range of units after the other. Within a range: the first exposure of each unit, then
 * the unit's events summed up by type, then the sums over units by variant and segment.
 */
export async function aggregateParts(
  plan: AggregationPlan,
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
): Promise<Aggregates> {
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
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const ranges = unitRanges(commonBitsFor(rows, ROWS_PER_RANGE))
  for (const [index, range] of ranges.entries())
    yield await unitsOf(plan, parts, range, (share) => onProgress((index + share) / ranges.length))
}

async function unitsOf(
  { measures, segments, window }: AggregationPlan,
  parts: PartFile[],
  range: UnitRange,
  onProgress: (share: number) => void,
): Promise<UnitRows> {
  const rule = ruleOf(window)
  const types = [...new Set(measures.flatMap(({ eventTypes }) => eventTypes))]
  const units = new UnitRows(rule, segments, range.commonBits, expectedUnits(parts, range))
  const steps = parts.length * 2
  let done = 0
  for await (const exposures of readAhead(parts, ({ path }) => readExposures(path, rule, segments, range))) {
    units.addExposures(exposures)
    onProgress(++done / steps)
  }
  for await (const events of readAhead(parts, ({ path }) => readEvents(path, types, range))) {
    units.addEvents(events, false)
    onProgress(++done / steps)
  }
  return units
}

/** Users of a shop have some events each; where they have fewer, the rows grow. */
const EVENTS_PER_UNIT = 8

/** How many units the parts may have in a range. */
export function expectedUnits(parts: PartFile[], { commonBits }: UnitRange): number {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  return rows / EVENTS_PER_UNIT / 2 ** commonBits
}

/** The rule that a plan's window makes, in microseconds. */
export function ruleOf({ from, to, daysSinceExposure }: Window): UnitRule {
  return {
    from: from === null ? -Infinity : Date.parse(from) * 1000,
    to: to === null ? Infinity : Date.parse(to) * 1000,
    horizon: daysSinceExposure === null ? Infinity : daysSinceExposure * DAY_MICROS,
  }
}
const DAY_MICROS = 86_400_000_000

/** When the events of parts were, as their manifests say. */
export function timeRangeOf(parts: PartFile[]): TimeRange {
  if (parts.length === 0) return { firstEventAt: null, lastEventAt: null }
  const iso = (ms: number): string => new Date(ms).toISOString()
  return {
    firstEventAt: iso(parts.reduce((least, { minTimeMs }) => Math.min(least, minTimeMs), Infinity)),
    lastEventAt: iso(parts.reduce((most, { maxTimeMs }) => Math.max(most, maxTimeMs), -Infinity)),
  }
}
