/*
 * MurmurHash3 x86 128-bit as in src/ingest/murmur-hash.ts, in four lanes. Up to 15 bytes after a text are read and put
 * aside: whoever passes a text has memory after it.
 */

const C1: u32 = 0x239b961b
const C2: u32 = 0xab0e9789
const C3: u32 = 0x38b34ae5
const C4: u32 = 0xa1e38b93

/** The hash of the bytes from `start` to before `end`. */
export function murmur(start: usize, end: usize, seed: u32): v128 {
  let h1 = seed
  let h2 = seed
  let h3 = seed
  let h4 = seed
  const length = <u32>(end - start)
  const tail = start + (length & ~15)
  for (let i = start; i < tail; i += 16) {
    h1 ^= mixLane(load<u32>(i), C1, 15, C2)
    h1 = (rotl(h1, 19) + h2) * 5 + 0x561ccd1b
    h2 ^= mixLane(load<u32>(i, 4), C2, 16, C3)
    h2 = (rotl(h2, 17) + h3) * 5 + 0x0bcaa747
    h3 ^= mixLane(load<u32>(i, 8), C3, 17, C4)
    h3 = (rotl(h3, 15) + h4) * 5 + 0x96cd1c35
    h4 ^= mixLane(load<u32>(i, 12), C4, 18, C1)
    h4 = (rotl(h4, 13) + h1) * 5 + 0x32ac3b17
  }
  const left = length & 15
  if (left > 12) h4 ^= mixLane(firstBytes(tail + 12, left - 12), C4, 18, C1)
  if (left > 8) h3 ^= mixLane(firstBytes(tail + 8, min(left - 8, 4)), C3, 17, C4)
  if (left > 4) h2 ^= mixLane(firstBytes(tail + 4, min(left - 4, 4)), C2, 16, C3)
  if (left > 0) h1 ^= mixLane(firstBytes(tail, min(left, 4)), C1, 15, C2)
  return finished(h1 ^ length, h2 ^ length, h3 ^ length, h4 ^ length)
}

/** The hash of eight bytes, given as two numbers. */
export function murmurOfPair(low: u32, high: u32, seed: u32): v128 {
  return finished(seed ^ mixLane(low, C1, 15, C2) ^ 8, seed ^ mixLane(high, C2, 16, C3) ^ 8, seed ^ 8, seed ^ 8)
}

function finished(a: u32, b: u32, c: u32, d: u32): v128 {
  let h1 = a + b + c + d
  const h2 = finalize(b + h1)
  const h3 = finalize(c + h1)
  const h4 = finalize(d + h1)
  h1 = finalize(h1)
  h1 = h1 + h2 + h3 + h4
  let lanes = i32x4.splat(h1)
  lanes = i32x4.replace_lane(lanes, 1, h2 + h1)
  lanes = i32x4.replace_lane(lanes, 2, h3 + h1)
  return i32x4.replace_lane(lanes, 3, h4 + h1)
}

function mixLane(k: u32, before: u32, bits: u32, after: u32): u32 {
  return rotl(k * before, bits) * after
}

/** One to four bytes, little-endian. */
function firstBytes(at: usize, count: u32): u32 {
  return load<u32>(at) & (0xffffffff >> ((4 - count) << 3))
}

function finalize(hash: u32): u32 {
  let h = hash ^ (hash >> 16)
  h *= 0x85ebca6b
  h ^= h >> 13
  h *= 0xc2b2ae35
  return h ^ (h >> 16)
}
