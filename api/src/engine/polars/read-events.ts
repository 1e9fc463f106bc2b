import pl, { type LazyDataFrame } from 'nodejs-polars'
import type { CodedTexts } from '../dictionary.ts'
import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../event-columns.ts'
import type { Memory } from '../memory.ts'
import type { EventColumns, ExposureColumns, UnitRule } from '../unit-rows.ts'
import { int64Values, type Frame } from './frame.ts'
import { once, onceByName } from './expressions.ts'
import { isInRange, type UnitRange } from './unit-ranges.ts'

const { unit, time, eventType, variantId, value } = eventColumn

const micros = once(() => pl.col(time).cast(pl.Int64))
const timeAsDouble = once(() => micros().cast(pl.Float64))
const isExposure = once(() => pl.col(eventType).eq(pl.lit(EXPOSURE)).and(pl.col(variantId).isNotNull()))
const isNoExposure = once(() => pl.col(eventType).neq(pl.lit(EXPOSURE)))
const unitItself = once(() => pl.col(unit))
const isFrom = onceByName((bound) => micros().gtEq(pl.lit(Number(bound))))
const isBefore = onceByName((bound) => micros().lt(pl.lit(Number(bound))))
const isOfType = onceByName((types) => pl.col(eventType).isIn(JSON.parse(types) as string[]))
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
  if (rule.from > -Infinity) exposures = exposures.filter(isFrom(String(rule.from)))
  if (rule.to < Infinity) exposures = exposures.filter(isBefore(String(rule.to)))
  const frame = (await exposures.select(unitItself(), timeAsDouble(), ...names.map(asDictionary)).collect()) as Frame
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
  events = events.filter(types === null ? isNoExposure() : isOfType(JSON.stringify(types)))
  const frame = (await narrow(events)
    .select(unitItself(), timeAsDouble(), asDictionary(eventType), valueOrZero())
    .collect()) as Frame
  return {
    units: unitHalves(frame, unit),
    times: doubles(frame, time),
    types: codedTexts(frame, [eventType])[0]!,
    values: doubles(frame, value),
  }
}

/**
 * Both at once: what one analysis needs of a part, decoded once. The events have to be kept until the exposures of all
 * parts are known.
 *
 * @param types only events of these types
 * @param memory where what is read lies: it must be kept as long as what is returned
 */
export async function readExposuresAndEvents(
  path: string,
  rule: UnitRule,
  types: readonly string[],
  attributes: readonly string[],
  range: UnitRange,
  memory: Memory,
): Promise<{ exposures: ExposureColumns; events: EventColumns }> {
  const scan = pl.scanParquet(path)
  const own = scan.columns
  const given = attributes.filter((name) => own.includes(`${ATTRIBUTE_PREFIX}${name}`))
  const names = [eventType, variantId, ...given.map((name) => `${ATTRIBUTE_PREFIX}${name}`)]
  const frame = (await within(scan, range)
    .filter(isExposureOrOfType(JSON.stringify(types)))
    .select(unitItself(), timeAsDouble(), valueOrZero(), ...names.map(asDictionary))
    .collect()) as Frame
  const [typeCodes, variants, ...texts] = codedTexts(frame, names)
  const units = unitHalves(frame, unit)
  const times = doubles(frame, time)
  const exposure = typeCodes!.values.indexOf(EXPOSURE)
  const isExposed = memory.uint8(times.length)
  for (let row = 0; row < times.length; row++) {
    const isOne = typeCodes!.codes[row] === exposure && variants!.codes[row]! >= 0
    isExposed[row] = isOne && times[row]! >= rule.from && times[row]! < rule.to ? 1 : 0
  }
  const exposed = rowsWhere(isExposed, memory)
  const isMeasured = Uint8Array.from(typeCodes!.values, (type) => (types.includes(type) ? 1 : 0))
  const isCounted = memory.uint8(times.length)
  for (let row = 0; row < times.length; row++) isCounted[row] = isMeasured[typeCodes!.codes[row]!]!
  const measured = rowsWhere(isCounted, memory)
  return {
    exposures: {
      units: pairsAt(units, exposed, memory),
      times: doublesAt(times, exposed, memory),
      variants: { codes: codesAt(variants!.codes, exposed, memory), values: variants!.values },
      attributes: new Map(
        given.map((name, index) => {
          const { codes, values } = texts[index]!
          return [name, { codes: codesAt(codes, exposed, memory), values }]
        }),
      ),
    },
    events: {
      units: pairsAt(units, measured, memory),
      times: doublesAt(times, measured, memory),
      types: { codes: codesAt(typeCodes!.codes, measured, memory), values: typeCodes!.values },
      values: doublesAt(doubles(frame, value), measured, memory),
    },
  }
}

const isExposureOrOfType = onceByName((types) => isExposure().or(isOfType(types)))

function rowsWhere(flags: Uint8Array, memory: Memory): Int32Array {
  const rows = memory.int32(flags.length)
  let count = 0
  for (let row = 0; row < flags.length; row++) {
    rows[count] = row
    count += flags[row]!
  }
  return rows.subarray(0, count)
}

function pairsAt(values: Int32Array, rows: Int32Array, memory: Memory): Int32Array {
  const found = memory.int32(rows.length * 2)
  for (let i = 0; i < rows.length; i++) {
    found[i * 2] = values[rows[i]! * 2]!
    found[i * 2 + 1] = values[rows[i]! * 2 + 1]!
  }
  return found
}

function codesAt(codes: Int32Array, rows: Int32Array, memory: Memory): Int32Array {
  const found = memory.int32(rows.length)
  for (let i = 0; i < rows.length; i++) found[i] = codes[rows[i]!]!
  return found
}

function doublesAt(values: Float64Array, rows: Int32Array, memory: Memory): Float64Array {
  const found = memory.float64(rows.length)
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i]!]!
  return found
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
const NONE = -1

/** Dictionary columns as numbers into lists of their texts: making a JavaScript string of each row would cost most. */
export function codedTexts(frame: Frame, names: string[]): CodedTexts[] {
  const coded = frame.select(...names.map(asCode)) as Frame
  return names.map((name) => {
    const codes = coded.getColumn(name).toTypedArray() as Int32Array
    // The library numbers the texts of all columns of the process: here they get numbers of their own, without gaps.
    return { codes, values: textsAt(frame, name, renumber(codes)) }
  })
}

/** Up to so many texts are taken one by one: a column object costs as much. */
const FEW_TEXTS = 100

function textsAt(frame: Frame, name: string, rows: number[]): string[] {
  if (rows.length > FEW_TEXTS) return frame.getColumn(name).gather(rows).cast(pl.Utf8).toArray() as string[]
  const place = frame.columns.indexOf(name)
  return rows.map((row) => (frame.row(row) as string[])[place]!)
}

/** Numbers anew, in the order in which they come, the numbers of a column. Returns the row of the first one of each. */
function renumber(codes: Int32Array): number[] {
  let most = NONE
  for (let i = 0; i < codes.length; i++) if (codes[i]! > most) most = codes[i]!
  const places = new Int32Array(most + 1).fill(NONE)
  const rows: number[] = []
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i]!
    if (code < 0) continue
    if (places[code]! < 0) {
      places[code] = rows.length
      rows.push(i)
    }
    codes[i] = places[code]!
  }
  return rows
}
