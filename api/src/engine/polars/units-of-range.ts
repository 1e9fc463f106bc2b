import type { PartFile } from '../engine.ts'
import { freshMemory, type Memory } from '../memory.ts'
import { type AggregationPlan, measuredTypes, type Window } from '../plan.ts'
import { DAY_MICROS } from '../timed-events.ts'
import { type EventColumns, UnitRows, type UnitRule } from '../unit-rows.ts'
import { readAhead } from './read-ahead.ts'
import { readExposuresAndEvents } from './read-events.ts'
import type { UnitRange } from './unit-ranges.ts'

/** The units of parts in a range, with the sums that a plan is about: first all exposures, then the events. */
export async function unitsOfRange(
  { measures, segments, window }: AggregationPlan,
  parts: PartFile[],
  range: UnitRange,
  onProgress: (share: number) => void = () => undefined,
  memory: Memory = freshMemory,
): Promise<UnitRows> {
  const rule = ruleOf(window)
  const types = measuredTypes(measures)
  const units = new UnitRows(rule, segments, range.commonBits, expectedUnits(parts, range), memory)
  const kept: EventColumns[] = []
  const pieces = readAhead(parts, ({ path }) => readExposuresAndEvents(path, rule, types, segments, range, memory))
  for await (const { exposures, events } of pieces) {
    units.addExposures(exposures)
    kept.push(events)
    onProgress(kept.length / parts.length)
  }
  for (const events of kept) units.addEvents(events, false)
  return units
}

/** Users of a shop have some more events each; where they have fewer, the rows grow, which costs more than room unused. */
const EVENTS_PER_UNIT = 5

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
