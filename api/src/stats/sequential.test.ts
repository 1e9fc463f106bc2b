import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spentAlpha, type SpendingFunction } from './alpha-spending.ts'
import { excludesZero } from './confidence-interval.ts'
import { confidenceSequence } from './confidence-sequence.ts'
import { groupSequentialBounds } from './group-sequential-bounds.ts'
import { sequentialCost, sequentialOutlook } from './group-sequential-power.ts'
import type { Alternative } from './inference-options.ts'
import { mixtureSequentialTest } from './mixture-sequential-test.ts'
import { isNotComputable } from './not-computable.ts'

const obf: SpendingFunction = { kind: 'obrienFleming' }
const pocock: SpendingFunction = { kind: 'pocock' }
const spendings = fc.oneof(
  fc.constantFrom(obf, pocock),
  fc.double({ min: -40, max: 40, noNaN: true }).map((gamma) => ({ kind: 'hwangShihDeCani', gamma }) as const),
)
const fractions = fc
  .array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 10 })
  .map((steps) => [...new Set(steps)].sort((a, b) => a - b).map((step) => step / 200))

describe('spending of alpha', () => {
  it('rises from nothing to alpha and stays there', () => {
    fc.assert(
      fc.property(spendings, fc.double({ min: 1e-6, max: 0.4, noNaN: true }), fractions, (spending, alpha, shares) => {
        const spent = shares.map((share) => spentAlpha(spending, alpha, share))
        for (const [k, value] of spent.entries()) {
          expect(value).toBeGreaterThanOrEqual(spent[k - 1] ?? 0)
          expect(value).toBeLessThanOrEqual(alpha * (1 + 1e-14))
        }
        expect(spentAlpha(spending, alpha, 1)).toBe(alpha)
        expect(spentAlpha(spending, alpha, 1.3)).toBe(alpha)
      }),
      { numRuns: 1000, seed: 20240600 },
    )
  })

  it('a gamma of any size gives a number', () => {
    for (const gamma of [-1e308, -1000, -1e-12, 0, 1e-12, 1000, 1e308]) {
      const spent = spentAlpha({ kind: 'hwangShihDeCani', gamma }, 0.05, 0.5)
      expect(spent).toBeGreaterThanOrEqual(0)
      expect(spent).toBeLessThanOrEqual(0.05)
    }
    expect(spentAlpha({ kind: 'hwangShihDeCani', gamma: 1e-12 }, 0.05, 0.5)).toBeCloseTo(0.025, 12)
  })
})

