import fc from 'fast-check'
import reference from 'murmurhash3js-revisited'
import { expect, test } from 'vitest'
import { murmurHash128 } from './murmur-hash.ts'

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
