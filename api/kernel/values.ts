/* How often values occur (src/engine/value-counts.ts). */

/** Values other than 0 of one variant, in the order in which they come, and how many were 0. */
@unmanaged
class ValueList {
  zeros: f64
  values: usize
  count: u32
}
const LIST_BYTES: u32 = 16

/**
 * Appends values to the lists of their variants, which have room for all of them.
 *
 * @param lists one a variant
 */
export function listValues(lists: usize, values: usize, variants: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const list = changetype<ValueList>(lists + load<u32>(variants + (i << 2)) * LIST_BYTES)
    const value = load<f64>(values + (i << 3))
    if (value === 0) list.zeros += 1
    else store<f64>(list.values + (list.count++ << 3), value)
  }
}

const DIGIT_BITS: u64 = 11
const DIGITS: u32 = 6
const BUCKETS: u32 = 1 << 11

/**
 * Sorts doubles that are numbers, by digits of their bits from the last one on.
 *
 * @param room for as many
 * @param counts room for DIGITS * BUCKETS numbers
 * @returns the address of the sorted ones: where they were, or the room
 */
export function sortDoubles(values: usize, room: usize, counts: usize, count: u32): usize {
  memory.fill(counts, 0, (DIGITS * BUCKETS) << 2)
  for (let i: u32 = 0; i < count; i++) {
    const at = values + (i << 3)
    const key = orderOf(load<u64>(at))
    store<u64>(at, key)
    for (let digit: u32 = 0; digit < DIGITS; digit++) {
      const own = counts + ((digit * BUCKETS + digitOf(key, digit)) << 2)
      store<u32>(own, load<u32>(own) + 1)
    }
  }
  let from = values
  let to = room
  for (let digit: u32 = 0; digit < DIGITS; digit++) {
    const starts = counts + ((digit * BUCKETS) << 2)
    if (count === 0 || load<u32>(starts + (digitOf(load<u64>(from), digit) << 2)) === count) continue
    let start: u32 = 0
    for (let bucket: u32 = 0; bucket < BUCKETS; bucket++) {
      const own = starts + (bucket << 2)
      const size = load<u32>(own)
      store<u32>(own, start)
      start += size
    }
    for (let i: u32 = 0; i < count; i++) {
      const key = load<u64>(from + (i << 3))
      const own = starts + (digitOf(key, digit) << 2)
      const place = load<u32>(own)
      store<u64>(to + (place << 3), key)
      store<u32>(own, place + 1)
    }
    const other = from
    from = to
    to = other
  }
  for (let i: u32 = 0; i < count; i++) {
    const at = from + (i << 3)
    store<u64>(at, bitsOf(load<u64>(at)))
  }
  return from
}

/** A double's bits as a number that is the greater, the greater the double is; and back. */
function orderOf(bits: u64): u64 {
  return bits >> 63 ? ~bits : bits | ((<u64>1) << 63)
}
function bitsOf(order: u64): u64 {
  return order >> 63 ? order & ~((<u64>1) << 63) : ~order
}

function digitOf(key: u64, digit: u32): u32 {
  return (<u32>(key >> (<u64>digit * DIGIT_BITS))) & (BUCKETS - 1)
}

/** The distinct ones of sorted values, written over them, and how often each occurs. Returns how many there are. */
export function countRuns(values: usize, counts: usize, count: u32): u32 {
  let distinct: u32 = 0
  let from: u32 = 0
  while (from < count) {
    const value = load<f64>(values + (from << 3))
    let to = from + 1
    while (to < count && load<f64>(values + (to << 3)) === value) to++
    store<f64>(values + (distinct << 3), value)
    store<f64>(counts + (distinct << 3), to - from)
    distinct++
    from = to
  }
  return distinct
}
