/** A TextDictionary (src/ingest/text-dictionary.ts) as it lies in memory. */
@unmanaged
export class Dictionary {
  slots: usize
  mask: u32
  bytes: usize
  starts: usize
  hashes: usize
}

/** A RenamedDictionary (src/ingest/renamed-dictionary.ts). */
@unmanaged
export class Renamed {
  texts: Dictionary
  meaningOf: usize
  meanings: Dictionary
}

/** TextViews (src/ingest/text-views.ts). */
@unmanaged
export class Views {
  lanes: usize
  long: usize
  longLength: u32
  longCapacity: u32
}

/** The number of a text; -1 when it is not known. */
export function codeOf(dictionary: Dictionary, start: usize, end: usize): i32 {
  const length = <u32>(end - start)
  let hash = length
  for (let i = start; i < end; i++) hash = hash * 31 + load<u8>(i)
  hash ^= hash >> 15
  const mask = dictionary.mask
  const slots = dictionary.slots
  let slot = hash & mask
  while (true) {
    const code = load<i32>(slots + (slot << 2)) - 1
    if (code < 0) return -1
    const entry = dictionary.starts + (code << 2)
    const from = load<u32>(entry)
    if (load<u32>(entry, 4) - from === length && isEqual(dictionary.bytes + from, start, length)) return code
    slot = (slot + 1) & mask
  }
}

function isEqual(a: usize, b: usize, length: u32): bool {
  for (let i: u32 = 0; i < length; i++) if (load<u8>(a + i) !== load<u8>(b + i)) return false
  return true
}

/** The number of what a text stands for; -1 when that is nothing, or not known. */
export function meaningOf(dictionary: Renamed, start: usize, end: usize): i32 {
  const code = codeOf(dictionary.texts, start, end)
  return code < 0 ? -1 : load<i32>(dictionary.meaningOf + (code << 2))
}

/** The hash of the text of a number. */
export function hashOf(dictionary: Dictionary, code: i32): v128 {
  return v128.load(dictionary.hashes + (code << 4))
}

const INLINE_BYTES: u32 = 12

/** Sets a text; returns false when there is no room for a long one. Memory must follow the text. */
export function setView(views: Views, index: u32, start: usize, end: usize): bool {
  const length = <u32>(end - start)
  const view = views.lanes + (index << 4)
  if (length <= INLINE_BYTES) {
    const own = i8x16.lt_u(i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15), i8x16.splat(<i8>length))
    const text = v128.and(v128.load(start), own)
    const zeros = i8x16.splat(0)
    const moved = v128.shuffle<i8>(text, zeros, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
    v128.store(view, i32x4.replace_lane(moved, 0, length))
    return true
  }
  const offset = views.longLength
  if (offset + length > views.longCapacity) return false
  memory.copy(views.long + offset, start, length)
  store<u32>(view, length)
  store<u32>(view, load<u32>(start), 4)
  store<u32>(view, 0, 8)
  store<u32>(view, offset, 12)
  views.longLength = offset + length
  return true
}
