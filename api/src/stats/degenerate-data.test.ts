import { describe, expect, it } from 'vitest'
import { chiSquareTableTest } from './chi-square-table-test.ts'
import { chiSquareTest } from './chi-square-test.ts'
import { coMomentsOf } from './co-moments.ts'
import { cohensD } from './cohens-d.ts'
import { deltaLiftTest } from './delta-lift.ts'
import { fiellerLift } from './fieller-lift.ts'
import { fisherExactTest } from './fisher-exact-test.ts'
import type { InferenceOptions } from './inference-options.ts'
import { katzInterval } from './katz-interval.ts'
import { koopmanLiftInterval, koopmanRatioInterval } from './koopman-interval.ts'
import { logLiftTest } from './log-lift.ts'
import type { Moments } from './moments.ts'
import { isNotComputable } from './not-computable.ts'
import { woolfInterval } from './odds-ratio.ts'
import type { Proportion } from './proportion.ts'
import { ratioTest } from './ratio-test.ts'
import { sampleRatioMismatch } from './sample-ratio-mismatch.ts'
import { meeInterval } from './score-difference-interval.ts'
import { studentTTest } from './student-t-test.ts'
import { waldTest } from './wald-test.ts'
import { welchTTest } from './welch-t-test.ts'

const rate = (successes: number, n: number): Proportion => ({ successes, n })
const arm = (n: number, mean: number, m2: number): Moments => ({ n, mean, m2 })

describe('what cannot be computed is a value with its reason', () => {
  it.each([
    ['noUnits', chiSquareTest(rate(0, 0), rate(3, 9))],
    ['noSuccesses', chiSquareTest(rate(0, 8), rate(0, 9))],
    ['noFailures', chiSquareTest(rate(8, 8), rate(9, 9))],
    ['noUnits', fisherExactTest(rate(1, 8), rate(0, 0))],
    ['noUnits', meeInterval(rate(0, 0), rate(0, 0))],
    ['noSuccesses', koopmanRatioInterval(rate(0, 8), rate(0, 9))],
    ['zeroCount', katzInterval(rate(0, 8), rate(4, 9))],
    ['zeroCount', woolfInterval(rate(3, 8), rate(9, 9))],
    [
      'emptyCategory',
      chiSquareTableTest([
        [4, 0],
        [7, 0],
      ]),
    ],
    [
      'noUnits',
      chiSquareTableTest([
        [4, 5],
        [0, 0],
      ]),
    ],
    ['tooFewUnits', welchTTest(arm(1, 3, 0), arm(50, 4, 10))],
    ['tooFewUnits', studentTTest(arm(1, 3, 0), arm(1, 4, 0))],
    ['noUnits', studentTTest(arm(0, 0, 0), arm(5, 4, 1))],
    ['zeroVariance', welchTTest(arm(5, 3, 0), arm(50, 4, 0))],
    ['zeroVariance', cohensD(arm(5, 3, 0), arm(50, 4, 0))],
    ['outOfRange', waldTest('z', 1e300, 1e-300)],
    [
      'denominatorIsZero',
      ratioTest(
        coMomentsOf([
          [1, 2],
          [0, 0],
        ]),
        coMomentsOf([
          [1, 2],
          [3, 4],
        ]),
      ),
    ],
    [
      'zeroVariance',
      ratioTest(
        coMomentsOf([
          [1, 2],
          [2, 4],
        ]),
        coMomentsOf([
          [3, 9],
          [1, 3],
        ]),
      ),
    ],
    [
      'tooFewUnits',
      ratioTest(
        coMomentsOf([[1], [2]]),
        coMomentsOf([
          [1, 2],
          [3, 4],
        ]),
      ),
    ],
    [
      'tooFewDenominators',
      ratioTest(
        coMomentsOf([
          [20, 0, 0],
          [1, 0, 0],
        ]),
        coMomentsOf([
          [10, 20, 30],
          [1, 1, 1],
        ]),
        { restsOn: 'denominators' },
      ),
    ],
    ['noUnits', sampleRatioMismatch([0, 0], [1, 1])],
    ['controlIsZero', deltaLiftTest({ value: 0, standardError: 1 }, { value: 2, standardError: 1 })],
    ['notPositive', logLiftTest({ value: 2, standardError: 1 }, { value: -2, standardError: 1 })],
  ])('%s', (reason, result) => {
    expect(result).toMatchObject({ kind: 'notComputable', reason })
    // A sentence, for people who do not know the code.
    expect((result as { message: string }).message).toMatch(/^[A-Z].*\.$/)
  })

  it('one user against many is enough for the pooled test', () => {
    expect(studentTTest(arm(1, 3, 0), arm(50, 4, 10))).toMatchObject({ kind: 'computed', degreesOfFreedom: 49 })
  })

  it('a test stands where only its lift does not exist', () => {
    const result = welchTTest(arm(50, 0, 10), arm(50, 1, 10))
    expect(result).toMatchObject({ kind: 'computed', relativeEffect: { reason: 'controlIsZero' } })
  })

  it('without any conversion the difference still has an interval', () => {
    expect(meeInterval(rate(0, 50), rate(0, 60))).toMatchObject({ kind: 'interval' })
  })
})

