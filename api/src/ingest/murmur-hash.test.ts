import fc from 'fast-check'
import reference from 'murmurhash3js-revisited'
import { expect, test } from 'vitest'
import { addMurmurHashOfPair, murmurHash128 } from './murmur-hash.ts'

function hex(bytes: Uint8Array, seed: number): string {
  const out = new Int32Array(4)
  murmurHash128(bytes, 0, bytes.length, seed, out, 0)
  return [...out].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
}

test('agrees with an independent implementation on bytes of every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.integer({ min: 0, max: 0x7fffffff }), (bytes, seed) => {
      expect(hex(bytes, seed)).toBe(reference.x86.hash128([...bytes], seed))
    }),
    { numRuns: 2000, seed: 1 },
  )
})

test('hashes of stored data never change', () => {
  // Written down once: a change here would make every stored part wrong.
  expect(hex(new TextEncoder().encode('user_00000001'), 0)).toBe('09331c1e1549887c777e5bfdffd69d87')
})

test('a slice hashes like a copy of it', () => {
  const bytes = new TextEncoder().encode('left|the middle part|right')
  const out = new Int32Array(8)
  murmurHash128(bytes, 5, 20, 7, out, 4)
  expect([...out.subarray(4)].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')).toBe(
    hex(bytes.slice(5, 20), 7),
  )
})

test('a pair of numbers hashes like its eight bytes, and is added lane by lane', () => {
  const lane = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })
  fc.assert(
    fc.property(lane, lane, fc.nat(), fc.tuple(lane, lane, lane, lane), (low, high, seed, before) => {
      const expected = new Int32Array(4)
      murmurHash128(new Uint8Array(Int32Array.of(low, high).buffer), 0, 8, seed, expected, 0)
      const sums = Int32Array.from(before)
      addMurmurHashOfPair(low, high, seed, sums, 0)
      expect([...sums]).toEqual(before.map((lane, index) => (lane + expected[index]!) | 0))
    }),
    { numRuns: 300, seed: 2 },
  )
})
