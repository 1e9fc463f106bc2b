import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreeWithPValue } from './agree-with-p-value.ts'
import { chiSquareTest } from './chi-square-test.ts'
import type { CoMoments } from './co-moments.ts'
import { type ConfidenceInterval, excludes, excludesZero } from './confidence-interval.ts'
import { normal } from './distributions/normal.ts'
import { fiellerLift } from './fieller-lift.ts'
import { fisherExactTest } from './fisher-exact-test.ts'
import { type Alternative, alphaOf, type InferenceOptions } from './inference-options.ts'
import { koopmanRatioInterval } from './koopman-interval.ts'
import type { Moments } from './moments.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import type { Proportion } from './proportion.ts'
import { ratioTest } from './ratio-test.ts'
import { meeInterval, miettinenNurminenDifferenceInterval } from './score-difference-interval.ts'
import { studentTTest } from './student-t-test.ts'
import type { TestResult, TestResultWithLift } from './test-result.ts'
import { welchTTest } from './welch-t-test.ts'

const RUNS = { numRuns: 3000, seed: 20240501 }
const ALTERNATIVES: Alternative[] = ['two-sided', 'greater', 'less']
const LEVELS = [0.6, 0.8, 0.9, 0.95, 0.99, 0.999]

const alternative = fc.constantFrom(...ALTERNATIVES)
const level = fc.constantFrom(...LEVELS)

/** p < alpha if and only if each interval excludes "no effect". */
function expectAgreement(result: TestResult | TestResultWithLift | NotComputable, atLevel: number): void {
  if (isNotComputable(result)) return
  const significant = result.pValue < alphaOf(atLevel)
  expect({ absolute: excludesZero(result.confidenceInterval), result }).toEqual({ absolute: significant, result })
  if (!('relativeEffect' in result) || isNotComputable(result.relativeEffect)) return
  const relative = excludesZero(result.relativeEffect.confidenceInterval)
  expect({ relative, result }).toEqual({ relative: significant, result })
}

/** At the level asked for, and at the level that the p-value itself would just reach or miss. */
function expectAgreementEverywhere(
  run: (options: InferenceOptions) => TestResult | TestResultWithLift | NotComputable,
  options: Required<Pick<InferenceOptions, 'level' | 'alternative'>>,
): void {
  const result = run(options)
  expectAgreement(result, options.level)
  if (isNotComputable(result)) return
  const borderline = 1 - result.pValue
  const smallest = options.alternative === 'two-sided' ? 1e-9 : 0.5
  if (borderline > smallest && borderline < 1) expectAgreement(run({ ...options, level: borderline }), borderline)
}