describe('sides without an end are null, with the reason', () => {
  it('one-sided intervals', () => {
    const result = welchTTest(arm(50, 1, 10), arm(50, 2, 10), { alternative: 'greater' })
    if (isNotComputable(result)) throw new Error(result.message)
    expect(result.confidenceInterval).toMatchObject({ upper: null, unbounded: { upper: 'oneSided' } })
    expect(result.confidenceInterval.unbounded).not.toHaveProperty('lower')
  })

  it('a ratio over a control without conversions', () => {
    const interval = koopmanLiftInterval(rate(0, 100), rate(5, 100))
    expect(interval).toMatchObject({ kind: 'interval', upper: null, unbounded: { upper: 'noControlSuccesses' } })
    const result = chiSquareTest(rate(0, 100), rate(5, 100))
    expect(result).toMatchObject({ relativeEffect: { estimate: null } })
  })

  it('an odds ratio at the edge', () => {
    const result = fisherExactTest(rate(0, 10), rate(10, 10))
    expect(result).toMatchObject({ estimate: null, confidenceInterval: { unbounded: { upper: 'edgeOfSupport' } } })
    expect(fisherExactTest(rate(0, 5), rate(0, 6))).toMatchObject({ pValue: 1, estimate: null })
  })

  it("Fieller's set around a control near zero has a gap, or is everything", () => {
    const control = { value: 0.8, standardError: 1 }
    const gap = fiellerLift(control, { value: 6, standardError: 1 }, { criticalValue: 1.96 })
    expect(gap).toMatchObject({ confidenceInterval: { kind: 'complement', lower: null, upper: null } })
    const line = fiellerLift(control, { value: 0.5, standardError: 1 }, { criticalValue: 1.96 })
    expect(line).toMatchObject({ confidenceInterval: { kind: 'wholeLine', unbounded: { lower: 'controlNearZero' } } })
    // A win leaves nothing to say to someone who asked about losses.
    const asked = { criticalValue: 1.64, alternative: 'less' } as const
    expect(fiellerLift(control, { value: 6, standardError: 1 }, asked)).toMatchObject({
      confidenceInterval: { kind: 'wholeLine' },
    })
  })

  it("Fieller's set where the control is exactly at the critical value has one end", () => {
    const lift = fiellerLift({ value: 2, standardError: 1 }, { value: 9, standardError: 1 }, { criticalValue: 2 })
    expect(lift).toMatchObject({ g: 1, confidenceInterval: { kind: 'interval', upper: null } })
    const mirrored = fiellerLift({ value: 2, standardError: 1 }, { value: -9, standardError: 1 }, { criticalValue: 2 })
    expect(mirrored).toMatchObject({ confidenceInterval: { lower: null, unbounded: { lower: 'controlNearZero' } } })
  })
})

