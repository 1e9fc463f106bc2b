import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import { gatherKeys } from './gather.ts'
import { inRuns } from './in-runs.ts'

/** Texts as views (see text-views.ts). */
export interface ViewColumn {
  lanes: Int32Array
  longTexts: Uint8Array
}

/** Texts as numbers, below zero being none, and the texts by number. */
export interface CodeColumn {
  codes: Int16Array
  texts: string[]
}

/**
 * The events of a block as plain columns over shared memory: another thread can be given them without a copy. They may be
 * longer than there are rows.
 */
export interface BlockColumns {
  row: Uint32Array
  time: Float64Array
  unitHigh: Int32Array
  unitLow: Int32Array
  /** NaN where there is none. */
  value: Float64Array
  variant: CodeColumn
  eventType: CodeColumn
  userId: ViewColumn
  /** Null when no event has one. */
  eventId: ViewColumn | null
  attributes: { name: string; column: ViewColumn | CodeColumn }[]
  /** What each event says, in four lanes, and the hash of its id. */
  contents: Int32Array
  idHashes: Int32Array
}

/**
 * The keys of events, in a given order.
 *
 * @param order indexes of events
 */
export function keysOfColumns({ contents, idHashes, eventId }: BlockColumns, order: Int32Array): EventKeys {
  const width = eventId === null ? KEY_LANES : KEY_AND_CONTENT_LANES
  const lanes = new Int32Array(order.length * width)
  const ids = eventId?.lanes ?? new Int32Array(0)
  inRuns(order.length, (from, to) => gatherKeys(lanes, width, contents, idHashes, ids, order, from, to))
  return { rows: order.length, width, lanes }
}
