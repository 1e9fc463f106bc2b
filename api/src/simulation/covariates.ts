import { LEAST_USERS_BEFORE } from '../analysis/variance-reduction.ts'
import { type CoMoments, combineCoMoments, marginalMoments } from '../stats/co-moments.ts'
import { cupedAdjustment } from '../stats/cuped.ts'
import { cupedTest } from '../stats/cuped-test.ts'
import { effectiveUnits } from '../stats/effective-units.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import type { TestResultWithLift } from '../stats/test-result.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { type Bounds, CHANCE, nominal, type Shape, shapeOf, studentised } from './bounds.ts'
import { countMiss } from './count-miss.ts'
import { ALPHAS, counted, FALSE_POSITIVES, type Finding, INTERVALS, SIZES } from './finding.ts'
import { buyers, CONVERSION, normalUsers, ORDER_SIGMA, type Population, SECOND_ORDER } from './populations.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 20_000
const LIFT = 1.1
const SHAPE_USERS = 1_000_000
const METHOD = 'CUPED'

/**
 * Welch's test after adjustment by a covariate that the treatment does not touch: the populations' second number. As in
 * an analysis, it is the plain test where too few users have one. False positives without an effect, intervals with one,
 * whether estimates lie above the truth as often as below it, and what is left of the variance.
 */
export function covariates(name: 'normal' | 'buyers'): Finding[] {
  const make = { normal: normalUsers, buyers }[name]
  const random = variatesOf(5000)
  const [control, treatment] = [make(1), make(LIFT)]
  const drawn = [control, treatment].map((population) => population.drawUsers(SHAPE_USERS, random))
  const plain = drawn.map(([values]) => shapeOf(values)) as [Shape, Shape]
  const left = drawn.map((users) => leftOf(...users)) as [Shape, Shape]
  return SIZES.flatMap((users) => {
    const shapes = informed(users, control) < LEAST_USERS_BEFORE ? plain : left
    return [
      ...falsePositives(control, shapes[0], users, random),
      ...intervals(control, treatment, shapes, users, random),
    ]
  })
}

/** The shape of what the covariate does not foretell. */
function leftOf(values: Float64Array, before: Float64Array): Shape {
  const mean = (of: (i: number) => number) => values.reduce((sum, _value, i) => sum + of(i), 0) / values.length
  const [y, x] = [mean((i) => values[i]!), mean((i) => before[i]!)]
  const slope = mean((i) => (values[i]! - y) * (before[i]! - x)) / mean((i) => (before[i]! - x) ** 2)
  return shapeOf(values.map((value, i) => value - slope * before[i]!))
}

/**
 * The share of the variance that the covariate does not foretell. Normal: 1 - 0.5^2. Buyers: revenue is a sum of as many
 * orders as the covariate counts, so what is left is the variance of the orders' values.
 */
function shareLeft({ name }: Population): number {
  if (name !== buyers().name) return 0.75
  const orders = CONVERSION * (1 + SECOND_ORDER)
  const variance = CONVERSION * (1 + 3 * SECOND_ORDER) - orders ** 2
  const square = Math.exp(ORDER_SIGMA ** 2)
  const left = orders * square * (square - 1)
  return left / (left + square * variance)
}

/** Only users who bought say how much more is spent with an order more. */
const informed = (users: number, { name }: Population): number => (name === buyers().name ? users * CONVERSION : users)

type Adjusted = TestResultWithLift & { varianceReduction: number }

function adjusted(control: CoMoments, treatment: CoMoments): Adjusted | null {
  const before = marginalMoments(combineCoMoments(control, treatment), 1)
  const test =
    effectiveUnits(before) < LEAST_USERS_BEFORE
      ? welchTTest(marginalMoments(control, 0), marginalMoments(treatment, 0))
      : cupedTest(control, treatment, cupedAdjustment([control, treatment]))
  return isNotComputable(test) ? null : { varianceReduction: 0, ...test }
}

function falsePositives(population: Population, shape: Shape, users: number, random: Variates): Finding[] {
  const n = users / 2
  const hits = ALPHAS.map(() => 0)
  let above = 0
  /** Squared standard errors, with and without adjustment. */
  const errors: [number, number][] = []
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const test = adjusted(population.draw(n, random), population.draw(n, random))
    if (test === null) continue
    ALPHAS.forEach((alpha, i) => (hits[i]! += test.pValue < alpha ? 1 : 0))
    above += test.estimate > 0 ? 1 : 0
    const variance = test.standardError ** 2
    errors.push([variance, variance / (1 - test.varianceReduction)])
  }
  const of = { method: METHOD, data: population.name, users, replications: REPLICATIONS }
  const share = shareLeft(population)
  const plain = errors.reduce((sum, [, without]) => sum + without, 0)
  const left = errors.reduce((sum, [variance]) => sum + variance, 0) / plain
  const noise =
    Math.sqrt(errors.reduce((sum, [variance, without]) => sum + (variance - left * without) ** 2, 0)) / plain
  const error = CHANCE * noise
  // The slope is fitted to the users whose variance is taken, so what is left comes out a little too small.
  const variance: Bounds = {
    expected: share,
    low: share * (1 - OPTIMISM / informed(users, population)) - error,
    high: share + error,
    basis: 'theory',
  }
  return [
    ...ALPHAS.map((alpha, i): Finding => ({
      ...{ ...of, table: FALSE_POSITIVES, counted: counted.falsePositives(alpha) },
      observed: hits[i]! / REPLICATIONS,
      bounds: studentised(alpha / 2, 2, n, [shape, shape], REPLICATIONS),
    })),
    {
      ...{ ...of, table: ADJUSTMENT, counted: 'estimate above the truth' },
      observed: above / REPLICATIONS,
      bounds: nominal(0.5, REPLICATIONS),
    },
    ...(informed(users, population) < LEAST_USERS_BEFORE
      ? []
      : [{ ...of, table: ADJUSTMENT, counted: 'variance left', observed: left, bounds: variance }]),
  ]
}

export const ADJUSTMENT = 'Adjustment by covariates'

/** By how many times 1 / users (who say something about the slope) the share of variance left may be too small. */
const OPTIMISM = 1

function intervals(
  control: Population,
  treatment: Population,
  [own, other]: [Shape, Shape],
  users: number,
  random: Variates,
): Finding[] {
  const n = users / 2
  const misses = { absolute: [0, 0], relative: [0, 0] }
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const test = adjusted(control.draw(n, random), treatment.draw(n, random))
    if (test === null) continue
    countMiss(misses.absolute, test.confidenceInterval, test.estimate, treatment.mean[0] - control.mean[0])
    if (isNotComputable(test.relativeEffect)) continue
    const { confidenceInterval, estimate } = test.relativeEffect
    countMiss(misses.relative, confidenceInterval, estimate, LIFT - 1)
  }
  const scaled = { variance: own.variance * LIFT ** 2, third: own.third * LIFT ** 3, kurtosis: own.kurtosis }
  return (['absolute', 'relative'] as const).flatMap((scale) =>
    [counted.below, counted.above].map((side, i): Finding => ({
      ...{ table: INTERVALS, method: `${METHOD}, ${scale}`, data: control.name, users, counted: side },
      observed: misses[scale][i]! / REPLICATIONS,
      bounds: studentised(0.025, 1, n, [scale === 'absolute' ? own : scaled, other], REPLICATIONS),
      replications: REPLICATIONS,
    })),
  )
}
