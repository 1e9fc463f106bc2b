import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { betaComparison } from './beta-comparison.ts'
import { betaDifferenceInterval, betaLiftInterval } from './beta-intervals.ts'
import { betaPosterior } from './beta-posterior.ts'
import { bestOfArms } from './best-of-arms.ts'
import { coMomentsOf, combineCoMoments, marginalMoments } from './co-moments.ts'
import { excludesZero } from './confidence-interval.ts'
import { cupedAdjustment } from './cuped.ts'
import { cupedTest } from './cuped-test.ts'
import { effectiveUnits } from './effective-units.ts'
import { type Alternative, alphaOf } from './inference-options.ts'
import { linearisedQuantities } from './linearised-quantities.ts'
import { momentsOf } from './moments.ts'
import { normalPosterior } from './normal-posterior.ts'
import { isNotComputable, type NotComputable } from './not-computable.ts'
import { oneWayAnova } from './one-way-anova.ts'
import { quantileDifferenceTest } from './quantile-difference-test.ts'
import { quantileEstimate } from './quantile-estimate.ts'
import { exactQuantileInterval, quantileOf } from './quantile.ts'
import { valueTableOf } from './value-table.ts'
import { ratioTest } from './ratio-test.ts'
import { linearRegression } from './regression/linear-regression.ts'
import { treatmentRegression } from './regression/treatment-regression.ts'
import { studentTTest } from './student-t-test.ts'
import type { TestResultWithLift } from './test-result.ts'
import { welchTTest } from './welch-t-test.ts'

const RUNS = { numRuns: 2000, seed: 20240611 }
const level = fc.constantFrom(0.6, 0.8, 0.9, 0.95, 0.99, 0.999)
const alternative = fc.constantFrom<Alternative>('two-sided', 'greater', 'less')

/** Users of an arm: outcome and two covariates. */
const users = (min: number) =>
  fc.array(fc.tuple(fc.integer({ min: -3, max: 40 }), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 4 })), {
    minLength: min,
    maxLength: 30,
  })
const columnsOf = (rows: [number, number, number][]) =>
  coMomentsOf([0, 1, 2].map((j) => rows.map((row) => row[j]! + (j === 0 ? 2 * row[1] : 0))))

function computed<Result extends { kind: string }>(result: Result | NotComputable): Result {
  if (isNotComputable(result)) throw new Error(result.message)
  return result as Result
}

function expectAgreement(result: TestResultWithLift | NotComputable, at: number): void {
  if (isNotComputable(result)) return
  const significant = result.pValue < alphaOf(at)
  expect(excludesZero(result.confidenceInterval)).toBe(significant)
  if (isNotComputable(result.relativeEffect)) return
  expect(excludesZero(result.relativeEffect.confidenceInterval)).toBe(significant)
}

