import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agrestiCaffoInterval } from './agresti-caffo-interval.ts'
import { chiSquareTableTest } from './chi-square-table-test.ts'
import { chiSquareTest } from './chi-square-test.ts'
import { clopperPearsonInterval } from './clopper-pearson-interval.ts'
import { coMomentsOf } from './co-moments.ts'
import { cohensD } from './cohens-d.ts'
import { cohensH } from './cohens-h.ts'
import { deltaLiftTest } from './delta-lift.ts'
import { fiellerLift } from './fieller-lift.ts'
import { fisherExactTest } from './fisher-exact-test.ts'
import { hodgesLehmannShift } from './hodges-lehmann-shift.ts'
import type { Alternative } from './inference-options.ts'
import { katzInterval } from './katz-interval.ts'
import { koopmanLiftInterval, koopmanRatioInterval, miettinenNurminenRatioInterval } from './koopman-interval.ts'
import { logLiftInterval, logLiftTest } from './log-lift.ts'
import { mannWhitneyTest } from './mann-whitney-test.ts'
import { newcombeInterval } from './newcombe-interval.ts'
import { oddsRatio, woolfInterval } from './odds-ratio.ts'
import { rankTableOf } from './rank-table.ts'
import { ratioTest } from './ratio-test.ts'
import { sampleRatioMismatch } from './sample-ratio-mismatch.ts'
import { meeInterval, miettinenNurminenDifferenceInterval } from './score-difference-interval.ts'
import { studentTTest } from './student-t-test.ts'
import { pooledZTest, unpooledZTest, waldDifferenceInterval } from './two-proportion-z-test.ts'
import { welchTTest } from './welch-t-test.ts'
import { wilsonInterval } from './wilson-interval.ts'
import { yatesChiSquareTest } from './yates-chi-square-test.ts'

const RUNS = { numRuns: 800, seed: 20240506 }

/** The paths of all numbers in a result that are NaN or infinite. */
function notFinite(result: unknown, path = ''): string[] {
  if (typeof result === 'number') return Number.isFinite(result) ? [] : [`${path} = ${result}`]
  if (result === null || typeof result !== 'object') return []
  return Object.entries(result).flatMap(([key, value]) => notFinite(value, `${path}.${key}`))
}

const options = fc.record({
  level: fc.constantFrom(0.6, 0.9, 0.95, 0.999, 1 - 1e-12),
  alternative: fc.constantFrom<Alternative>('two-sided', 'greater', 'less'),
})

describe('NaN and Infinity never leave the statistics', () => {
  const proportion = fc
    .tuple(fc.constantFrom(0, 1, 2, 7, 1000, 1e9), fc.constantFrom(0, 1e-9, 0.001, 0.3, 0.5, 1 - 1e-9, 1))
    .map(([n, rate]) => ({ n, successes: Math.round(n * rate) }))
  const ofRates = {
    agrestiCaffoInterval, chiSquareTest, cohensH, fisherExactTest, katzInterval, koopmanLiftInterval, koopmanRatioInterval,
    meeInterval, miettinenNurminenDifferenceInterval, miettinenNurminenRatioInterval, newcombeInterval, oddsRatio,
    pooledZTest, unpooledZTest, waldDifferenceInterval, woolfInterval, yatesChiSquareTest,
  } // prettier-ignore

  it('with two rates', () => {
    fc.assert(
      fc.property(proportion, proportion, options, (control, treatment, settings) => {
        for (const [name, f] of Object.entries(ofRates)) {
          expect(notFinite(f(control, treatment, settings), name)).toEqual([])
        }
        for (const f of [wilsonInterval, clopperPearsonInterval]) expect(notFinite(f(treatment, settings))).toEqual([])
      }),
      { ...RUNS, numRuns: 200 },
    )
  })

  const size = fc.constantFrom(0, 1e-320, 1e-200, 1e-150, 1e-9, 1, 3.7, 1e9, 1e150, 1e200, 1e305)
  const signed = fc.tuple(size, fc.constantFrom(1, -1)).map(([x, sign]) => x * sign)
  const moments = fc.record({ n: fc.constantFrom(0, 1, 2, 3, 1000, 1e9, 1e15), mean: signed, m2: size })

  it('with two means of any size', () => {
    fc.assert(
      fc.property(moments, moments, options, (control, treatment, settings) => {
        for (const f of [welchTTest, studentTTest, cohensD]) {
          expect(notFinite(f(control, treatment, settings), f.name)).toEqual([])
        }
      }),
      RUNS,
    )
  })

  const estimate = fc.record({ value: signed, standardError: size })

  it('with lifts of any size', () => {
    fc.assert(
      fc.property(estimate, estimate, options, (control, treatment, settings) => {
        for (const f of [deltaLiftTest, logLiftTest, logLiftInterval]) {
          expect(notFinite(f(control, treatment, settings), f.name)).toEqual([])
        }
        expect(notFinite(fiellerLift(control, treatment, { ...settings, criticalValue: 2 }))).toEqual([])
      }),
      RUNS,
    )
  })

  const value = fc.oneof(fc.integer({ min: 0, max: 4 }), signed)
  const values = fc.array(value, { minLength: 1, maxLength: 12 })

  it('with ranks and ratios of any values', () => {
    fc.assert(
      fc.property(values, values, values, options, (control, treatment, other, settings) => {
        const table = rankTableOf(control, treatment)
        expect(notFinite(mannWhitneyTest(table, settings))).toEqual([])
        expect(notFinite(hodgesLehmannShift(table, settings))).toEqual([])
        const paired = (x: number[], y: number[]) =>
          coMomentsOf([0, 1].map((k) => x.map((v, i) => (k ? (y[i] ?? 1) : v))))
        const moderate = (list: number[]) => list.map((x) => Math.max(-1e100, Math.min(1e100, x)))
        const arms = [control, treatment].map((x) => paired(moderate(x), moderate(other)))
        for (const restsOn of ['units', 'denominators'] as const) {
          expect(notFinite(ratioTest(arms[0]!, arms[1]!, { ...settings, restsOn }))).toEqual([])
        }
      }),
      RUNS,
    )
  })

  const counts = fc.array(fc.constantFrom(0, 1, 5, 1000, 5e9), { minLength: 2, maxLength: 5 })

  it('with counts and tables', () => {
    fc.assert(
      fc.property(counts, counts, (a, b) => {
        const weights = a.map((_, i) => (b[i] === 0 ? 0 : 1 + i))
        if (weights.some((weight) => weight > 0)) expect(notFinite(sampleRatioMismatch(a, weights))).toEqual([])
        expect(notFinite(chiSquareTableTest(a.map((x, i) => [x, b[i] ?? 3])))).toEqual([])
      }),
      RUNS,
    )
  })
})