describe('p-values far below the smallest double', () => {
  it('keep their logarithm', () => {
    const rates = chiSquareTest(rate(5e5, 1e7), rate(56e4, 1e7))
    expect(rates).toMatchObject({ pValue: 0 })
    expect((rates as { log10PValue: number }).log10PValue).toBeCloseTo(-780.63072675665, 9)
    const exact = fisherExactTest(rate(5e5, 1e7), rate(56e4, 1e7))
    expect((exact as { log10PValue: number }).log10PValue).toBeCloseTo(-781, 1)
    const means = welchTTest(arm(1e9, 1, 1e9), arm(1e9, 1e6, 1e9))
    expect(means).toMatchObject({ pValue: 0, kind: 'computed' })
    expect((means as { log10PValue: number }).log10PValue).toBeLessThan(-1e9)
  })
})

describe('wrong arguments are mistakes and throw', () => {
  const welch = (options: InferenceOptions) => () => welchTTest(arm(5, 1, 2), arm(5, 1, 2), options)
  it.each([
    ['level must be in (0, 1), got 1.2', welch({ level: 1.2 })],
    ['level must be in (0, 1), got NaN', welch({ level: NaN })],
    ['level must be in (0.5, 1) for a one-sided alternative, got 0.4', welch({ level: 0.4, alternative: 'less' })],
    ["alternative must be 'two-sided', 'greater' or 'less', got more", welch({ alternative: 'more' as 'greater' })],
    ['control.n must be a number of at least 0, got -1', () => welchTTest(arm(-1, 1, 2), arm(5, 1, 2))],
    ['treatment.mean must be a finite number, got NaN', () => welchTTest(arm(5, 1, 2), arm(5, NaN, 2))],
    ['treatment.m2 must be a number of at least 0, got -2', () => cohensD(arm(5, 1, 2), arm(5, 1, -2))],
    ['control.successes must be a whole number in [0, 5], got 6', () => chiSquareTest(rate(6, 5), rate(1, 5))],
    ['treatment.n must be a whole number, got 2.5', () => meeInterval(rate(1, 5), rate(1, 2.5))],
    ['weights must be at least 0, got -1', () => sampleRatioMismatch([1, 2], [1, -1])],
    ['weights must hold at least one positive weight', () => sampleRatioMismatch([1, 2], [0, 0])],
    ['counts and weights must pair up, got 2 and 3', () => sampleRatioMismatch([1, 2], [1, 1, 1])],
    ['table must have at least two rows and two columns', () => chiSquareTableTest([[1, 2]])],
    [
      'columns must be below 2, got 0 and 2',
      () => ratioTest(coMomentsOf([[1], [2]]), coMomentsOf([[1], [2]]), { denominator: 2 }),
    ],
    [
      'criticalValue must be at least 0, got NaN',
      () => fiellerLift({ value: 1, standardError: 1 }, { value: 1, standardError: 1 }, { criticalValue: NaN }),
    ],
  ])('%s', (message, run) => expect(run).toThrow(new RangeError(message)))
})

describe('sample ratio mismatch', () => {
  it('counts a variant nobody reached and one nobody should have reached', () => {
    expect(sampleRatioMismatch([100, 0], [0.5, 0.5])).toMatchObject({ statistic: 100, degreesOfFreedom: 1 })
    expect(sampleRatioMismatch([100, 100, 0], [1, 1, 0])).toMatchObject({ pValue: 1, degreesOfFreedom: 1 })
    expect(sampleRatioMismatch([100, 100, 1], [1, 1, 0])).toMatchObject({
      pValue: 0,
      log10PValue: null,
      statistic: null,
      unexpectedUsers: 1,
      ratio: [200 / 201, 200 / 201, null],
    })
    expect(sampleRatioMismatch([100, 0], [1, 0])).toMatchObject({ pValue: 1, degreesOfFreedom: 0 })
  })
})
