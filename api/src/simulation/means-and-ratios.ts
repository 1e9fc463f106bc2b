import { RATIO_OPTIONS } from '../analysis/metrics/ratio.ts'
import { type CoMoments, marginalMoments } from '../stats/co-moments.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { ratioTest } from '../stats/ratio-test.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { countMiss } from './count-miss.ts'
import { type Bounds, exactly, type Shape, shapeOf, studentised } from './bounds.ts'
import { ALPHAS, counted, FALSE_POSITIVES, type Finding, INTERVALS, SIZES } from './finding.ts'
import { buyers, normalUsers, type Population, RARE, rareConversions } from './populations.ts'
import { added } from './proportions.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 20_000
/** The true lift where intervals are looked at. */
const LIFT = 1.1
/** Users from whom the shape of a population is taken. */
const SHAPE_USERS = 1_000_000

const methods = [
  {
    name: 'Welch t',
    test: (control: CoMoments, treatment: CoMoments) =>
      welchTTest(marginalMoments(control, 0), marginalMoments(treatment, 0)),
    expected: ({ mean }: Population) => mean[0],
    /** What the estimate is a mean of, but for a factor. */
    influence: ({ mean }: Population, [values, _]: [Float64Array, Float64Array]) => values.map((y) => y - mean[0]),
  },
  {
    name: 'ratio delta',
    test: (control: CoMoments, treatment: CoMoments) => ratioTest(control, treatment, RATIO_OPTIONS),
    expected: ({ mean }: Population) => mean[0] / mean[1],
    influence: ({ mean }: Population, [values, denominators]: [Float64Array, Float64Array]) =>
      values.map((y, i) => y - (mean[0] / mean[1]) * denominators[i]!),
  },
]

/** Welch's test of means and the delta method for ratios: false positives without an effect, intervals with one. */
export function meansAndRatios(name: 'normal' | 'buyers' | 'rare'): Finding[] {
  const make = { normal: normalUsers, buyers, rare: rareConversions }[name]
  const random = variatesOf(1000)
  const [control, treatment] = [make(1), make(LIFT)]
  const shapes = methods.map(({ influence }) =>
    [control, treatment].map((one) => shapeOf(influence(one, one.drawUsers(SHAPE_USERS, random)))),
  ) as [Shape, Shape][]
  return SIZES.flatMap((users) => [
    ...falsePositives(control, shapes, users, random),
    ...intervals(control, treatment, shapes, users, random),
  ])
}

function falsePositives(population: Population, shapes: [Shape, Shape][], users: number, random: Variates): Finding[] {
  const n = users / 2
  const hits = methods.map(() => ALPHAS.map(() => 0))
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const [control, treatment] = [population.draw(n, random), population.draw(n, random)]
    methods.forEach(({ test }, method) => {
      const result = test(control, treatment)
      if (isNotComputable(result)) return
      ALPHAS.forEach((alpha, i) => (hits[method]![i]! += result.pValue < alpha ? 1 : 0))
    })
  }
  return methods.flatMap(({ name }, method) =>
    ALPHAS.map((alpha, i): Finding => {
      return {
        ...{
          table: FALSE_POSITIVES,
          method: name,
          data: population.name,
          users,
          counted: counted.falsePositives(alpha),
        },
        observed: hits[method]![i]! / REPLICATIONS,
        bounds: boundsOf(population, name, alpha, n, shapes[method]!),
        replications: REPLICATIONS,
      }
    }),
  )
}

function intervals(
  control: Population,
  treatment: Population,
  shapes: [Shape, Shape][],
  users: number,
  random: Variates,
): Finding[] {
  const n = users / 2
  const misses = methods.map(() => ({ absolute: [0, 0], relative: [0, 0] }))
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const [c, t] = [control.draw(n, random), treatment.draw(n, random)]
    methods.forEach(({ test, expected }, method) => {
      const result = test(c, t)
      if (isNotComputable(result)) return
      countMiss(
        misses[method]!.absolute,
        result.confidenceInterval,
        result.estimate,
        expected(treatment) - expected(control),
      )
      if (isNotComputable(result.relativeEffect)) return
      const { confidenceInterval, estimate } = result.relativeEffect
      countMiss(misses[method]!.relative, confidenceInterval, estimate, LIFT - 1)
    })
  }
  return methods.flatMap(({ name }, method) => {
    const [own, other] = shapes[method]!
    // Fieller's interval keeps a lift where the treatment and the control times the lift do not differ.
    const scaled = { variance: own.variance * LIFT ** 2, third: own.third * LIFT ** 3, kurtosis: own.kurtosis }
    return (['absolute', 'relative'] as const).flatMap((scale) =>
      [counted.below, counted.above].map((side, i): Finding => ({
        ...{ table: INTERVALS, method: `${name}, ${scale}`, data: control.name, users, counted: side },
        observed: misses[method]![scale][i]! / REPLICATIONS,
        bounds: studentised(0.025, 1, n, [scale === 'absolute' ? own : scaled, other], REPLICATIONS),
        replications: REPLICATIONS,
      })),
    )
  })
}

function boundsOf(population: Population, method: string, alpha: number, n: number, [shape]: [Shape, Shape]): Bounds {
  const expanded = studentised(alpha / 2, 2, n, [shape, shape], REPLICATIONS)
  if (population.name === '1 % binary' && method === 'Welch t') {
    const size = added(n, RARE, RARE, (c, t) => (welchPValue(n, c, t) < alpha ? 1 : 0))
    return exactly(size, REPLICATIONS, expanded.high)
  }
  return expanded
}

function welchPValue(n: number, c: number, t: number): number {
  const arm = (successes: number) => {
    const mean = successes / n
    return { n, mean, m2: successes * (1 - mean) }
  }
  const result = welchTTest(arm(c), arm(t))
  return isNotComputable(result) ? 1 : result.pValue
}
