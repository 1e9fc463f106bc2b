import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chiSquareTest } from './chi-square-test.ts'
import { cohensD } from './cohens-d.ts'
import type { ConfidenceInterval } from './confidence-interval.ts'
import { fiellerLift } from './fieller-lift.ts'
import { fisherExactTest } from './fisher-exact-test.ts'
import type { Alternative } from './inference-options.ts'
import { koopmanRatioInterval } from './koopman-interval.ts'
import type { Moments } from './moments.ts'
import { newcombeInterval } from './newcombe-interval.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import type { Proportion } from './proportion.ts'
import { meeInterval } from './score-difference-interval.ts'
import { waldDifferenceInterval } from './two-proportion-z-test.ts'
import { welchTTest } from './welch-t-test.ts'

const RUNS = { numRuns: 500, seed: 20240504 }
const OPPOSITE = { 'two-sided': 'two-sided', greater: 'less', less: 'greater' } as const
const alternative = fc.constantFrom<Alternative>('two-sided', 'greater', 'less')

const proportion: fc.Arbitrary<Proportion> = fc
  .tuple(fc.integer({ min: 1, max: 5000 }), fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([n, rate]) => ({ n, successes: Math.round(n * rate ** 3) }))
const moments: fc.Arbitrary<Moments> = fc.record({
  n: fc.integer({ min: 2, max: 1000 }),
  mean: fc.double({ min: -5, max: 5, noNaN: true }).map((x) => Math.round(x * 1e6) / 1e6),
  m2: fc.double({ min: 0.01, max: 1e4, noNaN: true }),
})

/** Equal, to the digits that rounding leaves; null only to null. */
function expectSame(actual: number | null | undefined, expected: number | null | undefined): void {
  if (typeof actual !== 'number' || typeof expected !== 'number') expect(actual).toBe(expected)
  else expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-10 * (1 + Math.abs(expected)))
}

const negative = (x: number | null) => (x === null ? null : -x)

describe('swapping control and treatment', () => {
  it('turns the sign of a difference of means and keeps its p-value', () => {
    fc.assert(
      fc.property(moments, moments, alternative, (a, b, side) => {
        const there = welchTTest(a, b, { alternative: side })
        const back = welchTTest(b, a, { alternative: OPPOSITE[side] })
        if (isNotComputable(there) || isNotComputable(back)) {
          expect(there).toEqual(back)
          return
        }
        expectSame(back.estimate, -there.estimate)
        expectSame(back.log10PValue, there.log10PValue)
        expectSame(back.confidenceInterval.lower, negative(there.confidenceInterval.upper))
        expectSame(back.confidenceInterval.upper, negative(there.confidenceInterval.lower))
      }),
      RUNS,
    )
  })

  it('turns the sign of a difference of rates and keeps its p-value', () => {
    fc.assert(
      fc.property(proportion, proportion, alternative, (a, b, side) => {
        const there = chiSquareTest(a, b, { alternative: side })
        const back = chiSquareTest(b, a, { alternative: OPPOSITE[side] })
        if (isNotComputable(there) || isNotComputable(back)) {
          expect(there).toEqual(back)
          return
        }
        expectSame(back.log10PValue, there.log10PValue)
        expectSame(back.confidenceInterval.lower, negative(there.confidenceInterval.upper))
        const exact = fisherExactTest(a, b, { alternative: side })
        const exactBack = fisherExactTest(b, a, { alternative: OPPOSITE[side] })
        if (isNotComputable(exact) || isNotComputable(exactBack)) return
        expectSame(exactBack.log10PValue, exact.log10PValue)
      }),
      RUNS,
    )
  })

  it('turns intervals of a difference round, and those of a ratio upside down', () => {
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        for (const interval of [meeInterval, newcombeInterval, waldDifferenceInterval]) {
          const [there, back] = [interval(a, b), interval(b, a)] as ConfidenceInterval[]
          expectSame(back!.lower, negative(there!.upper))
        }
        const [there, back] = [koopmanRatioInterval(a, b), koopmanRatioInterval(b, a)]
        if (isNotComputable(there) || isNotComputable(back)) {
          expect(there).toEqual(back)
          return
        }
        if (there.upper === null) expect(back.lower).toBe(0)
        else expectSame(back.lower, 1 / there.upper)
      }),
      RUNS,
    )
  })

  it("turns Cohen's d round with its interval", () => {
    fc.assert(
      fc.property(moments, moments, (a, b) => {
        const [there, back] = [cohensD(a, b), cohensD(b, a)]
        if (isNotComputable(there) || isNotComputable(back)) {
          expect(there).toEqual(back)
          return
        }
        expectSame(back.hedgesG, -there.hedgesG)
        const [thereEnds, backEnds] = [computed(there.confidenceInterval), computed(back.confidenceInterval)]
        expectSame(backEnds.lower, negative(thereEnds.upper))
      }),
      { ...RUNS, numRuns: 100 },
    )
  })
})

describe('swapping conversions and non-conversions', () => {
  it('turns the sign of the difference', () => {
    fc.assert(
      fc.property(proportion, proportion, (a, b) => {
        const other = ({ successes, n }: Proportion) => ({ successes: n - successes, n })
        const there = meeInterval(a, b) as ConfidenceInterval
        const back = meeInterval(other(a), other(b)) as ConfidenceInterval
        expectSame(back.lower, negative(there.upper))
      }),
      RUNS,
    )
  })
})

describe('the unit of measurement', () => {
  const times = (m: Moments, unit: number): Moments => ({ n: m.n, mean: m.mean * unit, m2: m.m2 * unit * unit })

  it('does not matter to a p-value or a lift, from 1e-120 to 1e120', () => {
    fc.assert(
      fc.property(moments, moments, fc.integer({ min: -400, max: 400 }), (a, b, power) => {
        // Powers of two leave no rounding behind.
        const unit = 2 ** power
        const [there, scaled] = [welchTTest(a, b), welchTTest(times(a, unit), times(b, unit))]
        if (isNotComputable(there) || isNotComputable(scaled)) {
          expect(scaled).toEqual(there)
          return
        }
        expect(scaled.pValue).toBe(there.pValue)
        expect(scaled.relativeEffect).toEqual(there.relativeEffect)
      }),
      RUNS,
    )
  })
})

describe('a control below zero', () => {
  it('leaves a lift above zero when the treatment is larger', () => {
    const control = { value: -10, standardError: 0.1 }
    for (const [value, sign] of [
      [-8, 1],
      [-12, -1],
      [5, 1],
    ] as const) {
      const lift = computed(fiellerLift(control, { value, standardError: 0.1 }, { criticalValue: 2 }))
      expect(Math.sign(lift.estimate!)).toBe(sign)
      expect(Math.sign(lift.confidenceInterval.lower!)).toBe(sign)
      expect(Math.sign(lift.confidenceInterval.upper!)).toBe(sign)
    }
  })

  it('leaves one-sided intervals on the side that was asked for', () => {
    const arms = [
      { value: -10, standardError: 0.1 },
      { value: -8, standardError: 0.1 },
    ] as const
    const greater = computed(fiellerLift(...arms, { criticalValue: 2, alternative: 'greater' }))
    expect(greater.confidenceInterval).toMatchObject({ upper: null, unbounded: { upper: 'oneSided' } })
    expect(greater.confidenceInterval.lower!).toBeCloseTo(0.2 - 2 * 0.01 * Math.hypot(1, 0.8), 3)
  })
})

function computed<T extends { kind: string }>(result: T | NotComputable): T {
  if (isNotComputable(result)) throw new Error(result.message)
  return result
}
