import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import type { Arena } from './arena.ts'
import { kernelOver } from '../kernel/kernel-memory.ts'

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
  /** What they lie in. */
  memory: WebAssembly.Memory
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
 * @param order indexes of events, in the block's memory
 * @param arena in the same memory
 */
export function keysOfColumns(columns: BlockColumns, order: Int32Array, arena: Arena): EventKeys {
  const { contents, idHashes, eventId, memory } = columns
  const rows = order.length
  const width = eventId === null ? KEY_LANES : KEY_AND_CONTENT_LANES
  const lanes = arena.int32(rows * width)
  const kernel = kernelOver(memory)
  const [out, what, by] = [lanes.byteOffset, contents.byteOffset, order.byteOffset]
  if (eventId === null) kernel.gatherContentKeys(out, what, by, rows)
  else kernel.gatherKeys(out, what, idHashes.byteOffset, eventId.lanes.byteOffset, by, rows)
  return { rows, width, lanes }
}