describe('covariate adjustment', () => {
  it('never lets p-value and intervals disagree, at the level asked for and at the one the p-value just reaches', () => {
    fc.assert(
      fc.property(users(2), users(2), level, alternative, (a, b, at, side) => {
        const arms = [columnsOf(a), columnsOf(b)] as const
        const adjustment = cupedAdjustment(arms, { covariates: [1, 2] })
        const run = (atLevel: number) => cupedTest(...arms, adjustment, { level: atLevel, alternative: side })
        const result = run(at)
        expectAgreement(result, at)
        if (isNotComputable(result)) return
        const borderline = 1 - result.pValue
        if (borderline > (side === 'two-sided' ? 1e-9 : 0.5) && borderline < 1)
          expectAgreement(run(borderline), borderline)
      }),
      RUNS,
    )
  })

  it('by a covariate that does not vary is none', () => {
    fc.assert(
      fc.property(users(2), users(2), fc.integer({ min: -9, max: 9 }), (a, b, constant) => {
        const [x, y] = [a, b].map((rows) => coMomentsOf([rows.map(([value]) => value), rows.map(() => constant)]))
        const adjusted = cupedTest(x!, y!, cupedAdjustment([x!, y!]))
        const plain = welchTTest(marginalMoments(x!, 0), marginalMoments(y!, 0))
        if (isNotComputable(plain)) return expect(isNotComputable(adjusted)).toBe(true)
        expect(adjusted).toMatchObject({ ...plain, method: 'cuped', varianceReduction: 0 })
      }),
      RUNS,
    )
  })

  it('by the same covariate twice is adjustment by it once', () => {
    fc.assert(
      fc.property(users(3), users(3), (a, b) => {
        const arms = [a, b].map((rows) => coMomentsOf([0, 1, 1].map((j) => rows.map((row) => row[j]! * 1))))
        const [once, twice] = [[1], [1, 2]].map((covariates) =>
          cupedTest(arms[0]!, arms[1]!, cupedAdjustment(arms, { covariates })),
        )
        if (isNotComputable(once!)) return
        expect(computed(twice!).estimate).toBeCloseTo(once!.estimate, 9)
        expect(computed(twice!).standardError).toBeCloseTo(once!.standardError, 9)
      }),
      RUNS,
    )
  })

  it('estimates what an analysis of covariance does: the slope within the arms is the same', () => {
    fc.assert(
      fc.property(users(4), users(4), (a, b) => {
        const arms = [columnsOf(a), columnsOf(b)]
        const test = cupedTest(arms[0]!, arms[1]!, cupedAdjustment(arms, { covariates: [1, 2] }))
        const rows = [...a, ...b]
        const model = treatmentRegression(
          {
            y: rows.map(([value, x]) => value + 2 * x),
            arm: rows.map((_, i) => (i < a.length ? 0 : 1)),
            covariates: [1, 2].map((j) => rows.map((row) => row[j]!)),
          },
          'ancova',
        )
        if (isNotComputable(test) || isNotComputable(model)) return
        expect(test.estimate).toBeCloseTo(model.coefficients[1]!, 8)
      }),
      RUNS,
    )
  })

  it('is narrower by the square root of 1 - correlation^2, unbiased, and covers as often as it says', () => {
    const random = seeded(7)
    const gaussian = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
    const [correlation, effect, n, repetitions] = [0.8, 0.3, 400, 400]
    let [sum, squares, narrowing, covered, liftCovered] = [0, 0, 0, 0, 0]
    for (let i = 0; i < repetitions; i++) {
      const [control, treatment] = [0, effect].map((shift) => {
        const before = Float64Array.from({ length: n }, gaussian)
        const rest = Math.sqrt(1 - correlation ** 2)
        return coMomentsOf([before.map((x) => 2 + shift + correlation * x + rest * gaussian()), before])
      })
      const test = computed(cupedTest(control!, treatment!, cupedAdjustment([control!, treatment!])))
      const plain = computed(welchTTest(marginalMoments(control!, 0), marginalMoments(treatment!, 0)))
      sum += test.estimate
      squares += (test.estimate - effect) ** 2
      narrowing += test.standardError / plain.standardError
      const holds = ({ lower, upper }: { lower: number | null; upper: number | null }, x: number) =>
        lower! <= x && x <= upper!
      if (holds(test.confidenceInterval, effect)) covered++
      if (holds(computed(test.relativeEffect).confidenceInterval, effect / 2)) liftCovered++
    }
    const noise = Math.sqrt((2 / n) * (1 - correlation ** 2))
    expect(Math.abs(sum / repetitions - effect)).toBeLessThan((4 * noise) / Math.sqrt(repetitions))
    expect(Math.sqrt(squares / repetitions) / noise).toBeCloseTo(1, 0)
    expect(narrowing / repetitions).toBeCloseTo(Math.sqrt(1 - correlation ** 2), 2)
    // 95 % of 400, within four standard deviations.
    expect(Math.abs(covered - 380)).toBeLessThan(18)
    expect(Math.abs(liftCovered - 380)).toBeLessThan(18)
  })

  it('is the same whatever parts the arms were summed up in', () => {
    fc.assert(
      fc.property(users(4), users(4), (a, b) => {
        const halves = combineCoMoments(columnsOf(a.slice(0, 2)), columnsOf(a.slice(2)))
        const [whole, merged] = [columnsOf(a), halves].map((arm) => cupedAdjustment([arm, columnsOf(b)]).theta[0]!)
        expect(merged).toBeCloseTo(whole!, 10)
      }),
      RUNS,
    )
  })
})

