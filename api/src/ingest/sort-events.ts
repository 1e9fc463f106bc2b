import { inRuns } from './in-runs.ts'

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

/**
 * The events of a list in the order of a part: by unit (as a signed number), then by time; equal ones stay in the order
 * of the list. Sorts the list itself and returns it.
 */
export function sortEvents(events: Int32Array, keys: SortKeys): Int32Array {
  const starts = new Int32Array(HEAPS + 1)
  inRuns(events.length, (from, to) => countHeaps(starts, events, keys.unitHigh, from, to))
  inRuns(HEAPS, (from, to) => sumUp(starts, from, to))
  const dealt = new Int32Array(events.length)
  inRuns(events.length, (from, to) => deal(dealt, starts, events, keys.unitHigh, from, to))
  // Each start has moved to its heap's end.
  inRuns(HEAPS, (from, to) => sortHeaps(dealt, starts, keys, from, to))
  events.set(dealt)
  return events
}

function heapOf(unitHigh: number): number {
  return (unitHigh >>> (32 - HEAP_BITS)) ^ (HEAPS >> 1)
}

function countHeaps(starts: Int32Array, events: Int32Array, unitHigh: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) starts[heapOf(unitHigh[events[i]!]!) + 1]!++
}

function sumUp(starts: Int32Array, from: number, to: number): void {
  for (let heap = from; heap < to; heap++) starts[heap + 1] = starts[heap + 1]! + starts[heap]!
}

function deal(
  dealt: Int32Array,
  starts: Int32Array,
  events: Int32Array,
  unitHigh: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const event = events[i]!
    dealt[starts[heapOf(unitHigh[event]!)]!++] = event
  }
}

function sortHeaps(dealt: Int32Array, ends: Int32Array, keys: SortKeys, from: number, to: number): void {
  for (let heap = from; heap < to; heap++) {
    const start = heap === 0 ? 0 : ends[heap - 1]!
    const end = ends[heap]!
    if (end - start > LARGE_HEAP) dealt.subarray(start, end).sort((a, b) => compare(keys, a, b))
    else insertionSort(dealt, start, end, keys)
  }
}

function insertionSort(dealt: Int32Array, start: number, end: number, keys: SortKeys): void {
  for (let i = start + 1; i < end; i++) {
    const event = dealt[i]!
    let j = i - 1
    for (; j >= start && compare(keys, dealt[j]!, event) > 0; j--) dealt[j + 1] = dealt[j]!
    dealt[j + 1] = event
  }
}

function compare({ unitHigh, unitLow, time }: SortKeys, a: number, b: number): number {
  return unitHigh[a]! - unitHigh[b]! || (unitLow[a]! >>> 0) - (unitLow[b]! >>> 0) || time[a]! - time[b]!
}
