/* Sorts events by unit, as a signed number, and then by time (src/ingest/sort-events.ts). */

/**
 * Deals events out to heaps by the upper bits of their units, in their order.
 *
 * @param starts one entry more than heaps, all zero; then they are the ends of the heaps
 */
export function deal(dealt: usize, starts: usize, heapBits: u32, events: usize, unitHigh: usize, count: u32): void {
  const heaps: u32 = 1 << heapBits
  const shift = 32 - heapBits
  const flip = heaps >> 1
  for (let i: u32 = 0; i < count; i++) {
    const event = load<u32>(events + (i << 2))
    const heap = (load<u32>(unitHigh + (event << 2)) >> shift) ^ flip
    const start = starts + ((heap + 1) << 2)
    store<u32>(start, load<u32>(start) + 1)
  }
  for (let heap: u32 = 0; heap < heaps; heap++) {
    const start = starts + (heap << 2)
    store<u32>(start, load<u32>(start) + load<u32>(start, 4), 4)
  }
  for (let i: u32 = 0; i < count; i++) {
    const event = load<u32>(events + (i << 2))
    const heap = (load<u32>(unitHigh + (event << 2)) >> shift) ^ flip
    const start = starts + (heap << 2)
    const at = load<u32>(start)
    store<u32>(dealt + (at << 2), event)
    store<u32>(start, at + 1)
  }
}

/** Sorts the heaps that are not larger than `largest`; returns how many were. */
export function sortHeaps(
  dealt: usize,
  ends: usize,
  heaps: u32,
  largest: u32,
  unitHigh: usize,
  unitLow: usize,
  time: usize,
): u32 {
  let left: u32 = 0
  let start: u32 = 0
  for (let heap: u32 = 0; heap < heaps; heap++) {
    const end = load<u32>(ends + (heap << 2))
    if (end - start > largest) left++
    else {
      for (let i = start + 1; i < end; i++) {
        const event = load<u32>(dealt + (i << 2))
        let at = i
        while (at > start) {
          const before = load<u32>(dealt + ((at - 1) << 2))
          if (!isAfter(before, event, unitHigh, unitLow, time)) break
          store<u32>(dealt + (at << 2), before)
          at--
        }
        store<u32>(dealt + (at << 2), event)
      }
    }
    start = end
  }
  return left
}

function isAfter(a: u32, b: u32, unitHigh: usize, unitLow: usize, time: usize): bool {
  const highA = load<i32>(unitHigh + (a << 2))
  const highB = load<i32>(unitHigh + (b << 2))
  if (highA !== highB) return highA > highB
  const lowA = load<u32>(unitLow + (a << 2))
  const lowB = load<u32>(unitLow + (b << 2))
  if (lowA !== lowB) return lowA > lowB
  return load<f64>(time + (a << 3)) > load<f64>(time + (b << 3))
}
