import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactRankDistribution } from './exact-rank-distribution.ts'
import { hodgesLehmannShift } from './hodges-lehmann-shift.ts'
import { mannWhitneyTest } from './mann-whitney-test.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { pairwiseDifferences } from './pairwise-differences.ts'
import { rankSum } from './rank-sum.ts'
import { type RankTable, rankTableOf } from './rank-table.ts'

const RUNS = { numRuns: 300, seed: 20240505 }

/** Few distinct values make ties; the others make none. */
const value = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.double({ min: -100, max: 100, noNaN: true }))
const arm = fc.array(value, { minLength: 1, maxLength: 40 })

describe('ranks from a table of values', () => {
  it('U is the number of pairs that the treatment wins', () => {
    fc.assert(
      fc.property(arm, arm, (control, treatment) => {
        let wins = 0
        for (const t of treatment) for (const c of control) wins += t > c ? 1 : t === c ? 0.5 : 0
        const { u, excess } = rankSum(rankTableOf(control, treatment))
        expect(u).toBe(wins)
        expect(excess).toBe(wins - (control.length * treatment.length) / 2)
      }),
      RUNS,
    )
  })

  it('sigma is that of the usual tie correction', () => {
    fc.assert(
      fc.property(arm, arm, (control, treatment) => {
        const table = rankTableOf(control, treatment)
        const { nControl, nTreatment, sigma } = rankSum(table)
        const n = nControl + nTreatment
        const ties = Array.from(table.control, (c, i) => c + table.treatment[i]!).reduce((s, t) => s + t ** 3 - t, 0)
        const variance = ((nControl * nTreatment) / 12) * (n + 1 - ties / (n * (n - 1)))
        expect(sigma ** 2).toBeCloseTo(variance, 8)
      }),
      RUNS,
    )
  })

  it('order of the users and of swapped arms does not matter', () => {
    fc.assert(
      fc.property(arm, arm, (control, treatment) => {
        const test = mannWhitneyTest(rankTableOf(control, treatment))
        expect(mannWhitneyTest(rankTableOf(control.toReversed(), treatment.toReversed()))).toEqual(test)
        const swapped = mannWhitneyTest(rankTableOf(treatment, control))
        if (isNotComputable(test) || isNotComputable(swapped)) {
          expect(swapped).toEqual(test)
          return
        }
        expect(swapped.pValue).toBeCloseTo(test.pValue, 13)
        expect(swapped.rankBiserial).toBeCloseTo(-test.rankBiserial, 13)
      }),
      RUNS,
    )
  })

  it('values seen in neither arm do not matter', () => {
    const table: RankTable = { values: [1, 2, 3], control: [2, 1, 0], treatment: [0, 1, 2] }
    const padded = { values: [0, 1, 1.5, 2, 3, 9], control: [0, 2, 0, 1, 0, 0], treatment: [0, 0, 0, 1, 2, 0] }
    expect(mannWhitneyTest(padded)).toEqual(mannWhitneyTest(table))
    expect(hodgesLehmannShift(padded)).toEqual(hodgesLehmannShift(table))
  })
})

describe('the exact distribution of U', () => {
  it('counts every choice of ranks once', () => {
    // All ways to give three of six ranks to the treatment.
    const counts = new Float64Array(10)
    for (let ranks = 0; ranks < 64; ranks++) {
      const places = [0, 1, 2, 3, 4, 5].filter((i) => (ranks >> i) & 1)
      if (places.length === 3) counts[places.reduce((sum, place) => sum + place, 0) - 3]! += 1 / 20
    }
    let sum = 0
    expect([...exactRankDistribution(3, 3)].map((p) => p.toFixed(12))).toEqual(
      [...counts].map((p) => (sum += p).toFixed(12)),
    )
  })

  it('is symmetric and does not depend on which arm is larger', () => {
    const cdf = exactRankDistribution(7, 4)
    expect([...exactRankDistribution(4, 7)]).toEqual([...cdf])
    for (let u = 0; u < 28; u++) expect(cdf[u]! + (cdf[27 - u] ?? 0)).toBeCloseTo(1, 13)
  })
})

