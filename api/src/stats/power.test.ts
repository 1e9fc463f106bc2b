import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arcsineDetectableRates, arcsinePower, arcsineSampleSize } from './arcsine-power.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { proportionDetectableRates, proportionPower, proportionSampleSize } from './proportion-power.ts'
import { tTestDetectableEffect, tTestPower, tTestSampleSize } from './t-test-power.ts'
import { zTestDetectableEffect, zTestPower, zTestSampleSize } from './z-test-power.ts'

const RUNS = { numRuns: 150, seed: 20240605, endOnFailure: true }

const options = fc.record({
  alpha: fc.constantFrom(0.001, 0.05, 0.2),
  sides: fc.constantFrom<1 | 2>(1, 2),
  ratio: fc.constantFrom(0.1, 0.5, 1, 3, 20),
  countWrongSide: fc.boolean(),
})
const power = fc.constantFrom(0.3, 0.5, 0.8, 0.95, 0.999999)
const magnitude = (low: number, high: number) =>
  fc.double({ min: Math.log10(low), max: Math.log10(high), noNaN: true }).map((exponent) => 10 ** exponent)

function computed<Of extends object>(result: Of | NotComputable): Of {
  if ('kind' in result && isNotComputable(result as { kind: string })) throw new Error(JSON.stringify(result))
  return result as Of
}

describe('sample size, power and effect undo each other', () => {
  it('of the t and the z test', () => {
    fc.assert(
      fc.property(options, power, magnitude(1e-4, 3), magnitude(1e-150, 1e150), (chosen, wanted, size, sd) => {
        const n = tTestSampleSize(size * sd, sd, wanted, chosen)
        // Where the fewest users that a t test can have reach the power, no fewer are asked for.
        const isFewest = n * (1 + chosen.ratio) < 2.02
        const reached = tTestPower(n, size * sd, sd, chosen)
        if (isFewest) expect(reached).toBeGreaterThanOrEqual(wanted)
        else {
          expect(reached / wanted).toBeCloseTo(1, 9)
          expect(tTestDetectableEffect(n, sd, wanted, chosen) / (size * sd)).toBeCloseTo(1, 7)
        }
        const ofZ = zTestSampleSize(size * sd, sd, wanted, chosen)
        expect(zTestPower(ofZ, size * sd, sd, chosen) / wanted).toBeCloseTo(1, 9)
        expect(zTestDetectableEffect(ofZ, sd, wanted, chosen) / (size * sd)).toBeCloseTo(1, 9)
        // The t test pays for not knowing the standard deviation.
        if (wanted >= 0.8) expect(n).toBeGreaterThan(ofZ * (1 - 1e-9))
      }),
      RUNS,
    )
  })

  it('of the two tests of rates', () => {
    const rate = fc.oneof(fc.constantFrom(0, 1, 0.5), magnitude(1e-6, 0.5))
    fc.assert(
      fc.property(options, power, rate, rate, (chosen, wanted, p1, p2) => {
        fc.pre(Math.abs(p1 - p2) > 1e-7)
        const pearson = computed(proportionSampleSize(p1, p2, wanted, chosen)).n
        // Between certain rates the test decides by the number of users alone.
        if (pearson > 0 && p1 * (1 - p1) + p2 * (1 - p2) > 0) {
          expect(computed(proportionPower(pearson, p1, p2, chosen)).power / wanted).toBeCloseTo(1, 8)
        }
        const arcsine = computed(arcsineSampleSize(p1, p2, wanted, chosen)).n
        expect(arcsinePower(arcsine, p1, p2, chosen) / wanted).toBeCloseTo(1, 8)
        // A rate of 0 or 1 is the last one there is: by rounding it may lie beyond.
        if (p2 === 0 || p2 === 1) return
        const { above, below } = computed(arcsineDetectableRates(arcsine, p1, wanted, chosen))
        expect(p2 > p1 ? above : below).toBeCloseTo(p2, 8)
      }),
      RUNS,
    )
  })

  it('of the rates that Pearson’s test tells apart', () => {
    fc.assert(
      fc.property(options, power, magnitude(1e-5, 0.5), magnitude(10, 1e9), (chosen, wanted, p1, n) => {
        const rates = proportionDetectableRates(n, p1, wanted, chosen)
        if (isNotComputable(rates)) return
        for (const p2 of [rates.above, rates.below]) {
          if (p2 === null) continue
          expect(p2).toBeGreaterThanOrEqual(0)
          expect(p2).toBeLessThanOrEqual(1)
          // As near as a double comes to the rate.
          const reached = computed(proportionPower(n, p1, p2, chosen)).power
          expect(Math.abs(reached / wanted - 1)).toBeLessThan(1e-6)
        }
      }),
      RUNS,
    )
  })
})

