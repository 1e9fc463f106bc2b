import { arenaBytes, type Arena } from './arena.ts'
import { kernelOver } from '../kernel/kernel-memory.ts'

/** Upper bits of the unit by which events are dealt out first: units are hashes, so the heaps are of about one size. */
const HEAP_BITS = 17
const HEAPS = 1 << HEAP_BITS
/** A heap of more events than this is sorted by a way that does not become slow. */
const LARGE_HEAP = 64

/** What events are sorted by. */
export interface SortKeys {
  /** Upper 32 bits of each event's unit, signed. */
  unitHigh: Int32Array
  /** Lower 32 bits of each event's unit. */
  unitLow: Int32Array
  /** Microseconds since 1970. */
  time: Float64Array
}

/** Bytes of an arena that sorting takes, beside the events and their order. */
export const SORT_BYTES = arenaBytes((HEAPS + 1) * 4)

/**
 * The events of a list in the order of a part: by unit (as a signed number), then by time; equal ones stay in the order
 * of the list. All is in one memory.
 */
export function sortEvents(events: Int32Array, keys: SortKeys, memory: WebAssembly.Memory, arena: Arena): Int32Array {
  const { unitHigh, unitLow, time } = keys
  const ends = arena.int32(HEAPS + 1).fill(0)
  const dealt = arena.int32(events.length)
  const kernel = kernelOver(memory)
  const at = ({ byteOffset }: ArrayBufferView): number => byteOffset
  kernel.deal(at(dealt), at(ends), HEAP_BITS, at(events), at(unitHigh), events.length)
  const keysAt = [at(unitHigh), at(unitLow), at(time)] as const
  if (kernel.sortHeaps(at(dealt), at(ends), HEAPS, LARGE_HEAP, ...keysAt) > 0) sortLargeHeaps(dealt, ends, keys)
  return dealt
}

function sortLargeHeaps(dealt: Int32Array, ends: Int32Array, keys: SortKeys): void {
  for (let heap = 0, start = 0; heap < HEAPS; heap++) {
    const end = ends[heap]!
    if (end - start > LARGE_HEAP) dealt.subarray(start, end).sort((a, b) => compare(keys, a, b))
    start = end
  }
}

function compare({ unitHigh, unitLow, time }: SortKeys, a: number, b: number): number {
  return unitHigh[a]! - unitHigh[b]! || (unitLow[a]! >>> 0) - (unitLow[b]! >>> 0) || time[a]! - time[b]!
}
