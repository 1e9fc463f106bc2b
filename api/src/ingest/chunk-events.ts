import pl from 'nodejs-polars'
import { eventColumn } from '../engine/event-columns.ts'
import { keptRows, type Frame } from '../engine/polars/frame.ts'
import { addEvents, setRowOrder } from './add-events.ts'
import { Arena, arenaBytes } from './arena.ts'
import { keysOfColumns } from './block-columns.ts'
import type { ExperimentContext, Rejection } from './contract.ts'
import type { EventBlock } from './event-block.ts'
import { keysOf, withKeys, withUnits } from './event-key.ts'
import { KEY_AND_CONTENT_LANES, type EventKeys } from './event-keys.ts'
import { inRuns } from './in-runs.ts'
import { countDisagreements, makeEvents } from './make-events.ts'
import type { PartWriter } from './part-writer.ts'
import type { RawChunk, ScannedEvents } from './raw-chunk.ts'
import type { ReadPlan } from './resolve-mapping.ts'
import { checkRows } from './validate.ts'
import { writePart, type WrittenPart } from './write-part.ts'

/** The events of a chunk, whose rows are checked. */
export interface ChunkEvents {
  /** Every problem of every bad row, in no particular order. */
  rejections: Rejection[]
  rejectedRows: number
  /** Rows that name different variants in their variant columns. */
  disagreements: number
  events: number
  /** Takes those that are new. */
  takeNew(findNew: FindNew): Promise<NewEvents>
}

/**
 * Says which of some events are new: 1 where an event stays, 0 where it does not.
 *
 * @param rawRowOf the raw file's row of an event
 * @param times of the first and the last of the events, in microseconds since 1970
 */
export type FindNew = (
  keys: EventKeys,
  rawRowOf: (event: number) => number,
  times: { first: number; last: number },
) => Promise<Uint8Array>

/** The events of a chunk that are new. */
export interface NewEvents {
  events: number
  /** Those outside the experiment's time. */
  outsideWindow: number
  /** Writes them as a part; there must be one at least. */
  write(path: string): Promise<WrittenPart>
}

export interface ChunkContext {
  experiment: ExperimentContext
  /** Hash of the file. */
  sha256: string
  now: Date
  writer: PartWriter
}

/** Checks the rows of a chunk and makes the events of the good ones. */
export async function eventsOfChunk(chunk: RawChunk, plan: ReadPlan, context: ChunkContext): Promise<ChunkEvents> {
  const { scan } = chunk
  if (scan === null) return eventsOfFrame(chunk, plan, context)
  return (await eventsOfScan(scan, chunk, plan, context)) ?? eventsOfFrame(scan.otherwise(), plan, context)
}

async function eventsOfFrame(chunk: RawChunk, plan: ReadPlan, context: ChunkContext): Promise<ChunkEvents> {
  const { experiment, sha256, now } = context
  const { good, rejections, rejectedRows } = await checkRows(withAllColumns(chunk.frame, plan), plan, experiment, now)
  const events = withKeys(withUnits(makeEvents(good, { plan, sha256 }), experiment.id))
  return {
    rejections: [...chunk.rejections, ...rejections],
    rejectedRows: chunk.rejections.length + rejectedRows,
    disagreements: countDisagreements(good, plan),
    events: events.height,
    async takeNew(findNew) {
      const row = events.getColumn(eventColumn.row)
      const time = events.getColumn(eventColumn.time)
      const times = { first: Number(time.min()), last: Number(time.max()) }
      const fresh = keptRows(events, await findNew(keysOf(events), (event) => Number(row.get(event)), times))
      return {
        events: fresh.height,
        outsideWindow: countOutsideWindow(fresh, experiment),
        write: (path) => writePart(fresh, path),
      }
    },
  }
}

/** Null when the block cannot hold the events of the rows that were left over. */
async function eventsOfScan(
  { block }: ScannedEvents,
  chunk: RawChunk,
  plan: ReadPlan,
  { experiment, sha256, now, writer }: ChunkContext,
): Promise<ChunkEvents | null> {
  const scanned = block.rows
  const rejections = [...chunk.rejections]
  let rejectedRows = rejections.length
  if (chunk.frame.height > 0) {
    const odd = await checkRows(withAllColumns(chunk.frame, plan), plan, experiment, now)
    rejections.push(...odd.rejections)
    rejectedRows += odd.rejectedRows
    if (odd.good.height > 0 && !addEvents(block, makeEvents(odd.good, { plan, sha256 }))) return null
  }
  return {
    rejections,
    rejectedRows,
    disagreements: 0,
    events: block.rows,
    async takeNew(findNew) {
      const { rows } = block
      const bytes = arenaBytes(rows * 4) + arenaBytes(rows * KEY_AND_CONTENT_LANES * 4)
      const arena = new Arena(block.scratch('KEYS', bytes))
      const order = arena.int32(rows)
      setRowOrder(block, scanned, order)
      const keys = keysOfColumns(block.columns(), order, arena)
      const keep = await findNew(keys, (event) => block.row[order[event]!]!, timesOf(block))
      const [from, to] = windowOf(experiment)
      const fresh: Fresh = { events: order, count: 0, outsideWindow: 0 }
      inRuns(order.length, (first, last) => keepFresh(fresh, keep, block.time, [from, to], first, last))
      return {
        events: fresh.count,
        outsideWindow: fresh.outsideWindow,
        write: (path) => writer.write(block, Int32Array.from(order.subarray(0, fresh.count)), path),
      }
    },
  }
}

function timesOf({ time, rows }: Pick<EventBlock, 'time' | 'rows'>): { first: number; last: number } {
  let [first, last] = [Infinity, -Infinity]
  inRuns(rows, (from, to) => {
    for (let event = from; event < to; event++) {
      first = Math.min(first, time[event]!)
      last = Math.max(last, time[event]!)
    }
  })
  return { first, last }
}

/** Events of a block that are kept: the first so many of a list. */
interface Fresh {
  events: Int32Array
  count: number
  outsideWindow: number
}

/** Moves the events that are kept to the front of the list. */
function keepFresh(
  fresh: Fresh,
  keep: Uint8Array,
  time: Float64Array,
  [start, end]: [number, number],
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    if (keep[i] === 0) continue
    const event = fresh.events[i]!
    fresh.events[fresh.count++] = event
    const micros = time[event]!
    if (micros < start || micros >= end) fresh.outsideWindow++
  }
}

/** The frame with the columns of the plan that its records happen not to have, empty. */
function withAllColumns(frame: Frame, plan: ReadPlan): Frame {
  const absent = plan.columns.filter((name) => !frame.columns.includes(name))
  if (absent.length === 0) return frame
  return frame.withColumns(...absent.map((name) => pl.lit(null).cast(pl.Utf8).alias(name))) as Frame
}

function countOutsideWindow(events: Frame, experiment: ExperimentContext): number {
  const [from, to] = windowOf(experiment)
  const time = pl.col(eventColumn.time)
  const outside = [
    ...(from === -Infinity ? [] : [time.lt(pl.lit(from))]),
    ...(to === Infinity ? [] : [time.gtEq(pl.lit(to))]),
  ]
  return outside.length === 0 ? 0 : events.filter(outside.reduce((either, one) => either.or(one))).height
}

/** The experiment's time in microseconds since 1970, the end excluded. */
function windowOf({ startAt, endAt }: ExperimentContext): [number, number] {
  const micros = (iso: string | null, open: number) => (iso === null ? open : Date.parse(iso) * 1000)
  return [micros(startAt, -Infinity), micros(endAt, Infinity)]
}