describe('power at the edges', () => {
  it('with no effect it is the error in the direction that counts', () => {
    expect(tTestPower(50, 0, 1)).toBeCloseTo(0.025, 12)
    expect(tTestPower(50, 0, 1, { countWrongSide: true })).toBeCloseTo(0.05, 12)
    expect(computed(proportionPower(50, 0.3, 0.3, { sides: 1 })).power).toBeCloseTo(0.05, 12)
  })

  it('with one user a variant, and with 1e15', () => {
    expect(tTestPower(1.5, 1, 1)).toBeGreaterThan(0.025)
    expect(tTestPower(1e15, 1e-7, 1)).toBeCloseTo(0.6088, 3)
    expect(tTestPower(100, 1e6, 1)).toBe(1)
    expect(() => tTestPower(1, 1, 1)).toThrow(RangeError)
  })

  it('an effect of hundreds of standard deviations needs hardly any users', () => {
    for (const size of [10, 100, 1000]) {
      const n = tTestSampleSize(size, 1, 0.8)
      expect(n).toBeGreaterThan(1)
      expect(n).toBeLessThan(3)
    }
  })

  it('an effect of any size, and any number of users, is answered at once', () => {
    const before = process.cpuUsage().user
    for (const [n, effect] of [
      [2, 1e300],
      [2, 1e10],
      [2, 1e15],
      [5e11, 5],
      [1e6, 1e4],
      [5e11, 1e4],
    ] as const) {
      expect(tTestPower(n, effect, 1)).toBeCloseTo(1, 12)
      expect(tTestPower(n, effect, 1)).toBeLessThanOrEqual(1)
    }
    // It took minutes: far out, rounding kept the integral from ever agreeing with itself.
    expect(process.cpuUsage().user - before).toBeLessThan(5e6)
  })

  it('what cannot be found has a reason', () => {
    expect(proportionSampleSize(0.1, 0.1, 0.8)).toMatchObject({ reason: 'noEffect' })
    expect(arcsineSampleSize(0.1, 0.1, 0.8)).toMatchObject({ reason: 'noEffect' })
    expect(proportionPower(10, 0, 0)).toMatchObject({ reason: 'zeroVariance' })
    expect(proportionDetectableRates(1, 0.5, 0.8)).toMatchObject({ reason: 'noDetectableEffect' })
    expect(arcsineDetectableRates(1, 0.5, 0.99)).toMatchObject({ reason: 'noDetectableEffect' })
    const rare = computed(proportionDetectableRates(100, 0.001, 0.8))
    expect(rare.below).toBeNull()
    expect(rare.above).toBeGreaterThan(0.001)
  })

  it('rates of 0 and 1 are rates', () => {
    expect(computed(proportionPower(20, 0, 1)).power).toBe(1)
    expect(computed(proportionPower(1, 0, 1)).power).toBe(0)
    expect(computed(proportionSampleSize(0, 1, 0.8)).n).toBeCloseTo(1.92, 2)
  })

  it('a wish that no test fulfils is refused', () => {
    expect(() => zTestSampleSize(1, 1, 0.025)).toThrow('power must be above 0.025')
    expect(() => zTestSampleSize(1, 1, 1)).toThrow('power')
    expect(() => zTestSampleSize(0, 1, 0.8)).toThrow('effect')
    expect(() => zTestPower(10, 1, 0)).toThrow('standardDeviation')
    expect(() => zTestPower(10, 1, 1, { ratio: 0 })).toThrow('ratio')
    expect(() => zTestPower(10, 1, 1, { alpha: 0 })).toThrow('alpha')
    expect(() => proportionPower(10, -0.1, 1)).toThrow('p1')
  })
})
