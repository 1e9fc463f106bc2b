/**
 * MurmurHash3 x86 128-bit of `bytes[start, end)`, written to `out[at .. at + 3]` as four 32-bit lanes.
 *
 * Chosen because it needs 32-bit multiplications only (fast in JavaScript without BigInt), is public, and has published
 * test vectors, so that hashes stored today can be computed by any other program tomorrow. It is not a cryptographic
 * hash: who can choose user ids could make two of them collide.
 *
 * See Austin Appleby, MurmurHash3 (public domain), function MurmurHash3_x86_128.
 */
export function murmurHash128(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  out: Int32Array,
  at: number,
): void {
  let h1 = seed | 0
  let h2 = seed | 0
  let h3 = seed | 0
  let h4 = seed | 0
  const length = end - start
  const blocksEnd = start + (length & ~15)
  for (let i = start; i < blocksEnd; i += 16) {
    h1 ^= mixLane(read32(bytes, i), C1, 15, C2)
    h1 = (Math.imul(rotate(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= mixLane(read32(bytes, i + 4), C2, 16, C3)
    h2 = (Math.imul(rotate(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= mixLane(read32(bytes, i + 8), C3, 17, C4)
    h3 = (Math.imul(rotate(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= mixLane(read32(bytes, i + 12), C4, 18, C1)
    h4 = (Math.imul(rotate(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  const tail = length & 15
  if (tail > 12) h4 ^= mixLane(readPartial(bytes, blocksEnd + 12, end), C4, 18, C1)
  if (tail > 8) h3 ^= mixLane(readPartial(bytes, blocksEnd + 8, end), C3, 17, C4)
  if (tail > 4) h2 ^= mixLane(readPartial(bytes, blocksEnd + 4, end), C2, 16, C3)
  if (tail > 0) h1 ^= mixLane(readPartial(bytes, blocksEnd, end), C1, 15, C2)

  h1 ^= length
  h2 ^= length
  h3 ^= length
  h4 ^= length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finalize(h1)
  h2 = finalize(h2)
  h3 = finalize(h3)
  h4 = finalize(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  out[at] = h1
  out[at + 1] = (h2 + h1) | 0
  out[at + 2] = (h3 + h1) | 0
  out[at + 3] = (h4 + h1) | 0
}

/**
 * Adds the MurmurHash3 x86 128-bit of eight bytes, given as two 32-bit numbers (the first bytes are `low`, little-endian),
 * to four 32-bit lanes, each wrapping around.
 */
export function addMurmurHashOfPair(low: number, high: number, seed: number, sums: Int32Array, at: number): void {
  let h1 = seed ^ mixLane(low, C1, 15, C2) ^ 8
  let h2 = seed ^ mixLane(high, C2, 16, C3) ^ 8
  let h3 = seed ^ 8
  let h4 = seed ^ 8
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = finalize((h2 + h1) | 0)
  h3 = finalize((h3 + h1) | 0)
  h4 = finalize((h4 + h1) | 0)
  h1 = finalize(h1)
  h1 = (h1 + h2 + h3 + h4) | 0
  sums[at] = (sums[at]! + h1) | 0
  sums[at + 1] = (sums[at + 1]! + h2 + h1) | 0
  sums[at + 2] = (sums[at + 2]! + h3 + h1) | 0
  sums[at + 3] = (sums[at + 3]! + h4 + h1) | 0
}

const C1 = 0x239b961b
const C2 = 0xab0e9789 | 0
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93 | 0

function rotate(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits))
}

function mixLane(k: number, before: number, bits: number, after: number): number {
  return Math.imul(rotate(Math.imul(k, before), bits), after)
}

function read32(bytes: Uint8Array, i: number): number {
  return bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)
}

/** Up to four bytes from `i`, little-endian, those at `end` and after it being zero. */
function readPartial(bytes: Uint8Array, i: number, end: number): number {
  let k = 0
  for (let j = Math.min(end, i + 4) - 1; j >= i; j--) k = (k << 8) | bytes[j]!
  return k
}

function finalize(h: number): number {
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
