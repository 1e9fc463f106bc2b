import pl, { type LazyDataFrame } from 'nodejs-polars'
import type { CodedTexts } from '../dictionary.ts'
import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../event-columns.ts'
import type { EventColumns, ExposureColumns, UnitRule } from '../unit-rows.ts'
import { int64Values, type Frame } from './frame.ts'
import { once, onceByName } from './expressions.ts'
import { isInRange, type UnitRange } from './unit-ranges.ts'

const { unit, time, eventType, variantId, value } = eventColumn

const micros = once(() => pl.col(time).cast(pl.Int64))
const timeAsDouble = once(() => micros().cast(pl.Float64))
const isExposure = once(() => pl.col(eventType).eq(pl.lit(EXPOSURE)).and(pl.col(variantId).isNotNull()))
const isNoExposure = once(() => pl.col(eventType).neq(pl.lit(EXPOSURE)))
const valueOrZero = once(() => pl.col(value).fillNull(pl.lit(0)))
/** Columns of few values are stored as dictionaries, in some parts and not in others. */
const asDictionary = onceByName((name) => pl.col(name).cast(pl.Categorical))

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
  const names = [variantId, ...given.map((name) => `${ATTRIBUTE_PREFIX}${name}`)]
  let exposures = within(scan, range).filter(isExposure())
  if (rule.from > -Infinity) exposures = exposures.filter(micros().gtEq(pl.lit(rule.from)))
  if (rule.to < Infinity) exposures = exposures.filter(micros().lt(pl.lit(rule.to)))
  const frame = (await exposures.select(pl.col(unit), timeAsDouble(), ...names.map(asDictionary)).collect()) as Frame
  const [variants, ...texts] = codedTexts(frame, names)
  return {
    units: unitHalves(frame, unit),
    times: doubles(frame, time),
    variants: variants!,
    attributes: new Map(given.map((name, index) => [name, texts[index]!])),
  }
}

/**
 * The events of a part in a range of units, exposures excepted.
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
  events = events.filter(types === null ? isNoExposure() : pl.col(eventType).isIn([...types]))
  const frame = (await narrow(events)
    .select(pl.col(unit), timeAsDouble(), asDictionary(eventType), valueOrZero())
    .collect()) as Frame
  return {
    units: unitHalves(frame, unit),
    times: doubles(frame, time),
    types: codedTexts(frame, [eventType])[0]!,
    values: doubles(frame, value),
  }
}

function within(scan: LazyDataFrame, range: UnitRange): LazyDataFrame {
  return range.commonBits === 0 ? scan : scan.filter(isInRange(range))
}

/** The halves of 64-bit integers, the low one first: JavaScript has no fast 64-bit integers. */
export function unitHalves(frame: Frame, name: string): Int32Array {
  const values = int64Values(frame, name)
  return new Int32Array(values.buffer, values.byteOffset, values.length * 2)
}

/** The doubles of a column that has no nulls. */
function doubles(frame: Frame, name: string): Float64Array {
  return frame.getColumn(name).toTypedArray() as Float64Array
}

const asCode = onceByName((name) => pl.col(name).toPhysical().cast(pl.Int32).fillNull(pl.lit(NONE)).cast(pl.Int32))
const distinct = onceByName((name) => pl.col(name).unique())
const asText = onceByName((name) => pl.col(name).cast(pl.Utf8).alias('text'))
const asNumber = onceByName((name) => pl.col(name).toPhysical().cast(pl.Int32).alias('number'))
const NONE = -1

/** Dictionary columns as numbers into lists of their texts: making a JavaScript string of each row would cost most. */
export function codedTexts(frame: Frame, names: string[]): CodedTexts[] {
  const coded = frame.select(...names.map(asCode)) as Frame
  return names.map((name) => {
    const codes = coded.getColumn(name).toTypedArray() as Int32Array
    const entries = (frame.select(distinct(name)) as Frame)
      .select(asText(name), asNumber(name))
      .toRecords() as unknown as { text: string | null; number: number | null }[]
    // The library numbers the texts of all columns of the process: here they get numbers of their own, without gaps.
    const places = new Int32Array(entries.reduce((most, { number }) => Math.max(most, number ?? NONE), NONE) + 1)
    const values: string[] = []
    for (const { text, number } of entries) {
      if (number === null) continue
      places[number] = values.length
      values.push(text!)
    }
    for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) codes[i] = places[codes[i]!]!
    return { codes, values }
  })
}
