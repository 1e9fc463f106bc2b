import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coMomentsOf, combineCoMoments, marginalMoments, sampleCovariance } from './co-moments.ts'
import { combineMoments, type Moments, momentsFromVariance, momentsOf, NO_VALUES, sampleVariance } from './moments.ts'

const RUNS = { numRuns: 500, seed: 20240503 }
/** Merging in another order rounds differently, in the last digits only. */
const MERGE_ERROR = 1e-12

/** As measured: squares of far smaller numbers would underflow. */
const value = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => Math.round(x * 1e6) / 1e6)
const values = fc.array(value, { minLength: 1, maxLength: 60 })

function expectClose(actual: Moments, expected: Moments): void {
  const deviation = Math.sqrt(expected.m2 / expected.n)
  expect(actual.n).toBe(expected.n)
  expect(Math.abs(actual.mean - expected.mean)).toBeLessThanOrEqual(MERGE_ERROR * (Math.abs(expected.mean) + deviation))
  expect(Math.abs(actual.m2 - expected.m2)).toBeLessThanOrEqual(MERGE_ERROR * expected.m2 + 1e-300)
}

describe('moments', () => {
  it('of any split, merged, are those of the whole', () => {
    fc.assert(
      fc.property(values, fc.array(fc.nat(59), { maxLength: 6 }), (all, cuts) => {
        const ends = [...new Set([0, ...cuts, all.length].filter((cut) => cut <= all.length))].sort((a, b) => a - b)
        const parts = ends.slice(1).map((end, i) => momentsOf(all.slice(ends[i], end)))
        expectClose(parts.reduce(combineMoments, NO_VALUES), momentsOf(all))
      }),
      RUNS,
    )
  })

  it('do not depend on the order of the values', () => {
    fc.assert(
      fc.property(values, (all) => expectClose(momentsOf(all.toReversed()), momentsOf(all))),
      RUNS,
    )
  })

  it('keep a small spread on a large offset', () => {
    const noise = Array.from({ length: 1000 }, (_, i) => (i % 10) / 10)
    const shifted = momentsOf(noise.map((x) => 2 ** 30 + Math.round(x * 64) / 64))
    const plain = momentsOf(noise.map((x) => Math.round(x * 64) / 64))
    expect(sampleVariance(shifted)).toBeCloseTo(sampleVariance(plain), 12)
  })

  it('of equal values have no spread at all, even where their mean rounds', () => {
    for (const x of [0.1, 1 / 3, 1e-300, -7.7e12]) {
      expect(momentsOf([x, x, x, x, x, x, x])).toEqual({ n: 7, mean: x, m2: 0 })
    }
    // Summed up elsewhere, a constant may arrive with the spread of its rounding.
    expect(sampleVariance({ n: 1e6, mean: 0.1, m2: 1e6 * 1e-34 })).toBe(0)
  })

  it('of nothing are the neutral element', () => {
    const some = momentsOf([1, 5])
    expect(combineMoments(NO_VALUES, some)).toBe(some)
    expect(combineMoments(some, momentsOf([]))).toBe(some)
    expect(sampleVariance(momentsOf([4]))).toBe(0)
  })

  it('refuse what no values can have', () => {
    expect(() => momentsOf([1, NaN])).toThrow(new RangeError('values must be finite numbers, got NaN at 1'))
    expect(() => momentsFromVariance({ n: 0, mean: 1, variance: 1 })).toThrow('n must be at least 1, got 0')
    expect(() => momentsFromVariance({ n: 5, mean: 1, variance: -1 })).toThrow(RangeError)
    expect(() => momentsFromVariance({ n: 5, mean: NaN, variance: 1 })).toThrow(RangeError)
  })
})

describe('co-moments', () => {
  const units = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 40 })
  const columnsOf = (rows: [number, number, number][]) => [0, 1, 2].map((j) => rows.map((row) => row[j]!))

  it('of any split, merged, are those of the whole', () => {
    fc.assert(
      fc.property(units, units, (first, second) => {
        const whole = coMomentsOf(columnsOf([...first, ...second]))
        const merged = combineCoMoments(coMomentsOf(columnsOf(first)), coMomentsOf(columnsOf(second)))
        for (const i of [0, 1, 2]) {
          expectClose(marginalMoments(merged, i), marginalMoments(whole, i))
          for (const j of [0, 1, 2]) {
            const scale = Math.sqrt(whole.coMoments[i]![i]! * whole.coMoments[j]![j]!)
            const difference = Math.abs(merged.coMoments[i]![j]! - whole.coMoments[i]![j]!)
            expect(difference).toBeLessThanOrEqual(MERGE_ERROR * scale + 1e-300)
          }
        }
      }),
      RUNS,
    )
  })

  it('hold on their diagonal what the moments say', () => {
    const [x, y] = [
      [1.5, 2.5, 9],
      [4, 4, 7],
    ]
    const both = coMomentsOf([x!, y!])
    expect(marginalMoments(both, 0)).toEqual(momentsOf(x!))
    expect(sampleCovariance(both, 0, 1)).toBeCloseTo(7, 12)
    expect(sampleCovariance(coMomentsOf([[1], [2]]), 0, 1)).toBe(0)
  })

  it('refuse what does not pair up', () => {
    expect(() => coMomentsOf([])).toThrow(RangeError)
    expect(() => coMomentsOf([[1, 2], [1]])).toThrow('columns must have equal lengths, got 2 and 1')
    expect(() => coMomentsOf([[1, Infinity]])).toThrow('values must be finite numbers')
    expect(() => combineCoMoments(coMomentsOf([[1]]), coMomentsOf([[1], [2]]))).toThrow(RangeError)
  })
})
