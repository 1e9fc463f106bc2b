import pl, { type Series } from 'nodejs-polars'
import { column, float64Values, int64Values, withColumn, type Frame } from '../engine/polars/frame.ts'
import { eventColumn } from '../engine/event-columns.ts'
import { addText, addTime, addUnit, addValue, EVENT_ID_SEED, saysSomething, seedOfTextColumn } from './content-hash.ts'
import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import { hashStrings, visitTexts } from './hash-strings.ts'
import { murmurHash128 } from './murmur-hash.ts'

/**
 * The unit of each user: the first 64 bits of MurmurHash3 x86 128 over the UTF-8 user id, seeded with the first 32 bits
 * of the experiment's id, so that one user has unrelated units in different experiments. Two users of one experiment
 * share a unit by chance with probability n^2 / 2^65: 3e-8 for a million users, 3e-4 for a hundred million.
 */
export function unitsOf(userIds: Series, experimentId: string): BigInt64Array {
  const lanes = hashStrings(userIds, unitSeed(experimentId))
  const rows = lanes.length / 4
  const units = new Int32Array(rows * 2)
  for (let row = 0; row < rows; row++) {
    units[row * 2] = lanes[row * 4]!
    units[row * 2 + 1] = lanes[row * 4 + 1]!
  }
  return new BigInt64Array(units.buffer)
}

/** What sets the units of an experiment apart from those of others. */
export function unitSeed(experimentId: string): number {
  return Number.parseInt(experimentId.replaceAll('-', '').slice(0, 8), 16)
}

/** Adds each event's unit. */
export function withUnits(events: Frame, experimentId: string): Frame {
  const units = unitsOf(events.getColumn(eventColumn.userId), experimentId)
  return withColumn(events, column(eventColumn.unit, units, pl.Int64))
}

/**
 * Adds each event's key: of its id where it has one, else of all it says (user, variant, type, time, value, attributes).
 * Events with an id also get a hash of what they say, so that a change is noticed.
 *
 * Two events that differ have one key by chance with probability 2^-128.
 */
export function withKeys(events: Frame): Frame {
  return withKeyColumns(events, computeKeys(events))
}

/** Adds keys that are known already, in the order of the rows. */
export function withKeyColumns(events: Frame, { rows, width, lanes }: EventKeys): Frame {
  const high = new Int32Array(rows * 2)
  const low = new Int32Array(rows * 2)
  const content = new Int32Array(rows * 2)
  for (let row = 0, from = 0, to = 0; row < rows; row++, from += width, to += 2) {
    high[to] = lanes[from]!
    high[to + 1] = lanes[from + 1]!
    low[to] = lanes[from + 2]!
    low[to + 1] = lanes[from + 3]!
    if (width === KEY_LANES) continue
    content[to] = lanes[from + 4]!
    content[to + 1] = lanes[from + 5]!
  }
  return events.withColumns(
    column(eventColumn.keyHigh, new BigInt64Array(high.buffer), pl.Int64),
    column(eventColumn.keyLow, new BigInt64Array(low.buffer), pl.Int64),
    column(eventColumn.content, new BigInt64Array(content.buffer), pl.Int64),
  ) as Frame
}

/** The keys of events that have them as columns. */
export function keysOf(events: Frame): EventKeys {
  const [high, low, content] = [eventColumn.keyHigh, eventColumn.keyLow, eventColumn.content].map(
    (name) => new Int32Array(int64Values(events, name).buffer),
  ) as [Int32Array, Int32Array, Int32Array]
  const rows = high.length / 2
  const width = content.some((lane) => lane !== 0) ? KEY_AND_CONTENT_LANES : KEY_LANES
  const lanes = new Int32Array(rows * width)
  for (let row = 0, from = 0, to = 0; row < rows; row++, from += 2, to += width) {
    lanes[to] = high[from]!
    lanes[to + 1] = high[from + 1]!
    lanes[to + 2] = low[from]!
    lanes[to + 3] = low[from + 1]!
    if (width === KEY_LANES) continue
    lanes[to + 4] = content[from]!
    lanes[to + 5] = content[from + 1]!
  }
  return { rows, width, lanes }
}

function computeKeys(events: Frame): EventKeys {
  const rows = events.height
  const contents = contentHashes(events)
  const ids = events.getColumn(eventColumn.eventId)
  if (ids.nullCount() === rows) return { rows, width: KEY_LANES, lanes: contents }
  const width = KEY_AND_CONTENT_LANES
  const lanes = new Int32Array(rows * width)
  for (let row = 0; row < rows; row++) {
    const [from, to] = [row * KEY_LANES, row * width]
    for (let lane = 0; lane < KEY_LANES; lane++) lanes[to + lane] = contents[from + lane]!
  }
  visitTexts(ids, (bytes, start, end, row) => {
    const at = row * width
    murmurHash128(bytes, start, end, EVENT_ID_SEED, lanes, at)
    lanes[at + 4] = contents[row * KEY_LANES]!
    lanes[at + 5] = contents[row * KEY_LANES + 1]!
  })
  return { rows, width, lanes }
}

/** What each event says, in four lanes. */
function contentHashes(events: Frame): Int32Array {
  const units = new Int32Array(int64Values(events, eventColumn.unit).buffer)
  const times = new Int32Array(int64Values(events, eventColumn.time).buffer)
  const values = float64Values(events, eventColumn.value)
  const valueLanes = new Int32Array(values.buffer)
  const sums = new Int32Array(values.length * KEY_LANES)
  for (let row = 0, pair = 0, at = 0; row < values.length; row++, pair += 2, at += KEY_LANES) {
    addUnit(units[pair]!, units[pair + 1]!, sums, at)
    addTime(times[pair]!, times[pair + 1]!, sums, at)
    if (!Number.isNaN(values[row])) addValue(valueLanes[pair]!, valueLanes[pair + 1]!, sums, at)
  }
  for (const name of events.columns.filter(saysSomething)) {
    const seed = seedOfTextColumn(name)
    visitTexts(events.getColumn(name), (bytes, start, end, row) =>
      addText(bytes, start, end, seed, sums, row * KEY_LANES),
    )
  }
  return sums
}
