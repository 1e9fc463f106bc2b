import type { PartFile } from '../engine.ts'
import type { CodedTexts } from '../dictionary.ts'
import type { EventColumns, ExposureColumns, UnitRule } from '../unit-rows.ts'
import { readEvents, readExposures } from './read-events.ts'
import type { UnitRange } from './unit-ranges.ts'

/** What parts that are to be added to a unit table say of a range of units, part by part. */
export interface AddedEvents {
  exposures: ExposureColumns[]
  events: EventColumns[]
}

const ALL_UNITS: UnitRange = { from: null, to: null, commonBits: 0 }

/**
 * Reads parts range of units by range. A small batch is read at one go and then divided: to begin a reading takes longer
 * than to read so few events.
 *
 * @param ranges all units, in order
 * @param atOnce with more events than this, each range is read by itself: bounds the memory
 */
export function addedEventsReader(
  parts: PartFile[],
  rule: UnitRule,
  attributes: readonly string[],
  ranges: UnitRange[],
  atOnce: number,
): (shard: number) => Promise<AddedEvents> {
  const read = async (range: UnitRange): Promise<AddedEvents> => ({
    exposures: await Promise.all(parts.map(({ path }) => readExposures(path, rule, attributes, range))),
    events: await Promise.all(parts.map(({ path }) => readEvents(path, null, range))),
  })
  if (parts.reduce((sum, { rows }) => sum + rows, 0) > atOnce) return (shard) => read(ranges[shard]!)
  let divided: Promise<AddedEvents[]> | null = null
  return async (shard) => (await (divided ??= read(ALL_UNITS).then((all) => divide(all, ranges))))[shard]!
}

function divide({ exposures, events }: AddedEvents, ranges: UnitRange[]): AddedEvents[] {
  const { commonBits } = ranges[0]!
  const exposuresByShard = exposures.map((one) => runsByShard(one.units, commonBits))
  const eventsByShard = events.map((one) => runsByShard(one.units, commonBits))
  return ranges.map((_, shard) => ({
    exposures: exposures.map((one, part) => exposuresIn(one, exposuresByShard[part]![shard]!)),
    events: events.map((one, part) => eventsIn(one, eventsByShard[part]![shard]!)),
  }))
}

/** Where the rows of a shard begin and end. */
type Run = readonly [from: number, to: number]

/** Rows of a part are sorted by unit, so those of a shard follow each other. */
function runsByShard(units: Int32Array, commonBits: number): Run[] {
  const rows = units.length / 2
  const ends = new Int32Array(2 ** commonBits)
  let last = 0
  for (let row = 0; row < rows; row++) {
    // The lowest numbers are below zero: with the sign turned, the upper bits are the shard's number.
    const shard = commonBits === 0 ? 0 : (units[row * 2 + 1]! ^ SIGN) >>> (32 - commonBits)
    if (shard < last) throw new Error('The events of a part are not in the order of their units.')
    last = shard
    ends[shard] = row + 1
  }
  let from = 0
  return Array.from(ends, (end) => {
    const run: Run = [from, Math.max(from, end)]
    from = run[1]
    return run
  })
}
const SIGN = 1 << 31

function exposuresIn({ units, times, variants, attributes }: ExposureColumns, [from, to]: Run): ExposureColumns {
  return {
    units: units.subarray(from * 2, to * 2),
    times: times.subarray(from, to),
    variants: textsIn(variants, from, to),
    attributes: new Map([...attributes].map(([name, texts]) => [name, textsIn(texts, from, to)])),
  }
}

function eventsIn({ units, times, types, values }: EventColumns, [from, to]: Run): EventColumns {
  return {
    units: units.subarray(from * 2, to * 2),
    times: times.subarray(from, to),
    types: textsIn(types, from, to),
    values: values.subarray(from, to),
  }
}

function textsIn({ codes, values }: CodedTexts, from: number, to: number): CodedTexts {
  return { codes: codes.subarray(from, to), values }
}
