/*
 * Columns of a unit table's files become columns of picked units (src/engine/active-units.ts, picked-units.ts). A unit's
 * place is its number in the shard; a slot is its row here plus one, by place, or 0.
 */

/** Types of a file's numbers, as src/engine/column-file.ts numbers them. */
const U8: u32 = 0
const U16: u32 = 1
const I32: u32 = 2

function numberAt(values: usize, type: u32, i: u32): f64 {
  if (type === U8) return load<u8>(values + i)
  if (type === U16) return load<u16>(values + (i << 1))
  return type === I32 ? load<i32>(values + (i << 2)) : load<f64>(values + (i << 3))
}

function codeAt(codes: usize, type: u32, i: u32): u32 {
  if (type === U8) return load<u8>(codes + i)
  return type === U16 ? load<u16>(codes + (i << 1)) : load<u32>(codes + (i << 2))
}

/** @param places of some units; 0 for the first ones, in order */
export function markPlaces(slots: usize, places: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const place = places === 0 ? i : load<u32>(places + (i << 2))
    store<u32>(slots + (place << 2), 1)
  }
}

/** Numbers the marked places from 1 on, and lists them in order. Returns how many they are. */
export function numberPlaces(slots: usize, count: u32, places: usize): u32 {
  let size: u32 = 0
  for (let place: u32 = 0; place < count; place++) {
    const slot = slots + (place << 2)
    // Written at every place: to pass over the unmarked ones would cost more than to write over them.
    store<u32>(places + (size << 2), place)
    size += load<u32>(slot)
    store<u32>(slot, load<u32>(slot) * size)
  }
  return size
}

/**
 * Adds what a file's units have to what the picked ones have.
 *
 * @param places of the file's units; 0 for the first ones, in order
 */
export function addAt(target: usize, slots: usize, places: usize, values: usize, type: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const place = places === 0 ? i : load<u32>(places + (i << 2))
    const own = target + ((load<u32>(slots + (place << 2)) - 1) << 3)
    store<f64>(own, load<f64>(own) + numberAt(values, type, i))
  }
}

/**
 * Lists which picked units the first file of a shard has, and at which of its rows: that of a unit's place.
 *
 * @param places of the picked units; below 0 where one has none
 */
export function pickFirst(places: usize, size: u32, fileRows: i32, rows: usize, from: usize): u32 {
  let count: u32 = 0
  for (let row: u32 = 0; row < size; row++) {
    const place = load<i32>(places + (row << 2))
    store<u32>(rows + (count << 2), row)
    store<i32>(from + (count << 2), place)
    count += u32(place >= 0) & u32(place < fileRows)
  }
  return count
}

/** The same of a later file, which says at which places its units are. */
export function pickLater(slots: usize, places: usize, fileRows: u32, rows: usize, from: usize): u32 {
  let count: u32 = 0
  for (let fileRow: u32 = 0; fileRow < fileRows; fileRow++) {
    const slot = load<u32>(slots + (load<u32>(places + (fileRow << 2)) << 2))
    if (slot === 0) continue
    store<u32>(rows + (count << 2), slot - 1)
    store<u32>(from + (count << 2), fileRow)
    count++
  }
  return count
}

export function pickBytes(target: usize, rows: usize, values: usize, from: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++)
    store<u8>(target + load<u32>(rows + (i << 2)), load<u8>(values + load<u32>(from + (i << 2))))
}

export function pickDoubles(target: usize, rows: usize, values: usize, type: u32, from: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++)
    store<f64>(target + (load<u32>(rows + (i << 2)) << 3), numberAt(values, type, load<u32>(from + (i << 2))))
}

/**
 * @param codes 0 where the file has none: they count as 0
 * @param meanings the code here of each of the file's
 * @param renewed a byte for each unit of the file, 1 where its code counts; 0 where all do
 */
export function pickCodes(
  target: usize,
  rows: usize,
  codes: usize,
  type: u32,
  from: usize,
  count: u32,
  meanings: usize,
  renewed: usize,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const fileRow = load<u32>(from + (i << 2))
    if (renewed !== 0 && load<u8>(renewed + fileRow) !== 1) continue
    const code = codes === 0 ? 0 : codeAt(codes, type, fileRow)
    store<i32>(target + (load<u32>(rows + (i << 2)) << 2), load<i32>(meanings + (code << 2)))
  }
}
