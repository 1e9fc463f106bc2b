import { Block } from './block.ts'
import { GroupMoments } from './group-moments.ts'
import { Scratch } from './memory.ts'
import { combineGroups } from './merge-aggregates.ts'
import type { AggregationPlan, Group } from './plan.ts'
import { DAY_MICROS, type TimedEvents } from './timed-events.ts'
import { exposureState, type SummedUnits, type TypeSums, type UnitRows } from './unit-rows.ts'

/** Calendar days that are kept, the newest ones: those before them count, but have no points of their own. */
export const MAX_DAYS = 180
/** Days after the exposure that are kept, the first ones. */
export const MAX_DAYS_SINCE_EXPOSURE = 60

/** The days that are looked at. Times in microseconds since 1970. */
export interface TimeSpan {
  /** First and last day, in days since 1970 (UTC). */
  firstDay: number
  lastDay: number
  /** Events before it count: the window's end, or just after the last event. */
  end: number
  /** Days after the exposure. */
  sinceExposure: number
}

/** Sums of the units over time; one group a variant each time. */
export interface TimeSeries {
  /** Of all that happened until each day's end: what a window that ends there gives. */
  cumulative: Group[][]
  /** Of what the units that were exposed by then did on each day. */
  daily: Group[][]
  /** Of what units did in each 24 hours since their exposure; only units for whom these hours are over. */
  sinceExposure: Group[][]
}

/**
 * Sums of units, day by day: their running state is carried from day to day, and moments are summed up anew at each day's
 * end, so that they are those of a window that ends there.
 *
 * @param contaminatedFrom when each unit was seen in a second variant; Infinity where it never was
 */
export function sumOverTime(
  plan: AggregationPlan,
  units: UnitRows,
  contaminatedFrom: Float64Array,
  events: TimedEvents,
  span: TimeSpan,
): TimeSeries {
  const days = span.lastDay - span.firstDay + 1
  const running = new UnitSums(units)
  const ofDay = new UnitSums(units)
  const series: TimeSeries = { cumulative: [], daily: [], sinceExposure: [] }
  const byDay = events.orderedBy(events.days, days)
  for (let day = 0; day < days; day++) {
    const end = Math.min((span.firstDay + day + 1) * DAY_MICROS, span.end)
    ofDay.clear()
    byDay(day, (row, type, value) => {
      running.add(row, type, value)
      ofDay.add(row, type, value)
    })
    const isIn = (row: number) => units.firstExposure[row]! < end && contaminatedFrom[row]! >= end
    series.cumulative.push(groupsOf(plan, running.of(isIn)))
    // What happened before the first day is part of the sum, and of no day.
    if (day === 0) {
      ofDay.clear()
      byDay(0, (row, type, value, time) => {
        if (time >= span.firstDay * DAY_MICROS) ofDay.add(row, type, value)
      })
    }
    series.daily.push(groupsOf(plan, ofDay.of(isIn)))
  }
  const bySince = events.orderedBy(events.sinceExposure, span.sinceExposure)
  for (let day = 0; day < span.sinceExposure; day++) {
    ofDay.clear()
    bySince(day, (row, type, value) => ofDay.add(row, type, value))
    const isOver = (row: number) =>
      units.firstExposure[row]! + (day + 1) * DAY_MICROS <= span.end && contaminatedFrom[row]! >= span.end
    series.sinceExposure.push(groupsOf(plan, ofDay.of(isOver)))
  }
  return series
}

/** The sums of two disjoint sets of units. */
export function mergeTimeSeries(plan: AggregationPlan, a: TimeSeries, b: TimeSeries): TimeSeries {
  const merged = (x: Group[][], y: Group[][]) =>
    x.map((groups, day) => groups.map((group, variant) => combineGroups(plan, group, y[day]![variant]!)))
  return {
    cumulative: merged(a.cumulative, b.cumulative),
    daily: merged(a.daily, b.daily),
    sinceExposure: merged(a.sinceExposure, b.sinceExposure),
  }
}

/** Sums per unit of what happened so far, or on one day; what was before the exposure is always part of them. */
class UnitSums {
  readonly #units: UnitRows
  readonly #types = new Map<string, TypeSums>()

  constructor(units: UnitRows) {
    this.#units = units
    for (const [type, { earlyCounts, earlySums }] of units.types) {
      const zeros = () => new Float64Array(units.size)
      this.#types.set(type, { counts: zeros(), sums: zeros(), earlyCounts, earlySums })
    }
  }

  clear(): void {
    for (const { counts, sums } of this.#types.values()) {
      counts.fill(0)
      sums.fill(0)
    }
  }

  add(row: number, type: string, value: number): void {
    const own = this.#types.get(type)!
    own.counts[row]!++
    own.sums[row]! += value
  }

  /** The units that are compared, as rows with these sums. */
  of(isIn: (row: number) => boolean): SummedUnits {
    const { size, variantNames, firstExposure, variant } = this.#units
    const state = new Uint8Array(size)
    for (let row = 0; row < size; row++) state[row] = isIn(row) ? exposureState.once : exposureState.none
    const rest = { attributes: new Map<string, never>(), eventsWithoutRow: new Map<string, number>() }
    return { size, variantNames, firstExposure, variant, state, types: this.#types, ...rest }
  }
}

const BLOCK_ROWS = 4096

/** The moments of the units by variant. */
function groupsOf(plan: AggregationPlan, units: SummedUnits): Group[] {
  return Scratch.during((memory) => {
    const block = new Block(plan, units, BLOCK_ROWS, memory)
    const moments = new GroupMoments(plan, plan.variants.length, memory)
    for (let from = 0; from < units.size; from += BLOCK_ROWS) {
      block.read(from, Math.min(units.size, from + BLOCK_ROWS))
      moments.add(block, block.variants)
    }
    return plan.variants.map((_, variant) => moments.groupOf(variant, variant, null))
  })
}
