import { expect, test } from 'vitest'
import { pathOf, rangeOf, scaleOf } from './plot-scale.ts'

test('a scale puts the ends of the values at the ends of the pixels, upside down as well', () => {
  const scale = scaleOf([0, 10], [200, 0])
  expect([0, 5, 10].map(scale.at)).toEqual([200, 100, 0])
  expect(scale.ticks).toEqual([0, 2, 4, 6, 8, 10])
})

test('a range has room around its values, and is one even where all of them are equal or there are none', () => {
  expect(rangeOf([0, null, 100])).toEqual([-5, 105])
  for (const values of [[3, 3], [0], []]) {
    const [low, high] = rangeOf(values)
    expect(high).toBeGreaterThan(low)
  }
})

test('a path goes from point to point', () => {
  expect(
    pathOf([
      [0, 1],
      [2.25, 3],
    ]),
  ).toBe('M0.0 1.0L2.3 3.0')
})
