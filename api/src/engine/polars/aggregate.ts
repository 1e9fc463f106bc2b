import pl, { type Expr, type LazyDataFrame } from 'nodejs-polars'
import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../event-columns.ts'
import type { PartFile } from '../engine.ts'
import { GroupSums } from '../group-sums.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan, Cells, DataQuality, Measure } from '../plan.ts'
import { float64Values, type Frame } from './frame.ts'

const { unit, time, eventType, variantId, value } = eventColumn

/** Rows that are worked on at a time: bounds the memory. Units are hashes, so equal ranges of them hold equal shares. */
const ROWS_PER_RANGE = 4_000_000

const POSITION = 'variant position'
const VARIANTS = 'variants'
const EXPOSURES = 'exposures'
const FIRST = 'first exposure'
const measureColumn = (index: number) => `measure ${index}`
const attributeColumn = (name: string) => `${ATTRIBUTE_PREFIX}${name}`

/**
 * Executes a plan over parts, one range of units after the other. Within a range: the first exposure of each unit, then
 * the unit's events from it on summed up by measure, then the sums over units by variant and segment.
 */
export async function aggregateParts(
  plan: AggregationPlan,
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
): Promise<Aggregates> {
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const ranges = unitRanges(Math.max(1, Math.ceil(rows / ROWS_PER_RANGE)))
  let total: Aggregates | null = null
  for (const [index, range] of ranges.entries()) {
    const aggregates = await aggregateRange(plan, scanParts(plan, parts, range))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
    onProgress((index + 1) / ranges.length)
  }
  return total!
}

interface UnitRange {
  /** Null where the range is open. The first is included, the last is not. */
  from: bigint | null
  to: bigint | null
}

function unitRanges(count: number): UnitRange[] {
  const width = 2n ** 64n / BigInt(count)
  const bound = (index: number) => -(2n ** 63n) + width * BigInt(index)
  return Array.from({ length: count }, (_, index) => ({
    from: index === 0 ? null : bound(index),
    to: index === count - 1 ? null : bound(index + 1),
  }))
}

/** The columns and rows that the plan needs; times as microseconds. */
function scanParts(plan: AggregationPlan, parts: PartFile[], range: UnitRange): LazyDataFrame {
  const scans = parts.map(({ path }) => {
    let scan = pl.scanParquet(path)
    const own = scan.columns
    // Rows are sorted by unit, so whole row groups outside the range are skipped.
    if (range.from !== null) scan = scan.filter(pl.col(unit).gtEq(int64(range.from)))
    if (range.to !== null) scan = scan.filter(pl.col(unit).lt(int64(range.to)))
    return scan.select(
      pl.col(unit),
      pl.col(time).cast(pl.Int64),
      text(eventType),
      text(variantId),
      pl.col(value),
      ...plan.segments
        .map(attributeColumn)
        .map((name) => (own.includes(name) ? text(name) : pl.lit(null).cast(pl.Utf8).alias(name))),
    )
  })
  return scans.length === 1 ? scans[0]! : pl.concat(scans)
}

/** Columns of few values are stored as dictionaries, in some parts and not in others. */
function text(name: string): Expr {
  return pl.col(name).cast(pl.Utf8)
}

/** A literal of 64 bits: as a JavaScript number it would lose its last digits. */
function int64(number: bigint): Expr {
  return pl.lit(String(number)).cast(pl.Int64)
}

async function aggregateRange(plan: AggregationPlan, events: LazyDataFrame): Promise<Aggregates> {
  const exposures = await firstExposures(plan, events)
  const { sums, quality } = await measuredEvents(plan, events, exposures)
  const compared = exposures.filter(pl.col(VARIANTS).eq(pl.lit(1)).and(pl.col(POSITION).isNotNull())) as Frame
  const units = compared
    .join(sums, { on: unit, how: 'left' })
    .withColumns(...plan.measures.map((_, index) => pl.col(measureColumn(index)).fillNull(pl.lit(0)))) as Frame
  return {
    groups: groupsOf(plan, units),
    cells: plan.cells.flatMap((measure) => cellsOf(units, measure, plan.variants.length)),
    quality: {
      exposedUnits: exposures.height,
      contaminatedUnits: exposures.filter(pl.col(VARIANTS).gt(pl.lit(1))).height,
      repeatedlyExposedUnits: exposures.filter(pl.col(EXPOSURES).gt(pl.lit(1))).height,
      otherVariantUnits: exposures.filter(pl.col(VARIANTS).eq(pl.lit(1)).and(pl.col(POSITION).isNull())).height,
      ...quality,
      exposuresByDay: exposuresByDay(compared, plan.variants.length),
      ...(await timeRange(events)),
    },
  }
}

/** One row per unit exposed in the window: its first exposure, how many it had, and to how many variants. */
async function firstExposures({ variants, segments, window }: AggregationPlan, events: LazyDataFrame): Promise<Frame> {
  const attributes = segments.map(attributeColumn)
  return (await events
    .filter(pl.col(eventType).eq(pl.lit(EXPOSURE)))
    .filter(pl.col(variantId).isNotNull())
    .filter(isWithin(window.from, window.to))
    .select(unit, time, variantId, ...attributes)
    .sort([pl.col(unit), pl.col(time), pl.col(variantId)])
    .groupBy([unit])
    .agg(
      pl.col(variantId).first(),
      pl.col(variantId).nUnique().alias(VARIANTS),
      pl.col(time).first().alias(FIRST),
      pl.col(time).count().alias(EXPOSURES),
      ...attributes.map((name) => pl.col(name).first()),
    )
    .withColumns(positionOf(variants).alias(POSITION))
    .collect()) as Frame
}

