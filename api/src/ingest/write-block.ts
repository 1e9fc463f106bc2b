import { Arena, arenaBytes } from './arena.ts'
import { keysOfColumns, type BlockColumns } from './block-columns.ts'
import { frameBytes, frameOfBlock } from './block-frame.ts'
import { MOST_CODES } from './event-block.ts'
import { KEY_AND_CONTENT_LANES } from './event-keys.ts'
import { kernelOver } from '../kernel/kernel-memory.ts'
import { SORT_BYTES, sortEvents } from './sort-events.ts'
import { writeSorted, type WrittenPart } from './write-part.ts'

/** How much memory the writing of so many events of a block takes, beside the block. */
export function writeBytes(block: BlockColumns, events: number): number {
  const orders = 2 * arenaBytes(events * 4)
  const facts = arenaBytes(MOST_CODES) + arenaBytes(2 * 8)
  const keys = arenaBytes(events * KEY_AND_CONTENT_LANES * 4)
  return orders + SORT_BYTES + facts + keys + frameBytes(block, events)
}

/**
 * Writes some events of a block as a part. When it returns a promise, the block is free for the next chunk: the events
 * are copied in their order first.
 *
 * @param events indexes of events, one at least, in the order of their rows
 * @param scratch as much of the block's memory as `writeBytes` says; it is free when the part is written
 */
export function writeBlock(
  block: BlockColumns,
  events: Int32Array,
  path: string,
  scratch: Uint8Array,
): Promise<WrittenPart> {
  const arena = new Arena(scratch)
  const list = arena.int32(events.length)
  list.set(events)
  const order = sortEvents(list, block, block.memory, arena)
  const unitOf = (event: number): bigint =>
    (BigInt(block.unitHigh[event]!) << 32n) | BigInt(block.unitLow[event]! >>> 0)
  return writeSorted(frameOfBlock(block, order, arena), path, {
    keys: keysOfColumns(block, order, arena),
    ...factsOf(block, order, arena),
    minUnit: unitOf(order[0]!),
    maxUnit: unitOf(order.at(-1)!),
  })
}

function factsOf(
  { memory, time, eventType }: BlockColumns,
  order: Int32Array,
  arena: Arena,
): { minMicros: number; maxMicros: number; eventTypes: string[] } {
  const hasType = arena.bytes(MOST_CODES).fill(0)
  const ends = arena.float64(2)
  const [types, times, by] = [eventType.codes.byteOffset, time.byteOffset, order.byteOffset]
  kernelOver(memory).noteFacts(hasType.byteOffset, ends.byteOffset, types, times, by, order.length)
  const eventTypes = eventType.texts.filter((_, code) => hasType[code] === 1).sort()
  return { minMicros: ends[0]!, maxMicros: ends[1]!, eventTypes }
}
