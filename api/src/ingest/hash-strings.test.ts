import fc from 'fast-check'
import pl from 'nodejs-polars'
import { expect, test } from 'vitest'
import { hashStrings } from './hash-strings.ts'
import { murmurHash128 } from './murmur-hash.ts'

function hashOne(text: string, seed: number): number[] {
  const bytes = new TextEncoder().encode(text)
  const out = new Int32Array(4)
  murmurHash128(bytes, 0, bytes.length, seed, out, 0)
  return [...out]
}

function rows(hashes: Int32Array): number[][] {
  return Array.from({ length: hashes.length / 4 }, (_, row) => [...hashes.subarray(row * 4, row * 4 + 4)])
}

test('hashes each string as its UTF-8 bytes, short and long, and null as zeros', () => {
  const texts = fc.array(fc.option(fc.string({ unit: 'grapheme', maxLength: 40 }), { nil: null }), { maxLength: 60 })
  fc.assert(
    fc.property(texts, (values) => {
      const hashes = rows(hashStrings(pl.Series('x', values, pl.Utf8), 9))
      expect(hashes).toEqual(values.map((value) => (value === null ? [0, 0, 0, 0] : hashOne(value, 9))))
    }),
    { numRuns: 300, seed: 1 },
  )
})

test('reads columns of several chunks and slices of columns', () => {
  const values = Array.from({ length: 5000 }, (_, i) =>
    i % 7 === 0 ? null : `user-with-a-long-name-${i}`.slice(i % 20),
  )
  const whole = pl.Series('x', values, pl.Utf8)
  const expected = values.map((value) => (value === null ? [0, 0, 0, 0] : hashOne(value, 3)))
  expect(rows(hashStrings(whole, 3))).toEqual(expected)
  expect(rows(hashStrings(whole.slice(11, 1000), 3))).toEqual(expected.slice(11, 1011))
  const chunked = pl.concat([whole.slice(0, 700), whole.slice(700, 4300)], { rechunk: false, parallel: true })
  expect(rows(hashStrings(chunked, 3))).toEqual(expected)
})