describe('ratios as means of linearised values', () => {
  it('are tested like ratios', () => {
    fc.assert(
      fc.property(users(2), users(2), (a, b) => {
        const arms = [a, b].map((rows) => coMomentsOf([0, 1].map((j) => rows.map((row) => row[j]! + j))))
        const plain = ratioTest(arms[0]!, arms[1]!)
        const linear = arms.map((arm) => linearisedQuantities(arm, [{ numerator: 0, denominator: 1 }]))
        if (linear.some(isNotComputable) || isNotComputable(plain)) return
        const [x, y] = linear.map((arm) => marginalMoments(computed(arm), 0))
        const test = computed(welchTTest(x!, y!))
        expect(test.estimate).toBeCloseTo(plain.estimate, 10)
        expect(test.standardError / plain.standardError).toBeCloseTo(1, 8)
      }),
      RUNS,
    )
  })
})

describe('ratios that rest on those who have a denominator', () => {
  const restsOn = 'denominators'
  const orders = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 2, maxLength: 12 })
  const others = fc.nat(200)

  it('with one order a buyer are means over the buyers, however many users bought nothing', () => {
    fc.assert(
      fc.property(orders, orders, others, others, level, alternative, (a, b, few, many, at, side) => {
        const arms = [[a, few] as const, [b, many] as const].map(([values, zeros]) => {
          const nothing = Array.from({ length: zeros }, () => 0)
          return coMomentsOf([
            [...values, ...nothing],
            [...values.map(() => 1), ...nothing],
          ])
        })
        const test = ratioTest(arms[0]!, arms[1]!, { restsOn, level: at, alternative: side })
        const ofBuyers = welchTTest(momentsOf(a), momentsOf(b), { level: at, alternative: side })
        if (isNotComputable(ofBuyers)) return
        const { estimate, standardError, degreesOfFreedom, log10PValue } = computed(test)
        expect(estimate).toBeCloseTo(ofBuyers.estimate, 8)
        expect(standardError / ofBuyers.standardError).toBeCloseTo(1, 6)
        expect(degreesOfFreedom! / ofBuyers.degreesOfFreedom!).toBeCloseTo(1, 6)
        expect(log10PValue).toBeCloseTo(ofBuyers.log10PValue, 5)
      }),
      RUNS,
    )
  })

  it('are as sure as the plain test where all have the same denominator, and never surer', () => {
    fc.assert(
      fc.property(users(2), users(2), fc.integer({ min: 1, max: 9 }), (a, b, constant) => {
        const of = (denominator: (x: number) => number) => {
          const arms = [a, b].map((rows) =>
            coMomentsOf([rows.map(([value]) => value!), rows.map(([, x]) => denominator(x!))]),
          )
          return [ratioTest(arms[0]!, arms[1]!), ratioTest(arms[0]!, arms[1]!, { restsOn })] as const
        }
        const [plain, resting] = of(() => constant)
        if (isNotComputable(plain) || isNotComputable(resting)) return
        expect(resting.log10PValue).toBeCloseTo(plain.log10PValue, 6)
        const [surer, less] = of(Math.abs)
        if (isNotComputable(surer) || isNotComputable(less)) return
        expect(less.standardError).toBeGreaterThanOrEqual(surer.standardError * (1 - 1e-12))
      }),
      RUNS,
    )
  })

  it('are tested alike when adjusted by a covariate that does not vary', () => {
    fc.assert(
      fc.property(orders, orders, others, (a, b, zeros) => {
        const nothing = Array.from({ length: zeros }, () => 0)
        const arms = [a, b].map((values) =>
          coMomentsOf([
            [...values, ...nothing],
            [...values.map((value) => 1 + (value % 3)), ...nothing],
            [...values.map(() => 7), ...nothing.map(() => 7)],
          ]),
        )
        const plain = ratioTest(arms[0]!, arms[1]!, { restsOn })
        if (isNotComputable(plain)) return
        const linear = arms.map((arm) =>
          computed(linearisedQuantities(arm, [{ numerator: 0, denominator: 1 }, { numerator: 2 }])),
        )
        const [control, treatment] = arms.map((arm) => effectiveUnits(marginalMoments(arm, 1))) as [number, number]
        // Welch's test wants two users; the ratio's makes do with somewhat less.
        if (Math.min(control, treatment) < 2) return
        const test = cupedTest(linear[0]!, linear[1]!, cupedAdjustment(linear), { restsOn: { control, treatment } })
        expect(computed(test).standardError / plain.standardError).toBeCloseTo(1, 8)
        expect(computed(test).log10PValue).toBeCloseTo(plain.log10PValue, 6)
        expect(computed(test).plainStandardError / plain.standardError).toBeCloseTo(1, 8)
      }),
      RUNS,
    )
  })
})