describe('the shift', () => {
  it('has the pairwise differences in order, ties and all', () => {
    fc.assert(
      fc.property(arm, arm, (control, treatment) => {
        const sorted = treatment.flatMap((t) => control.map((c) => t - c)).sort((a, b) => a - b)
        const { smallest, largest, nth } = pairwiseDifferences(rankTableOf(control, treatment))
        expect([smallest, largest]).toEqual([sorted[0], sorted.at(-1)])
        for (const k of [1, Math.ceil(sorted.length / 3), Math.ceil(sorted.length / 2), sorted.length]) {
          expect(nth(k)).toBe(sorted[k - 1])
        }
      }),
      RUNS,
    )
  })

  it('finds them among too many to list', () => {
    const [control, treatment] = [0.37, 0.61].map((step) => Array.from({ length: 400 }, (_, i) => (i * step) ** 2))
    const sorted = treatment!.flatMap((t) => control!.map((c) => t - c)).sort((a, b) => a - b)
    const { nth } = pairwiseDifferences(rankTableOf(control!, treatment!))
    for (const k of [1, 2, 777, 80_000, 80_001, 159_999, 160_000]) expect(nth(k)).toBe(sorted[k - 1])
  })

  it('is found quickly among a hundred thousand values and an outlier', () => {
    const n = 100_000
    const values = Float64Array.from({ length: n }, (_, i) => (i === n - 1 ? 1e300 : i * 1.0001))
    const counts = Float64Array.from({ length: n }, (_, i) => 1 + (i % 3))
    const shifted = Float64Array.from({ length: n }, (_, i) => (i % 7 === 0 ? 5 : 0))
    const start = performance.now()
    const shift = computed(hodgesLehmannShift({ values, control: counts, treatment: shifted }))
    expect(Math.abs(shift.estimate)).toBeLessThan(10)
    expect(performance.now() - start).toBeLessThan(5000)
  })

  it('moves with the treatment', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 }), (control) => {
        const shift = computed(
          hodgesLehmannShift(
            rankTableOf(
              control,
              control.map((x) => x + 16),
            ),
          ),
        )
        expect(shift.estimate).toBe(16)
      }),
      RUNS,
    )
  })
})

describe('ranks that cannot be computed or are mistaken', () => {
  it('all users with one value', () => {
    const table = rankTableOf([2, 2, 2], [2, 2])
    expect(mannWhitneyTest(table)).toMatchObject({ kind: 'notComputable', reason: 'allTied' })
    expect(hodgesLehmannShift(table)).toMatchObject({ estimate: 0, confidenceInterval: { reason: 'allTied' } })
  })

  it('an empty arm', () => {
    expect(mannWhitneyTest(rankTableOf([], [1]))).toMatchObject({ reason: 'noUnits' })
    expect(hodgesLehmannShift(rankTableOf([1], []))).toMatchObject({ reason: 'noUnits' })
  })

  it('the exact method where it is not possible', () => {
    expect(mannWhitneyTest(rankTableOf([1, 2], [2, 3]), { method: 'exact' })).toMatchObject({
      reason: 'exactNeedsDistinctValues',
    })
    const many = Array.from({ length: 150 }, (_, i) => i)
    const table = rankTableOf(
      many,
      many.map((x) => x + 0.5),
    )
    expect(mannWhitneyTest(table, { method: 'exact' })).toMatchObject({ reason: 'tooLargeForExact' })
  })

  it('differences beyond the largest number', () => {
    expect(hodgesLehmannShift(rankTableOf([-1.7e308, 1], [2, 1.7e308]))).toMatchObject({ reason: 'outOfRange' })
  })

  it('a malformed table', () => {
    expect(() => mannWhitneyTest({ values: [2, 1], control: [1, 1], treatment: [1, 1] })).toThrow(RangeError)
    expect(() => mannWhitneyTest({ values: [1, 2], control: [1], treatment: [1, 1] })).toThrow(RangeError)
    expect(() => mannWhitneyTest({ values: [1, 2], control: [1, -1], treatment: [1, 1] })).toThrow(RangeError)
    expect(() => rankTableOf([1, NaN], [2])).toThrow('control must hold finite numbers, got NaN at 1')
  })
})

function computed<T extends { kind: string }>(result: T | NotComputable): T {
  if (isNotComputable(result)) throw new Error(result.message)
  return result
}
