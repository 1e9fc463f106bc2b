import { Block, positionsIn } from './block.ts'
import { Scratch } from './memory.ts'
import { type Aggregates, type AggregationPlan, type Cells, type DataQuality, measuredTypes } from './plan.ts'
import { type AttributeValues, SegmentMoments } from './segment-moments.ts'
import { DAY_MS } from './timed-events.ts'
import { dayOf, LAST_DAY, type KindCounts, type UnitCounts } from './unit-counts.ts'
import { UnitQuality } from './unit-quality.ts'
import type { SummedUnits } from './unit-rows.ts'
import { ValueCounts } from './value-counts.ts'

/** Only units that did something have rows; of all units, those included, there are counts. */
export type ActiveUnits = Omit<SummedUnits, 'firstExposure'> & { readonly counts: UnitCounts }

/** Time of the first and the last event of a dataset, ISO 8601. */
export type TimeRange = Pick<DataQuality, 'firstEventAt' | 'lastEventAt'>

/** What a plan asks, from one row per unit, in one pass over the rows. */
export function aggregateUnits(
  plan: AggregationPlan,
  units: SummedUnits | ActiveUnits,
  timeRange: TimeRange,
): Aggregates {
  return Scratch.during((memory) => aggregateInBlocks(plan, units, timeRange, memory))
}

function aggregateInBlocks(
  plan: AggregationPlan,
  units: SummedUnits | ActiveUnits,
  timeRange: TimeRange,
  memory: Scratch,
): Aggregates {
  const moments = new SegmentMoments(plan, units, memory)
  const { blockRows } = moments
  const distributions = plan.cells.map((measure) => new ValueCounts(measure, plan.variants.length, memory))
  const quality = new QualityCounts(plan, units, blockRows, memory)
  const block = new Block(plan, units, blockRows, memory)
  for (let from = 0; from < units.size; from += blockRows) {
    block.read(from, Math.min(units.size, from + blockRows))
    moments.add(block)
    for (const values of distributions) values.add(block)
    quality.add(block)
  }
  const { all } = moments
  if ('counts' in units) {
    const idle = all.addIdle(comparedBy(plan, units, units.counts.days, 1, () => 0))
    for (const values of distributions) values.addZeros(idle)
  }
  const unitsOf = ({ name, count, placeOf }: AttributeValues): Float64Array =>
    comparedBy(plan, units, (units as ActiveUnits).counts.attributes.get(name)!, count, placeOf)
  return {
    groups: [
      ...plan.variants.map((_, variant) => all.groupOf(variant, variant, null)),
      ...moments.groups('counts' in units ? unitsOf : null),
    ],
    cells: plan.cells.flatMap((measure, index) =>
      plan.variants.map((_, variant): Cells => ({ measure, variant, ...distributions[index]!.sorted(variant) })),
    ),
    quality: { ...quality.result(), ...timeRange },
  }
}

/** How many units there are in each group that kinds make up, by the place of the kind and the variant of the plan. */
function comparedBy(
  plan: AggregationPlan,
  { variantNames }: Pick<SummedUnits, 'variantNames'>,
  counts: readonly KindCounts[],
  places: number,
  placeOf: (kind: number) => number,
): Float64Array {
  const positions = positionsIn(plan, variantNames.values)
  const compared = new Float64Array(places * plan.variants.length)
  for (const kinds of counts) {
    for (let i = 0; i < kinds.length; i += 3) {
      const position = positions[kinds[i + 1]!]!
      if (position >= 0) compared[placeOf(kinds[i]!) * plan.variants.length + position]! += kinds[i + 2]!
    }
  }
  return compared
}

/** What the pass sees apart from the measures. */
class QualityCounts {
  readonly #plan: AggregationPlan
  readonly #units: SummedUnits | ActiveUnits
  /** Types of the events that are measured. */
  readonly #types: string[]
  readonly #seen: UnitQuality
  /** First exposures by day since 1970 and variant. */
  readonly #byDay: Float64Array
  /** Days before and after these have no exposures. */
  #firstDay = LAST_DAY
  #lastDay = -1

  constructor(plan: AggregationPlan, units: SummedUnits | ActiveUnits, blockRows: number, memory: Scratch) {
    this.#plan = plan
    this.#units = units
    this.#types = measuredTypes(plan.measures)
    this.#seen = new UnitQuality(this.#types, units, blockRows, memory)
    if ('counts' in units) {
      this.#byDay = comparedBy(plan, units, units.counts.days, LAST_DAY, (day) => day)
      for (const kinds of units.counts.days) for (let i = 0; i < kinds.length; i += 3) this.#see(kinds[i]!)
    } else this.#byDay = new Float64Array(LAST_DAY * plan.variants.length)
  }

  #see(day: number): void {
    if (day < this.#firstDay) this.#firstDay = day
    if (day > this.#lastDay) this.#lastDay = day
  }

  add({ from, to, rows, variants, length }: Block): void {
    this.#seen.add(from, to)
    if ('counts' in this.#units) return
    const { firstExposure } = this.#units
    const width = this.#plan.variants.length
    for (let i = 0; i < length; i++) {
      const day = dayOf(firstExposure[rows[i]!]!)
      this.#byDay[day * width + variants[i]!]!++
      this.#see(day)
    }
  }

  #exposuresByDay(): DataQuality['exposuresByDay'] {
    const width = this.#plan.variants.length
    const days: DataQuality['exposuresByDay'] = []
    for (let day = this.#firstDay; day <= this.#lastDay; day++) {
      const counts = [...this.#byDay.subarray(day * width, (day + 1) * width)]
      if (counts.some((count) => count > 0))
        days.push({ day: new Date(day * DAY_MS).toISOString().slice(0, 10), counts })
    }
    return days
  }

  result(): Omit<DataQuality, keyof TimeRange> {
    const units = this.#units
    const exposuresByDay = this.#exposuresByDay()
    const compared = exposuresByDay.reduce((sum, { counts }) => counts.reduce((all, count) => all + count, sum), 0)
    const byState = 'counts' in units ? units.counts.states : statesOf(units)
    const withoutRow = this.#types.reduce((sum, type) => sum + (units.eventsWithoutRow.get(type) ?? 0), 0)
    const { eventsWithoutExposure, ...seen } = this.#seen.seen
    const [, once, repeatedly, contaminated] = byState as [number, number, number, number]
    return {
      exposedUnits: once + repeatedly + contaminated,
      contaminatedUnits: contaminated,
      repeatedlyExposedUnits: repeatedly + contaminated,
      otherVariantUnits: once + repeatedly - compared,
      eventsWithoutExposure: withoutRow + eventsWithoutExposure,
      ...seen,
      exposuresByDay,
    }
  }
}

function statesOf({ state, size }: SummedUnits): number[] {
  const states = [0, 0, 0, 0]
  for (let row = 0; row < size; row++) states[state[row]!]!++
  return states
}