describe('group-sequential bounds', () => {
  it('the looks together err as often as was spent, whatever the looks and the spending', () => {
    fc.assert(
      fc.property(spendings, fractions, fc.constantFrom(1, 2), fc.constantFrom(0.001, 0.05, 0.2), (...drawn) => {
        const [spending, shares, sides, alpha] = drawn
        const looks = groupSequentialBounds(shares, { spending, sides, alpha })
        const { crossing, crossingWrongSide } = sequentialOutlook(looks, sides, 0)
        let total = 0
        looks.forEach((look, k) => {
          total += crossing[k]! + crossingWrongSide[k]!
          expect(Math.abs(total - look.spentAlpha)).toBeLessThan(1e-12)
        })
      }),
      { numRuns: 25, seed: 20240601, endOnFailure: true },
    )
  })

  it.each([
    ['two-sided O’Brien-Fleming', obf, 2],
    ['two-sided Pocock', pocock, 2],
    ['one-sided Pocock', pocock, 1],
  ] as const)('simulated paths cross as often as computed: %s', (_name, spending, sides) => {
    const looks = groupSequentialBounds([0.15, 0.5, 0.6, 1], { spending, sides })
    for (const drift of [0, 2]) {
      const outlook = sequentialOutlook(looks, sides, drift)
      const simulated = simulate(
        looks.map((look) => [look.informationFraction, look.criticalValue!]),
        sides,
        drift,
      )
      expect(Math.abs(simulated.power - outlook.power)).toBeLessThan(0.005)
      expect(Math.abs(simulated.information - outlook.expectedInformation)).toBeLessThan(0.005)
    }
  })

  it('a look where nothing is spent has no bound, and ends nothing', () => {
    const [first, last] = groupSequentialBounds([0.001, 1], { spending: obf })
    expect(first).toEqual({
      informationFraction: 0.001,
      spentAlpha: expect.any(Number) as number,
      criticalValue: null,
      nominalAlpha: 0,
    })
    expect(last!.criticalValue).toBeCloseTo(1.959964, 6)
  })

  it('after the planned information nothing is left to spend', () => {
    const looks = groupSequentialBounds([0.5, 1.2, 1.3], { spending: obf })
    expect(looks[1]!.spentAlpha).toBe(0.05)
    expect(looks[2]).toMatchObject({ spentAlpha: 0.05, criticalValue: null, nominalAlpha: 0 })
  })

  it('looks that lie close together are resolved', () => {
    // Between nearly equal looks hardly anything can happen: bounds converge to those of the looks apart from them.
    const apart = groupSequentialBounds([0.5, 1], { spending: pocock })
    const close = groupSequentialBounds([0.5, 1 - 1e-5, 1], { spending: pocock })
    expect(Math.abs(close[1]!.criticalValue! - apart[1]!.criticalValue!)).toBeLessThan(1e-4)
    const { crossing, crossingWrongSide } = sequentialOutlook(close, 2, 0)
    const total = [...crossing, ...crossingWrongSide].reduce((sum, p) => sum + p, 0)
    expect(Math.abs(total - 0.05)).toBeLessThan(1e-10)
  })

  it('fifty looks are as good as five', () => {
    const looks = groupSequentialBounds(
      Array.from({ length: 50 }, (_, k) => (k + 1) / 50),
      { spending: obf },
    )
    expect(looks.every(({ criticalValue }) => criticalValue === null || Number.isFinite(criticalValue))).toBe(true)
    expect(sequentialOutlook(looks, 1, 0).power).toBeCloseTo(0.025, 10)
  })

  it.each([[[]], [[0, 1]], [[0.5, 0.5]], [[1, 0.5]], [[NaN]], [[Infinity]]])('refuses the looks %j', (shares) => {
    expect(() => groupSequentialBounds(shares, { spending: obf })).toThrow(RangeError)
  })

  it('one look is the fixed design and costs nothing', () => {
    const cost = sequentialCost([1], { spending: pocock }, 0.9)
    expect(cost.inflation).toBeCloseTo(1, 12)
    expect(cost.expectedFractionUnderNull).toBe(1)
  })

  it('more looks plan for more users and use fewer when there is an effect', () => {
    const costs = [1, 2, 5, 10].map((k) =>
      sequentialCost(
        Array.from({ length: k }, (_, i) => (i + 1) / k),
        { spending: pocock },
        0.8,
      ),
    )
    for (const [k, cost] of costs.entries()) {
      if (k === 0) continue
      expect(cost.inflation).toBeGreaterThan(costs[k - 1]!.inflation)
      expect(cost.expectedFractionUnderEffect).toBeLessThan(costs[k - 1]!.expectedFractionUnderEffect)
      expect(cost.expectedFractionUnderNull).toBeLessThan(1)
    }
  })
})