describe('quantiles', () => {
  const values = fc.array(fc.integer({ min: -2, max: 30 }), { minLength: 1, maxLength: 60 })

  it('never let p-value and intervals disagree', () => {
    const arm = fc.record({
      value: fc.double({ min: -50, max: 50, noNaN: true }),
      standardError: fc.double({ min: 0, max: 30, noNaN: true }),
    })
    fc.assert(
      fc.property(arm, arm, level, alternative, (control, treatment, at, side) =>
        expectAgreement(quantileDifferenceTest(control, treatment, { level: at, alternative: side }), at),
      ),
      RUNS,
    )
  })

  it('lie among the values, rise with their level, and are the ends at 0 and 1', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(values, share, share, (list, p, q) => {
        const table = valueTableOf(list)
        const [low, high] = [Math.min(p, q), Math.max(p, q)].map((at) => quantileOf(table, at) as number)
        expect(low).toBeLessThanOrEqual(high! + 1e-12)
        expect(quantileOf(table, 0)).toBe(Math.min(...list))
        expect(quantileOf(table, 1)).toBe(Math.max(...list))
      }),
      RUNS,
    )
  })

  it('have exact intervals that cover at least as often as they say, where both ends exist', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0.05, 0.5, 0.9), level, (list, p, at) => {
        const interval = computed(exactQuantileInterval(valueTableOf(list), p, at))
        expect(interval.coverage).toBeGreaterThanOrEqual(at - 1e-12)
      }),
      RUNS,
    )
  })
})

describe('analysis of variance', () => {
  it('of two groups is Student’s t squared', () => {
    fc.assert(
      fc.property(users(2), users(2), (a, b) => {
        const [x, y] = [a, b].map((rows) => momentsOf(rows.map(([value]) => value)))
        const [anova, t] = [oneWayAnova([x!, y!]), studentTTest(x!, y!)]
        if (isNotComputable(t)) return expect(isNotComputable(anova)).toBe(true)
        expect(computed(anova).statistic).toBeCloseTo(t.statistic ** 2, 6)
        expect(computed(anova).pValue).toBeCloseTo(t.pValue, 9)
      }),
      RUNS,
    )
  })
})

