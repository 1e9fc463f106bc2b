import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coMomentsOf } from './co-moments.ts'
import { decomposeLift } from './decompose-lift.ts'
import { isNotComputable } from './not-computable.ts'

/** Small and seeded (mulberry32). */
function uniforms(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Buyers, orders and revenue of so many users. */
function shop(next: () => number, users: number, rate: number, orders: number, value: number): number[][] {
  const columns: number[][] = [[], [], []]
  for (let user = 0; user < users; user++) {
    const buys = next() < rate
    const count = buys ? 1 + (next() < orders ? 1 : 0) : 0
    columns[0]!.push(buys ? 1 : 0)
    columns[1]!.push(count)
    columns[2]!.push(count === 0 ? 0 : count * value * (0.5 + next()))
  }
  return columns
}

function partsOf(control: number[][], treatment: number[][], level = 0.95) {
  const result = decomposeLift(coMomentsOf(control), coMomentsOf(treatment), { level })
  if (isNotComputable(result)) throw new Error(result.message)
  return result
}

describe('a lift taken apart', () => {
  it('the factors multiply to the whole, and their shares sum to 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.1, max: 0.9, noNaN: true }), (seed, rate) => {
        const next = uniforms(seed)
        const { whole, factors } = partsOf(shop(next, 200, 0.5, 0.3, 40), shop(next, 200, rate, 0.5, 44))
        const product = factors.reduce((total, { lift }) => total * (1 + lift), 1)
        expect(product - 1).toBeCloseTo(whole.lift, 10)
        const shares = factors.map(({ share }) => share ?? 0)
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 8)
      }),
      { numRuns: 300, seed: 7 },
    )
  })

  it('names the factor that changed', () => {
    const next = uniforms(3)
    const { factors } = partsOf(shop(next, 40_000, 0.1, 0.3, 40), shop(next, 40_000, 0.13, 0.3, 40))
    expect(factors[0]!.share).toBeGreaterThan(0.8)
    expect(factors[0]!.confidenceInterval.lower).toBeGreaterThan(0.2)
    for (const { confidenceInterval } of factors.slice(1)) {
      expect(confidenceInterval.lower).toBeLessThan(0)
      expect(confidenceInterval.upper).toBeGreaterThan(0)
      expect(confidenceInterval.level).toBeCloseTo(1 - 0.05 / 3, 14)
    }
  })

  it('standard errors are those that simulated shops show', () => {
    const next = uniforms(11)
    const runs = 400
    const ratios: number[][] = []
    const errors: number[][] = []
    for (let run = 0; run < runs; run++) {
      const { whole, factors } = partsOf(shop(next, 600, 0.2, 0.4, 30), shop(next, 600, 0.2, 0.4, 30))
      ratios.push([whole, ...factors].map(({ logRatio }) => logRatio))
      errors.push([whole, ...factors].map(({ standardError }) => standardError))
    }
    for (const i of [0, 1, 2, 3]) {
      const spread = Math.sqrt(ratios.reduce((sum, own) => sum + own[i]! ** 2, 0) / runs)
      const told = errors.reduce((sum, own) => sum + own[i]!, 0) / runs
      // A standard deviation of 400 runs is known to 3.5 %; three of those.
      expect(Math.abs(told / spread - 1)).toBeLessThan(0.11)
    }
  })

  it('all three intervals hold together as often as the level says', () => {
    const next = uniforms(5)
    const runs = 1000
    let held = 0
    for (let run = 0; run < runs; run++) {
      const { factors } = partsOf(shop(next, 400, 0.3, 0.4, 30), shop(next, 400, 0.3, 0.4, 30), 0.9)
      if (factors.every(({ confidenceInterval: { lower, upper } }) => lower! <= 0 && upper! >= 0)) held++
    }
    expect(held / runs).toBeGreaterThan(0.9 - 3 * Math.sqrt(0.09 / runs))
  })

  it('is not computable where a factor does not exist', () => {
    const sold = coMomentsOf([
      [1, 0],
      [5, 0],
    ])
    const none = coMomentsOf([
      [0, 0],
      [0, 0],
    ])
    expect(decomposeLift(sold, none)).toMatchObject({ kind: 'notComputable', reason: 'notPositive' })
    expect(decomposeLift(coMomentsOf([[1], [2]]), sold)).toMatchObject({ reason: 'tooFewUnits' })
    expect(decomposeLift(coMomentsOf([[], []]), sold)).toMatchObject({ reason: 'noUnits' })
    expect(() => decomposeLift(sold, coMomentsOf([[1, 2]]))).toThrow(RangeError)
  })
})
