import pl, { type Expr, type LazyDataFrame } from 'nodejs-polars'
import type { CodedTexts } from '../dictionary.ts'
import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../event-columns.ts'
import type { EventColumns, ExposureColumns, UnitRule } from '../unit-rows.ts'
import { float64Values, int64Values, type Frame } from './frame.ts'
import type { UnitRange } from './unit-ranges.ts'

const { unit, time, eventType, variantId, value } = eventColumn

/** The exposures of a part in a range of units and within a rule's window, with some of their attributes. */
export async function readExposures(
  path: string,
  rule: UnitRule,
  attributes: readonly string[],
  range: UnitRange,
): Promise<ExposureColumns> {
  const scan = pl.scanParquet(path)
  const own = scan.columns
  const given = attributes.filter((name) => own.includes(`${ATTRIBUTE_PREFIX}${name}`))
  const micros = pl.col(time).cast(pl.Int64)
  let exposures = within(scan, range)
    .filter(pl.col(eventType).eq(pl.lit(EXPOSURE)))
    .filter(pl.col(variantId).isNotNull())
  if (rule.from > -Infinity) exposures = exposures.filter(micros.gtEq(pl.lit(rule.from)))
  if (rule.to < Infinity) exposures = exposures.filter(micros.lt(pl.lit(rule.to)))
  const frame = (await exposures
    .select(
      pl.col(unit),
      micros.cast(pl.Float64),
      coded(variantId),
      ...given.map((name) => coded(`${ATTRIBUTE_PREFIX}${name}`)),
    )
    .collect()) as Frame
  return {
    units: unitHalves(frame),
    times: float64Values(frame, time),
    variants: codedTexts(frame, variantId),
    attributes: new Map(given.map((name) => [name, codedTexts(frame, `${ATTRIBUTE_PREFIX}${name}`)])),
  }
}

/**
 * The events of a part in a range of units.
 *
 * @param types only events of these types; null for all
 */
export async function readEvents(
  path: string,
  types: readonly string[] | null,
  range: UnitRange,
  narrow: (events: LazyDataFrame) => LazyDataFrame = (events) => events,
): Promise<EventColumns> {
  let events = within(pl.scanParquet(path), range)
  if (types !== null) events = events.filter(pl.col(eventType).isIn([...types]))
  const frame = (await narrow(events)
    .select(
      pl.col(unit),
      pl.col(time).cast(pl.Int64).cast(pl.Float64),
      coded(eventType),
      pl.col(value).fillNull(pl.lit(0)),
    )
    .collect()) as Frame
  return {
    units: unitHalves(frame),
    times: float64Values(frame, time),
    types: codedTexts(frame, eventType),
    values: float64Values(frame, value),
  }
}

/** Rows are sorted by unit, so whole row groups outside the range are skipped. */
function within(scan: LazyDataFrame, { from, to }: UnitRange): LazyDataFrame {
  let rows = scan
  if (from !== null) rows = rows.filter(pl.col(unit).gtEq(int64(from)))
  if (to !== null) rows = rows.filter(pl.col(unit).lt(int64(to)))
  return rows
}

/** A literal of 64 bits: as a JavaScript number it would lose its last digits. */
function int64(number: bigint): Expr {
  return pl.lit(String(number)).cast(pl.Int64)
}

/** Columns of few values are stored as dictionaries, in some parts and not in others. */
function coded(name: string): Expr {
  return pl.col(name).cast(pl.Categorical)
}

/** The halves of 64-bit integers, the low one first: JavaScript has no fast 64-bit integers. */
export function unitHalves(frame: Frame, name: string = unit): Int32Array {
  const values = int64Values(frame, name)
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2)
}

/** A dictionary column as numbers into a list of its texts: making a JavaScript string of each row would cost most. */
export function codedTexts(frame: Frame, name: string): CodedTexts {
  const codes = frame
    .select(pl.col(name).toPhysical().cast(pl.Int32).fillNull(pl.lit(NONE)).cast(pl.Int32).alias(CODE))
    .getColumn(CODE)
    .toTypedArray() as Int32Array
  const distinct = frame.select(pl.col(name).unique()) as Frame
  const texts = distinct.select(pl.col(name).cast(pl.Utf8)).getColumn(name).toArray() as (string | null)[]
  const numbers = distinct.select(pl.col(name).toPhysical().cast(pl.Int32)).getColumn(name).toArray() as (
    number | null
  )[]
  const greatest = numbers.reduce<number>((most, number) => Math.max(most, number ?? NONE), NONE)
  // The library numbers the texts of all columns of the process: here they get numbers of their own, without gaps.
  const places = new Int32Array(greatest + 1)
  const values: string[] = []
  numbers.forEach((number, index) => {
    if (number === null) return
    places[number] = values.length
    values.push(texts[index]!)
  })
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = places[codes[i]!]!
  return { codes, values }
}
const NONE = -1
const CODE = 'code'
