import {
  type Aggregates,
  type AggregationPlan,
  BUSY_UNIT_EVENTS,
  type Cap,
  type Cells,
  type DataQuality,
  type Measure,
  measuredTypes,
} from './plan.ts'
import { type AttributeValues, SegmentMoments } from './segment-moments.ts'
import { DAY_MS } from './timed-events.ts'
import { dayOf, isCompared, LAST_DAY, type KindCounts, type UnitCounts } from './unit-counts.ts'
import { exposureState, type SummedUnits } from './unit-rows.ts'
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
  const moments = new SegmentMoments(plan, units)
  const { blockRows } = moments
  const distributions = plan.cells.map(() => plan.variants.map(() => new ValueCounts()))
  const quality = new QualityCounts(plan, units)
  const block = new Block(plan, units, blockRows)
  for (let from = 0; from < units.size; from += blockRows) {
    block.read(from, Math.min(units.size, from + blockRows))
    const { columns, variants, rows, active, length } = block
    moments.add(block)
    plan.cells.forEach((measure, index) => {
      const column = columns[measure]!
      const counts = distributions[index]!
      for (let i = 0; i < active; i++) counts[variants[i]!]!.add(column[i]!)
      block.zeros.forEach((zeros, variant) => counts[variant]!.addZeros(zeros))
    })
    quality.addExposures(rows, variants, length)
  }
  const { all } = moments
  if ('counts' in units) {
    const idle = all.addIdle(comparedBy(plan, units, units.counts.days, 1, () => 0))
    for (const counts of distributions) idle.forEach((zeros, variant) => counts[variant]!.addZeros(zeros))
  }
  const unitsOf = ({ name, count, placeOf }: AttributeValues): Float64Array =>
    comparedBy(plan, units, (units as ActiveUnits).counts.attributes.get(name)!, count, placeOf)
  return {
    groups: [
      ...plan.variants.map((_, variant) => all.groupOf(variant, variant, null)),
      ...moments.groups('counts' in units ? unitsOf : null),
    ],
    cells: plan.cells.flatMap((measure, index) =>
      distributions[index]!.map((counts, variant): Cells => ({ measure, variant, ...counts.sorted() })),
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

/** The place in the plan of each variant; -1 where it is not of the plan. */
function positionsIn(plan: AggregationPlan, names: readonly string[]): Int32Array {
  return Int32Array.from(names, (name) => plan.variants.indexOf(name))
}

/** What a block reads of units. */
type BlockUnits = Pick<SummedUnits, 'state' | 'variant' | 'variantNames' | 'types'>

/** Units of a block that are compared: of the plan's variants, and exposed to one of them only. */
export class Block {
  /** Row of each, and position in the plan of its variant. */
  readonly rows: Int32Array
  readonly variants: Int32Array
  /** Value of each, one column a measure. */
  readonly columns: Float64Array[]
  length = 0
  /** How many of them, the first ones, have a value other than 0. */
  active = 0
  /** How many of each variant have none. */
  readonly zeros: Float64Array
  readonly #units: BlockUnits
  readonly #positions: Int32Array
  readonly #idle: Int32Array
  /** The columns that each measure adds up. */
  readonly #sources: { columns: Float64Array[]; isAny: boolean; cap: Cap | null }[]

  constructor(plan: AggregationPlan, units: BlockUnits, size: number) {
    this.#units = units
    this.#positions = positionsIn(plan, units.variantNames.values)
    this.#sources = plan.measures.map((measure) => sourcesOf(measure, units))
    this.rows = new Int32Array(size)
    this.variants = new Int32Array(size)
    this.columns = plan.measures.map(() => new Float64Array(size))
    this.zeros = new Float64Array(plan.variants.length)
    this.#idle = new Int32Array(size)
  }

  read(from: number, to: number): void {
    const { state, variant } = this.#units
    const { rows, variants } = this
    let length = 0
    for (let row = from; row < to; row++) {
      if (!isCompared(state[row])) continue
      const position = this.#positions[variant[row]!]!
      if (position < 0) continue
      rows[length] = row
      variants[length++] = position
    }
    this.length = length
    for (const [measure, { columns, isAny, cap }] of this.#sources.entries()) {
      const values = this.columns[measure]!.fill(0)
      for (const column of columns) for (let i = 0; i < length; i++) values[i]! += column[rows[i]!]!
      if (isAny) for (let i = 0; i < length; i++) values[i] = values[i]! > 0 ? 1 : 0
      if (cap !== null) bringInto(cap, values, length)
    }
    this.#moveActive()
  }

  /** Brings the units that have some value to the front: most have none, and only need to be counted. */
  #moveActive(): void {
    const { rows, variants, columns, length, zeros } = this
    const idle = this.#idle
    let active = 0
    let left = 0
    zeros.fill(0)
    for (let i = 0; i < length; i++) {
      let hasValue = false
      for (let measure = 0; measure < columns.length && !hasValue; measure++) hasValue = columns[measure]![i] !== 0
      if (!hasValue) {
        zeros[variants[i]!]!++
        idle[left++] = rows[i]!
        continue
      }
      rows[active] = rows[i]!
      variants[active] = variants[i]!
      for (let measure = 0; measure < columns.length; measure++) columns[measure]![active] = columns[measure]![i]!
      active++
    }
    this.active = active
    const { variant } = this.#units
    for (let i = 0; i < left; i++) {
      rows[active + i] = idle[i]!
      variants[active + i] = this.#positions[variant[idle[i]!]!]!
    }
    for (const column of columns) column.fill(0, active, length)
  }
}

/** What is left of a purchase and its refund is rounding, and nothing. */
const NOTHING = 1e-9

/** Zeros are users who did nothing: they stay. */
function bringInto({ lower, upper }: Cap, values: Float64Array, length: number): void {
  const [least, most] = [lower ?? -Infinity, upper ?? Infinity]
  for (let i = 0; i < length; i++) {
    if (Math.abs(values[i]!) > NOTHING) values[i] = Math.max(least, Math.min(most, values[i]!))
  }
}

function sourcesOf({ eventTypes, aggregation, before, cap }: Measure, { types }: BlockUnits) {
  const columns = eventTypes.flatMap((type) => {
    const sums = types.get(type)
    if (sums === undefined) return []
    if (aggregation === 'sum') return [before ? sums.earlySums : sums.sums]
    return [before ? sums.earlyCounts : sums.counts]
  })
  return { columns, isAny: aggregation === 'any', cap: cap ?? null }
}

/** What the pass sees apart from the measures. */
class QualityCounts {
  readonly #plan: AggregationPlan
  readonly #units: SummedUnits | ActiveUnits
  /** First exposures by day since 1970 and variant. */
  readonly #byDay: Float64Array
  /** Days before and after these have no exposures. */
  #firstDay = LAST_DAY
  #lastDay = -1

  constructor(plan: AggregationPlan, units: SummedUnits | ActiveUnits) {
    this.#plan = plan
    this.#units = units
    if ('counts' in units) {
      this.#byDay = comparedBy(plan, units, units.counts.days, LAST_DAY, (day) => day)
      for (const kinds of units.counts.days) for (let i = 0; i < kinds.length; i += 3) this.#see(kinds[i]!)
    } else this.#byDay = new Float64Array(LAST_DAY * plan.variants.length)
  }

  #see(day: number): void {
    if (day < this.#firstDay) this.#firstDay = day
    if (day > this.#lastDay) this.#lastDay = day
  }

  addExposures(rows: Int32Array, variants: Int32Array, length: number): void {
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

  /** How many units have more events than people make, and the most that one has. Units never exposed have none. */
  #busyUnits(columns: Float64Array[]): [number, number] {
    let busy = 0
    let most = 0
    const sums = summed(columns, this.#units.size)
    for (let row = 0; row < sums.length; row++) {
      const events = sums[row]!
      if (events > most) most = events
      if (events > BUSY_UNIT_EVENTS) busy++
    }
    return [busy, most]
  }

  result(): Omit<DataQuality, keyof TimeRange> {
    const units = this.#units
    const exposuresByDay = this.#exposuresByDay()
    const compared = exposuresByDay.reduce((sum, { counts }) => counts.reduce((all, count) => all + count, sum), 0)
    const types = measuredTypes(this.#plan.measures)
    const early = types.flatMap((type) => units.types.get(type)?.earlyCounts ?? [])
    const byState = 'counts' in units ? units.counts.states : statesOf(units)
    let eventsWithoutExposure = types.reduce((sum, type) => sum + (units.eventsWithoutRow.get(type) ?? 0), 0)
    let eventsBeforeExposure = 0
    let unitsWithEventsBeforeExposure = 0
    const earlyEvents = summed(early, units.size)
    for (let row = 0; row < earlyEvents.length; row++) {
      const events = earlyEvents[row]!
      if (events === 0) continue
      if (units.state[row] === exposureState.none) eventsWithoutExposure += events
      else {
        eventsBeforeExposure += events
        unitsWithEventsBeforeExposure++
      }
    }
    const [busyUnits, mostEventsOfAUnit] = this.#busyUnits(types.flatMap((type) => units.types.get(type)?.counts ?? []))
    const [, once, repeatedly, contaminated] = byState as [number, number, number, number]
    return {
      exposedUnits: once + repeatedly + contaminated,
      contaminatedUnits: contaminated,
      repeatedlyExposedUnits: repeatedly + contaminated,
      otherVariantUnits: once + repeatedly - compared,
      eventsWithoutExposure,
      eventsBeforeExposure,
      unitsWithEventsBeforeExposure,
      busyUnits,
      mostEventsOfAUnit,
      exposuresByDay,
    }
  }
}

function statesOf({ state, size }: SummedUnits): number[] {
  const states = [0, 0, 0, 0]
  for (let row = 0; row < size; row++) states[state[row]!]!++
  return states
}

/** The columns added up, row by row; empty when there is none. */
function summed(columns: Float64Array[], size: number): Float64Array {
  const [first, ...others] = columns
  if (first === undefined) return new Float64Array(0)
  if (others.length === 0) return first.subarray(0, size)
  const total = first.slice(0, size)
  for (const column of others) for (let row = 0; row < size; row++) total[row]! += column[row]!
  return total
}
