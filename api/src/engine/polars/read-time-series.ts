import type { PartFile } from '../engine.ts'
import { type AggregationPlan, measuredTypes } from '../plan.ts'
import {
  MAX_DAYS,
  MAX_DAYS_SINCE_EXPOSURE,
  mergeTimeSeries,
  sumOverTime,
  type TimeSeries,
  type TimeSpan,
} from '../time-series.ts'
import { DAY_MICROS, TimedEvents } from '../timed-events.ts'
import { exposureState, UnitRows, type UnitRule } from '../unit-rows.ts'
import { expectedUnits, ruleOf } from './units-of-range.ts'
import { readAhead } from './read-ahead.ts'
import { readEvents, readExposures } from './read-events.ts'
import { commonBitsFor, unitRanges, type UnitRange } from './unit-ranges.ts'

/** Rows that are worked on at a time. Single events are kept here, not only sums: fewer than elsewhere. */
const ROWS_PER_RANGE = 2_000_000

/**
 * Sums of units day by day, from the events of parts, one range of units after the other. Segments and distributions of
 * the plan are left aside.
 */
export async function readTimeSeries(
  plan: AggregationPlan,
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
): Promise<{ span: TimeSpan; series: TimeSeries }> {
  const rule = ruleOf(plan.window)
  const span = spanOf(rule, parts)
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const ranges = unitRanges(commonBitsFor(rows, ROWS_PER_RANGE))
  let series: TimeSeries | null = null
  for (const [index, range] of ranges.entries()) {
    const own = await seriesOf(plan, rule, span, parts, range)
    series = series === null ? own : mergeTimeSeries(plan, series, own)
    onProgress((index + 1) / ranges.length)
  }
  return { span, series: series! }
}

/** The newest days that the window and the events have in common. */
function spanOf({ from, to, horizon }: UnitRule, parts: PartFile[]): TimeSpan {
  const [first, last] = parts.reduce(
    ([least, most], { minTimeMs, maxTimeMs }) => [Math.min(least, minTimeMs), Math.max(most, maxTimeMs)],
    [Infinity, -Infinity],
  )
  const start = Math.max(from, first * 1000)
  const end = Math.min(to, last * 1000 + 1)
  const lastDay = Math.ceil(end / DAY_MICROS) - 1
  const firstDay = Math.max(Math.floor(start / DAY_MICROS), lastDay - MAX_DAYS + 1)
  const daysAfter = Math.min(MAX_DAYS_SINCE_EXPOSURE, Math.floor((end - start) / DAY_MICROS), horizon / DAY_MICROS)
  return { firstDay: Math.min(firstDay, lastDay + 1), lastDay, end, sinceExposure: Math.max(0, Math.floor(daysAfter)) }
}

async function seriesOf(
  plan: AggregationPlan,
  rule: UnitRule,
  span: TimeSpan,
  parts: PartFile[],
  range: UnitRange,
): Promise<TimeSeries> {
  const units = new UnitRows(rule, [], range.commonBits, expectedUnits(parts, range))
  for await (const exposures of readAhead(parts, ({ path }) => readExposures(path, rule, [], range)))
    units.addExposures(exposures)
  const contaminatedFrom = await contaminationOf(units, parts, range)
  const types = measuredTypes(plan.measures)
  const events = new TimedEvents()
  for await (const columns of readAhead(parts, ({ path }) => readEvents(path, types, range)))
    events.add(units, columns, span.firstDay)
  return sumOverTime(plan, units, contaminatedFrom, events, span)
}

/** When units were first seen in a second variant. The exposures are read once more where there are such units. */
async function contaminationOf(units: UnitRows, parts: PartFile[], range: UnitRange): Promise<Float64Array> {
  const times = new Float64Array(units.size).fill(Infinity)
  if (!units.state.subarray(0, units.size).includes(exposureState.severalVariants)) return times
  for await (const exposures of readAhead(parts, ({ path }) => readExposures(path, units.rule, [], range))) {
    const variants = units.variantNames.translate(exposures.variants.values)
    exposures.times.forEach((time, i) => {
      const row = units.index.find(exposures.units[i * 2]!, exposures.units[i * 2 + 1]!)
      if (variants[exposures.variants.codes[i]!] !== units.variant[row]) times[row] = Math.min(times[row]!, time)
    })
  }
  return times
}