describe('always-valid tests', () => {
  const size = fc.constantFrom(0, 1e-300, 1e-150, 1e-9, 0.3, 1, 3.7, 1e9, 1e150, 1e300)
  const estimate = fc.tuple(size, fc.constantFrom(1, -1)).map(([x, sign]) => x * sign)

  it('p is below alpha if and only if the sequence excludes 0', () => {
    const z = fc.double({ min: -9, max: 9, noNaN: true })
    const alternative = fc.constantFrom<Alternative>('two-sided', 'greater', 'less')
    fc.assert(
      fc.property(z, fc.integer({ min: 1, max: 1e9 }), fc.constantFrom(0.8, 0.95, 0.999), alternative, (...drawn) => {
        const [statistic, n, level, side] = drawn
        const result = confidenceSequence(statistic * 0.3, 0.3, n, { level, alternative: side, tunedFor: 5000 })
        if (isNotComputable(result)) throw new Error(result.reason)
        expect(excludesZero(result.confidenceInterval)).toBe(result.pValue < 1 - level)
      }),
      { numRuns: 3000, seed: 20240602 },
    )
  })

  it('numbers of any size give numbers or a reason', () => {
    const n = fc.constantFrom(1e-9, 1, 2, 1000, 1e9, 1e300)
    const alternative = fc.constantFrom<Alternative>('two-sided', 'greater', 'less')
    fc.assert(
      fc.property(estimate, size, n, n, alternative, (d, standardError, units, tunedFor, side) => {
        const result = confidenceSequence(d, standardError, units, { tunedFor, alternative: side })
        const numbers = isNotComputable(result)
          ? []
          : [result.pValue, result.log10PValue, result.halfWidth, result.criticalValue, result.rho]
        for (const number of numbers) expect(Number.isFinite(number)).toBe(true)
        const mixture = mixtureSequentialTest([{ estimate: d, variance: standardError }], { mixingVariance: units })
        if (isNotComputable(mixture)) return
        for (const number of Object.values(mixture.looks[0]!)) {
          if (typeof number === 'number') expect(Number.isFinite(number)).toBe(true)
        }
      }),
      { numRuns: 2000, seed: 20240603 },
    )
  })

  it('the logarithm goes on where the p-value underflows', () => {
    const result = confidenceSequence(1, 1e-3, 1e6, { tunedFor: 1000 })
    expect(result).toMatchObject({ pValue: 0 })
    expect((result as { log10PValue: number }).log10PValue).toBeCloseTo(-217117.9, 0)
  })

  it('the mixture test’s p is below alpha if and only if its interval excludes 0', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -9, max: 9, noNaN: true }),
        fc.constantFrom(1e-6, 0.1, 1, 50),
        (z, mixingVariance) => {
          const result = mixtureSequentialTest([{ estimate: z, variance: 1 }], { mixingVariance })
          if (isNotComputable(result)) throw new Error(result.reason)
          const [look] = result.looks
          const excludes = look!.interval.lower > 0 || look!.interval.upper < 0
          if (Math.abs(look!.pValue - 0.05) > 1e-9) expect(excludes).toBe(look!.pValue < 0.05)
        },
      ),
    )
  })

  it('errors name what is wrong', () => {
    expect(() => confidenceSequence(1, 1, 10, {})).toThrow('tunedFor')
    expect(() => confidenceSequence(NaN, 1, 10, { rho: 1 })).toThrow('estimate')
    expect(() => mixtureSequentialTest([], { mixingVariance: 0 })).toThrow('mixingVariance')
    expect(mixtureSequentialTest([{ estimate: 1, variance: 0 }], { mixingVariance: 1 })).toMatchObject({
      reason: 'zeroVariance',
    })
  })
})

/** Random walks that end at the first look where they are beyond its bound. */
function simulate(looks: [number, number][], sides: 1 | 2, drift: number): { power: number; information: number } {
  const random = generator(20240604)
  const paths = 60_000
  let [found, information] = [0, 0]
  for (let i = 0; i < paths; i++) {
    let [walk, before] = [0, 0]
    for (const [k, [share, bound]] of looks.entries()) {
      walk += drift * (share - before) + Math.sqrt(share - before) * random()
      before = share
      const z = walk / Math.sqrt(share)
      const isOver = z >= bound || (sides === 2 && z <= -bound)
      if (z >= bound) found++
      if (isOver || k === looks.length - 1) {
        information += share
        break
      }
    }
  }
  return { power: found / paths, information: information / paths }
}

/** Standard normal numbers by Box and Muller's method from a linear congruential generator: the same ones every time. */
function generator(seed: number): () => number {
  let state = BigInt(seed)
  const uniform = () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn
    return (Number(state >> 11n) + 0.5) / 2 ** 53
  }
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
}