describe('a p-value and its intervals never disagree', () => {
  const tiny: [Proportion, Proportion][] = []
  for (let n = 1; n <= 6; n++) {
    for (let m = 1; m <= 6; m++) {
      for (let x = 0; x <= n; x++)
        for (let y = 0; y <= m; y++)
          tiny.push([
            { successes: x, n },
            { successes: y, n: m },
          ])
    }
  }

  it('chi-square, Mee and Koopman: every table with up to six users an arm', () => {
    for (const [control, treatment] of tiny) {
      for (const side of ALTERNATIVES) {
        for (const at of LEVELS)
          expectAgreement(chiSquareTest(control, treatment, { level: at, alternative: side }), at)
      }
    }
  })

  const proportion = fc
    .tuple(
      fc.integer({ min: 1, max: 9 }),
      fc.double({ min: 1, max: 9.99, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    )
    .map(([power, digits, rate]) => {
      const n = Math.max(1, Math.round(digits * 10 ** (power - 1)))
      // The fourth power makes rare conversions common among the cases.
      return { n, successes: Math.round(n * rate ** 4) }
    })
  /** The same rate but for some standard deviations, so that p-values are neither all 1 nor all 0. */
  const similar = fc.tuple(proportion, proportion, fc.double({ min: -5, max: 5, noNaN: true })).map(([a, b, z]) => {
    const rate = a.successes / a.n
    const expected = b.n * rate + z * Math.sqrt(b.n * rate * (1 - rate))
    return [a, { n: b.n, successes: Math.min(b.n, Math.max(0, Math.round(expected))) }] as const
  })

  it('chi-square, Mee and Koopman: one to a billion users an arm', () => {
    fc.assert(
      fc.property(similar, level, alternative, ([control, treatment], at, side) =>
        expectAgreementEverywhere((options) => chiSquareTest(control, treatment, options), {
          level: at,
          alternative: side,
        }),
      ),
      RUNS,
    )
  })

  it('Koopman as a ratio excludes 1 when chi-square is significant', () => {
    fc.assert(
      fc.property(similar, level, alternative, ([control, treatment], at, side) => {
        const test = chiSquareTest(control, treatment, { level: at, alternative: side })
        const ratio = koopmanRatioInterval(control, treatment, { level: at, alternative: side })
        if (isNotComputable(test) || isNotComputable(ratio)) return
        expect(excludes(ratio, 1)).toBe(test.pValue < alphaOf(at))
      }),
      RUNS,
    )
  })

  it("Fisher's one-sided tests and one-sided odds-ratio intervals", () => {
    for (const [control, treatment] of tiny) {
      for (const side of ['greater', 'less'] as const) {
        const test = fisherExactTest(control, treatment, { alternative: side })
        if (isNotComputable(test)) continue
        expect(excludes(test.confidenceInterval, 1)).toBe(test.pValue < 0.05)
      }
    }
  })

  const size = fc.constantFrom(1, 2, 3, 5, 10, 100, 1e4, 1e9)
  const spread = fc.constantFrom(0, 1e-3, 0.3, 1, 10)
  const scale = fc.constantFrom(1, 1, 1, 1e-9, 1e9, 1e-150, 1e150)
  /** Means near zero and below it are what makes the relative interval unbounded or turns its sign. */
  const twoMeans = fc
    .record({
      scale,
      mean: fc.constantFrom(0, 1, -1, 0.1, -0.05, 100, -100, 1e-8),
      distance: fc.oneof(fc.constantFrom(0, 1, -1, 2, -2, 10), fc.double({ min: -6, max: 6, noNaN: true })),
      nc: size,
      nt: size,
      sc: spread,
      st: spread,
    })
    .map(({ scale, mean, distance, nc, nt, sc, st }): [Moments, Moments] => {
      const error = scale * Math.hypot(sc / Math.sqrt(nc), st / Math.sqrt(nt))
      const control = { n: nc, mean: mean * scale, m2: (sc * scale) ** 2 * (nc - 1) }
      return [control, { n: nt, mean: control.mean + distance * error, m2: (st * scale) ** 2 * (nt - 1) }]
    })
    .filter((arms) => arms.every(({ m2 }) => m2 < Infinity))

  it('Welch, t interval and Fieller', () => {
    fc.assert(
      fc.property(twoMeans, level, alternative, ([control, treatment], at, side) =>
        expectAgreementEverywhere((options) => welchTTest(control, treatment, options), {
          level: at,
          alternative: side,
        }),
      ),
      RUNS,
    )
  })

  it('pooled t, t interval and Fieller', () => {
    fc.assert(
      fc.property(twoMeans, level, alternative, ([control, treatment], at, side) =>
        expectAgreementEverywhere((options) => studentTTest(control, treatment, options), {
          level: at,
          alternative: side,
        }),
      ),
      RUNS,
    )
  })

  const ratioArm = fc
    .record({
      n: fc.constantFrom(2, 3, 10, 1000, 1e8),
      numerator: fc.oneof(fc.constantFrom(0, 1, -1, 2), fc.double({ min: -1, max: 1, noNaN: true })),
      denominator: fc.constantFrom(1, 5, 0.2, -2),
      sy: fc.constantFrom(0, 1, 1.7),
      sx: fc.constantFrom(0, 1, 2.2),
      correlation: fc.double({ min: -1, max: 1, noNaN: true }),
    })
    .map(({ n, numerator, denominator, sy, sx, correlation }): CoMoments => {
      const xy = correlation * sy * sx * (n - 1)
      return {
        n,
        means: [numerator, denominator],
        coMoments: [
          [sy * sy * (n - 1), xy],
          [xy, sx * sx * (n - 1)],
        ],
      }
    })

  it.each(['units', 'denominators'] as const)(
    'ratio metrics resting on their %s: t interval and Fieller',
    (restsOn) => {
      fc.assert(
        fc.property(ratioArm, ratioArm, level, alternative, (control, treatment, at, side) =>
          expectAgreementEverywhere((options) => ratioTest(control, treatment, { ...options, restsOn }), {
            level: at,
            alternative: side,
          }),
        ),
        RUNS,
      )
    },
  )
})

describe('agreement holds by construction, and only its last digit is settled', () => {
  const interval = (lower: number, upper: number): ConfidenceInterval => ({
    kind: 'interval',
    lower,
    upper,
    level: 0.95,
  })

  it('an end within rounding of 0 moves onto it or just past it', () => {
    expect(agreeWithPValue(interval(1e-18, 1), 0.05, 0.05)).toMatchObject({ lower: 0, upper: 1 })
    expect(agreeWithPValue(interval(-1e-18, 1), 0.05 - 1e-15, 0.05).lower).toBeGreaterThan(0)
    expect(agreeWithPValue(interval(-1, 1e-18), 0.05 - 1e-15, 0.05).upper).toBeLessThan(0)
  })

  it('a real disagreement is left visible', () => {
    expect(agreeWithPValue(interval(0.1, 1), 0.06, 0.05)).toEqual(interval(0.1, 1))
  })

  it("at a bound of Mee's interval the constrained chi-square equals z squared", () => {
    const [control, treatment] = [
      { successes: 7, n: 90 },
      { successes: 16, n: 85 },
    ]
    const { lower, upper } = meeInterval(control, treatment) as ConfidenceInterval
    for (const difference of [lower!, upper!]) {
      expect(constrainedChiSquare(control, treatment, difference)).toBeCloseTo(normal.isf(0.025) ** 2, 8)
    }
  })

  it("Miettinen and Nurminen's interval contains Mee's", () => {
    const arms = [
      { successes: 7, n: 90 },
      { successes: 16, n: 85 },
    ] as const
    const mee = meeInterval(...arms) as ConfidenceInterval
    const wider = miettinenNurminenDifferenceInterval(...arms) as ConfidenceInterval
    expect(wider.lower!).toBeLessThan(mee.lower!)
    expect(wider.upper!).toBeGreaterThan(mee.upper!)
  })

  it("at a bound of Fieller's set the t statistic of that lift equals the critical value", () => {
    const control = { value: -2.5, standardError: 0.4 }
    const treatment = { value: -1.1, standardError: 0.3 }
    const lift = fiellerLift(control, treatment, { criticalValue: 2.1 })
    if (isNotComputable(lift)) throw new Error('expected a lift')
    for (const bound of [lift.confidenceInterval.lower!, lift.confidenceInterval.upper!]) {
      const factor = 1 - bound
      const error = Math.hypot(treatment.standardError, factor * control.standardError)
      expect(Math.abs(treatment.value - factor * control.value) / error).toBeCloseTo(2.1, 10)
    }
  })
})

/** (observed - D)^2 over its variance at the most likely rates that differ by D, found by bisection of the likelihood. */
function constrainedChiSquare(control: Proportion, treatment: Proportion, difference: number): number {
  let [low, high] = [Math.max(0, -difference), Math.min(1, 1 - difference)]
  const score = ({ successes, n }: Proportion, p: number) => successes / p - (n - successes) / (1 - p)
  for (let i = 0; i < 200; i++) {
    const p = (low + high) / 2
    if (score(control, p) + score(treatment, p + difference) > 0) low = p
    else high = p
  }
  const variance = ({ n }: Proportion, p: number) => (p * (1 - p)) / n
  const observed = treatment.successes / treatment.n - control.successes / control.n
  return (observed - difference) ** 2 / (variance(control, low) + variance(treatment, low + difference))
}
