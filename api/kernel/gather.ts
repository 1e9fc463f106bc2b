/*
 * Loops that bring the entries of columns into another order: entry i of what is made is entry `order[i]` of what is
 * there. `valid` has a bit for each entry that is set where there is something; those of a column without it are left out.
 */

function entry(order: usize, i: u32): usize {
  return load<u32>(order + (i << 2))
}

/** Numbers of 32 bits. */
export function gatherWords(out: usize, values: usize, order: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) store<u32>(out + (i << 2), load<u32>(values + (entry(order, i) << 2)))
}

/** Numbers of 64 bits, from their halves. */
export function gatherHalves(out: usize, low: usize, high: usize, order: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const index = entry(order, i) << 2
    store<u32>(out + (i << 3), load<u32>(low + index))
    store<u32>(out + (i << 3), load<u32>(high + index), 4)
  }
}

/** Whole doubles as integers of 64 bits. */
export function gatherWhole(out: usize, values: usize, order: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++)
    store<i64>(out + (i << 3), <i64>Math.floor(load<f64>(values + (entry(order, i) << 3))))
}

/** Doubles, NaN being none. Returns how many there are none of. */
export function gatherDoubles(out: usize, valid: usize, values: usize, order: usize, count: u32): u32 {
  let there: u32 = 0
  for (let i: u32 = 0; i < count; i += 8) {
    let bits: u32 = 0
    for (let j = i, end = min(i + 8, count); j < end; j++) {
      const value = load<f64>(values + (entry(order, j) << 3))
      store<f64>(out + (j << 3), value)
      bits |= u32(value === value) << (j - i)
    }
    store<u8>(valid + (i >> 3), bits)
    there += popcnt(bits)
  }
  return count - there
}

/** Numbers of texts, below zero being none. Returns how many there are none of. */
export function gatherCodes(out: usize, valid: usize, codes: usize, order: usize, count: u32): u32 {
  let there: u32 = 0
  for (let i: u32 = 0; i < count; i += 8) {
    let bits: u32 = 0
    for (let j = i, end = min(i + 8, count); j < end; j++) {
      const code = <i32>load<i16>(codes + (entry(order, j) << 1))
      store<i16>(out + (j << 1), <i16>max(code, 0))
      bits |= u32(code >= 0) << (j - i)
    }
    store<u8>(valid + (i >> 3), bits)
    there += popcnt(bits)
  }
  return count - there
}

/** Views of texts, empty ones being none. Returns how many there are none of. */
export function gatherViews(out: usize, valid: usize, views: usize, order: usize, count: u32): u32 {
  let there: u32 = 0
  for (let i: u32 = 0; i < count; i += 8) {
    let bits: u32 = 0
    for (let j = i, end = min(i + 8, count); j < end; j++) {
      const view = v128.load(views + (entry(order, j) << 4))
      v128.store(out + (j << 4), view)
      bits |= u32(i32x4.extract_lane(view, 0) !== 0) << (j - i)
    }
    store<u8>(valid + (i >> 3), bits)
    there += popcnt(bits)
  }
  return count - there
}

/** Keys of events without ids: the contents' hashes. */
export function gatherContentKeys(out: usize, contents: usize, order: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) v128.store(out + (i << 4), v128.load(contents + (entry(order, i) << 4)))
}

/** Keys of six lanes: those of the ids where there are ids (views of texts), with the contents' hashes, else these. */
export function gatherKeys(out: usize, contents: usize, named: usize, ids: usize, order: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const index = entry(order, i) << 4
    const key = out + i * 24
    const isNamed = load<u32>(ids + index) !== 0
    v128.store(key, v128.load((isNamed ? named : contents) + index))
    store<u64>(key, isNamed ? load<u64>(contents + index) : 0, 16)
  }
}

/** Notes the types that some events have, a byte each, and the least and the greatest time, two doubles. */
export function noteFacts(hasType: usize, times: usize, types: usize, time: usize, order: usize, count: u32): void {
  let least: f64 = Infinity
  let greatest: f64 = -Infinity
  for (let i: u32 = 0; i < count; i++) {
    const index = entry(order, i)
    const micros = load<f64>(time + (index << 3))
    least = min(least, micros)
    greatest = max(greatest, micros)
    store<u8>(hasType + load<u16>(types + (index << 1)), 1)
  }
  store<f64>(times, least)
  store<f64>(times, greatest, 8)
}