describe('posteriors', () => {
  const proportion = fc
    .tuple(fc.constantFrom(0, 1, 2, 7, 300, 1e6), fc.constantFrom(0, 0.001, 0.3, 1))
    .map(([n, rate]) => ({ n, successes: Math.round(n * rate) }))

  it('of any two rates are numbers: chances add up to 1, losses differ by the difference of the means', () => {
    fc.assert(
      fc.property(proportion, proportion, fc.constantFrom(0.5, 1, 20), (c, t, shape) => {
        const prior = { alpha: shape, beta: shape }
        const [control, treatment] = [betaPosterior(c, prior), betaPosterior(t, prior)]
        const result = betaComparison(control, treatment)
        expect(notFinite(result)).toEqual([])
        expect(result.chanceToWin + result.chanceToLose).toBeCloseTo(1, 10)
        expect(result.expectedLossOfControl - result.expectedLossOfTreatment).toBeCloseTo(result.difference, 10)
        expect(notFinite(betaDifferenceInterval(control, treatment))).toEqual([])
        expect(notFinite(betaLiftInterval(control, treatment))).toEqual([])
        const [first, second] = bestOfArms([control, treatment])
        expect(first!.chanceToBeBest).toBeCloseTo(result.chanceToLose, 8)
        expect(second!.expectedLoss).toBeCloseTo(result.expectedLossOfTreatment, 8)
      }),
      { numRuns: 25, seed: 3 },
    )
  })

  it('of any effect are numbers, or a reason why not', () => {
    const size = fc.constantFrom(0, 1e-320, 1e-200, 1e-9, 1, 37, 1e9, 1e150, 1e200, 1e305)
    fc.assert(
      fc.property(size, size, fc.option(size), level, (estimate, standardError, deviation, at) => {
        const prior = deviation ? { mean: 0, variance: Math.min(1e300, Math.max(1e-300, deviation)) } : null
        expect(notFinite(normalPosterior(estimate, standardError, prior, at))).toEqual([])
        expect(notFinite(normalPosterior(-estimate, standardError, prior, at))).toEqual([])
      }),
      RUNS,
    )
  })
})

describe('NaN and Infinity never leave', () => {
  const size = fc.constantFrom(0, 1e-320, 1e-150, 1e-9, 1, 3.7, 1e9, 1e100)
  const columns = fc.array(fc.tuple(size, size, size), { minLength: 1, maxLength: 8 })

  it('adjusted tests, quantiles, variances or regressions of values of any size', () => {
    fc.assert(
      fc.property(columns, columns, level, (a, b, at) => {
        const arms = [a, b].map((rows) => coMomentsOf([0, 1, 2].map((j) => rows.map((row) => row[j]!))))
        const adjustment = cupedAdjustment(arms, { covariates: [1, 2] })
        expect(notFinite(adjustment)).toEqual([])
        expect(notFinite(cupedTest(arms[0]!, arms[1]!, adjustment, { level: at }))).toEqual([])
        expect(notFinite(oneWayAnova(arms.map((arm) => marginalMoments(arm, 0))))).toEqual([])
        expect(notFinite(quantileEstimate(valueTableOf(a.map(([x]) => x)), 0.5))).toEqual([])
        const linear = linearisedQuantities(arms[0]!, [{ numerator: 0, denominator: 1 }])
        expect(notFinite(linear)).toEqual([])
        const model = linearRegression({ y: a.map(([x]) => x), predictors: [a.map(([, x]) => x)] })
        if (!isNotComputable(model)) expect(notFinite({ ...model, fit: null })).toEqual([])
      }),
      RUNS,
    )
  })
})

/** The paths of all numbers in a result that are NaN or infinite. */
function notFinite(result: unknown, path = ''): string[] {
  if (typeof result === 'number') return Number.isFinite(result) ? [] : [`${path} = ${result}`]
  if (result === null || typeof result !== 'object') return []
  return Object.entries(result).flatMap(([key, value]) => notFinite(value, `${path}.${key}`))
}

/** A small generator of uniform numbers: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