function isWithin(from: string | null, to: string | null): Expr {
  const micros = (iso: string) => pl.lit(Date.parse(iso) * 1000)
  const after = from === null ? pl.lit(true) : pl.col(time).gtEq(micros(from))
  return to === null ? after : after.and(pl.col(time).lt(micros(to)))
}

/** The position of each variant in the plan, null for others. */
function positionOf(variants: string[]): Expr {
  return variants.reduce(
    (otherwise, id, index) =>
      pl
        .when(pl.col(variantId).eq(pl.lit(id)))
        .then(pl.lit(index))
        .otherwise(otherwise),
    pl.lit(null).cast(pl.Int32),
  )
}

type EventQuality = Pick<
  DataQuality,
  'eventsWithoutExposure' | 'eventsBeforeExposure' | 'unitsWithEventsBeforeExposure'
>

/** The measures of each unit that has measured events from its first exposure on, and what became of the others. */
async function measuredEvents(
  { measures, window }: AggregationPlan,
  events: LazyDataFrame,
  exposures: Frame,
): Promise<{ sums: Frame; quality: EventQuality }> {
  const types = [...new Set(measures.flatMap((measure) => measure.eventTypes))]
  const measured = (await events
    .filter(pl.col(eventType).isIn(types))
    .select(unit, time, eventType, value)
    .join(exposures.lazy().select(unit, FIRST), { on: unit, how: 'left' })
    .collect()) as Frame
  const isBefore = pl.col(time).lt(pl.col(FIRST))
  const early = measured.filter(isBefore) as Frame
  let counts = isBefore.eq(pl.lit(false)).and(isWithin(null, window.to))
  if (window.daysSinceExposure !== null) {
    counts = counts.and(pl.col(time).lt(pl.col(FIRST).plus(pl.lit(window.daysSinceExposure * DAY_MICROS))))
  }
  const sums = (await measured
    .lazy()
    .filter(counts)
    .groupBy([unit])
    .agg(...measures.map((measure, index) => sumOf(measure, types).alias(measureColumn(index))))
    .collect()) as Frame
  return {
    sums,
    quality: {
      eventsWithoutExposure: measured.getColumn(FIRST).nullCount(),
      eventsBeforeExposure: early.height,
      unitsWithEventsBeforeExposure: early.height === 0 ? 0 : early.getColumn(unit).nUnique(),
    },
  }
}

const DAY_MICROS = 86_400_000_000

function sumOf({ eventTypes, aggregation }: Measure, allTypes: string[]): Expr {
  const isMeasured = eventTypes.length === allTypes.length ? pl.lit(true) : pl.col(eventType).isIn(eventTypes)
  const amount = aggregation === 'sum' ? pl.col(value).fillNull(pl.lit(0)) : pl.lit(1)
  const amounts = pl.when(isMeasured).then(amount).otherwise(pl.lit(0)).cast(pl.Float64)
  return aggregation === 'any' ? amounts.max() : amounts.sum()
}

function groupsOf(plan: AggregationPlan, units: Frame): Aggregates['groups'] {
  const positions = units.getColumn(POSITION).toTypedArray() as Int32Array
  const columns = plan.measures.map((_, index) => float64Values(units, measureColumn(index)))
  const levels = plan.segments.map((name) => ({
    attribute: name,
    values: units.getColumn(attributeColumn(name)).toArray() as (string | null)[],
  }))
  const sums = new GroupSums(plan)
  sums.addAll(positions, columns, null)
  for (const { attribute, values } of levels) sums.addAll(positions, columns, { attribute, values })
  return sums.groups()
}

function cellsOf(units: Frame, measure: number, variants: number): Cells[] {
  const name = measureColumn(measure)
  const counted = units
    .groupBy([POSITION, name])
    .agg(pl.col(unit).count().alias('count'))
    .sort([pl.col(POSITION), pl.col(name)]) as Frame
  const positions = counted.getColumn(POSITION).toTypedArray() as Int32Array
  const values = float64Values(counted, name)
  const counts = counted.getColumn('count').toTypedArray() as Uint32Array
  const cells: Cells[] = Array.from({ length: variants }, (_, variant) => ({
    measure,
    variant,
    values: [],
    counts: [],
  }))
  positions.forEach((variant, index) => {
    cells[variant]!.values.push(values[index]!)
    cells[variant]!.counts.push(counts[index]!)
  })
  return cells
}

function exposuresByDay(compared: Frame, variants: number): DataQuality['exposuresByDay'] {
  const day = pl.col(FIRST).cast(pl.Float64).div(pl.lit(DAY_MICROS)).floor().cast(pl.Int32).alias('day')
  const counted = compared
    .select(day, pl.col(POSITION))
    .groupBy(['day', POSITION])
    .agg(pl.col(POSITION).count().alias('count')) as Frame
  const byDay = new Map<number, number[]>()
  for (const row of counted.toRecords() as { day: number; [POSITION]: number; count: number }[]) {
    const counts = byDay.get(row.day) ?? new Array<number>(variants).fill(0)
    counts[row[POSITION]] = row.count
    byDay.set(row.day, counts)
  }
  return [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([index, counts]) => ({ day: new Date(index * 86_400_000).toISOString().slice(0, 10), counts }))
}

async function timeRange(events: LazyDataFrame): Promise<Pick<DataQuality, 'firstEventAt' | 'lastEventAt'>> {
  const ends = await events.select(pl.col(time).min().alias('first'), pl.col(time).max().alias('last')).collect()
  const [row] = ends.toRecords() as { first: number | null; last: number | null }[]
  const iso = (micros: number | null | undefined) => (micros == null ? null : new Date(micros / 1000).toISOString())
  return { firstEventAt: iso(row?.first), lastEventAt: iso(row?.last) }
}
