import { proportion } from '../analysis/metrics/proportion.ts'
import type { MetricDefinition } from '../analysis/metric-definition.ts'
import type { MethodOverride } from '../analysis/settings.ts'
import { mergePlans } from '../engine/merge-plans.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { binomial } from '../stats/distributions/binomial.ts'
import { cochranLimit, exactly } from './bounds.ts'
import { ALPHAS, counted, FALSE_POSITIVES, type Finding, INTERVALS, SIZES } from './finding.ts'
import { countMiss } from './count-miss.ts'
import { RARE } from './populations.ts'
import { type Variates, variatesOf } from './variates.ts'

const REPLICATIONS = 20_000
const LIFT = 1.2
/** Outcomes less likely than this do not change any share. */
const NEGLIGIBLE = 1e-12

const metric: MetricDefinition = {
  ...{ id: 'conversion', key: 'conversion', kind: 'PROPORTION', denominator: null, goal: 'INCREASE', role: 'PRIMARY' },
  numerator: { eventTypes: ['purchase'], aggregation: 'any' },
}
const plan = mergePlans([proportion.needs(metric)], {
  variants: ['control', 'treatment'],
  segments: [],
  window: { from: null, to: null, daysSinceExposure: null },
})

const methods: { name: string; method?: MethodOverride; limit(alpha: number): number }[] = [
  { name: 'chi-square or Fisher', limit: cochranLimit },
  // With expected counts below 5 it is a rough guide: that is why Fisher's test takes over.
  { name: 'chi-square', method: 'CHI_SQUARE', limit: (alpha) => 2 * alpha },
  { name: 'Fisher', method: 'FISHER_EXACT', limit: (alpha) => alpha },
]

interface Compared {
  pValue: number | null
  absolute: ConfidenceInterval | null
  relative: ConfidenceInterval | null
}

/** Conversion rates of 1 %: what the analysis of a proportion says of every outcome, added up and drawn. */
export function proportions(): Finding[] {
  return methods.flatMap((method, index) =>
    SIZES.flatMap((users) => {
      const n = users / 2
      const compare = remembered(n, method.method)
      const random = variatesOf(2000 + index)
      return [
        ...falsePositives(method.name, method.limit, n, compare, random),
        ...(method.method === undefined ? intervals(n, compare, random) : []),
      ]
    }),
  )
}

function falsePositives(
  name: string,
  limit: (alpha: number) => number,
  n: number,
  compare: (c: number, t: number) => Compared,
  random: Variates,
): Finding[] {
  const isHit = (c: number, t: number, alpha: number) => (compare(c, t).pValue ?? 1) < alpha
  const drawn = Array.from(
    { length: REPLICATIONS },
    () => [random.binomial(n, RARE), random.binomial(n, RARE)] as const,
  )
  return ALPHAS.map((alpha): Finding => {
    const size = added(n, RARE, RARE, (c, t) => (isHit(c, t, alpha) ? 1 : 0))
    return {
      ...{
        table: FALSE_POSITIVES,
        method: name,
        data: '1 % binary',
        users: 2 * n,
        counted: counted.falsePositives(alpha),
      },
      observed: drawn.filter(([c, t]) => isHit(c, t, alpha)).length / REPLICATIONS,
      bounds: exactly(size, REPLICATIONS, limit(alpha)),
      replications: REPLICATIONS,
    }
  })
}

/** The score intervals, with a true lift of 20 %. */
function intervals(n: number, compare: (c: number, t: number) => Compared, random: Variates): Finding[] {
  const treatment = RARE * LIFT
  const drawn = Array.from(
    { length: REPLICATIONS },
    () => [random.binomial(n, RARE), random.binomial(n, treatment)] as const,
  )
  const scales = [
    { name: 'Mee score, absolute', scale: 'absolute', truth: treatment - RARE },
    { name: 'Koopman score, relative', scale: 'relative', truth: LIFT - 1 },
  ] as const
  return scales.flatMap(({ name, scale, truth }) => {
    const missed = (c: number, t: number, side: number): number => {
      const misses = [0, 0]
      const interval = compare(c, t)[scale]
      if (interval !== null) countMiss(misses, interval, null, truth)
      return misses[side]!
    }
    return [counted.below, counted.above].map((label, side): Finding => {
      const share = added(n, RARE, treatment, (c, t) => missed(c, t, side))
      return {
        ...{ table: INTERVALS, method: name, data: '1 % binary', users: 2 * n, counted: label },
        observed: drawn.filter(([c, t]) => missed(c, t, side) === 1).length / REPLICATIONS,
        bounds: exactly(share, REPLICATIONS, cochranLimit(0.025) + 0.01),
        replications: REPLICATIONS,
      }
    })
  })
}

/** The expectation of something over the conversions of two arms of n users. */
export function added(n: number, rateC: number, rateT: number, of: (c: number, t: number) => number): number {
  const likely = (rate: number): [count: number, probability: number][] => {
    const { pmf } = binomial(n, rate)
    return Array.from({ length: n + 1 }, (_, k): [number, number] => [k, pmf(k)]).filter(([, p]) => p > NEGLIGIBLE)
  }
  const treatments = likely(rateT)
  return likely(rateC).reduce(
    (sum, [c, p]) => sum + p * treatments.reduce((inner, [t, q]) => inner + q * of(c, t), 0),
    0,
  )
}

/** The analysis of a proportion, once for every outcome. */
function remembered(n: number, method: MethodOverride | undefined): (c: number, t: number) => Compared {
  const known = new Map<number, Compared>()
  const arm = (variant: number, successes: number) => {
    const mean = successes / n
    return {
      plan,
      group: { variant, segment: null, n, means: [mean], m2: [n * mean * (1 - mean)], products: [] },
      cells: [],
    }
  }
  return (c, t) => {
    const name = c * (n + 1) + t
    let compared = known.get(name)
    if (compared === undefined) {
      const options = { inference: {}, ...(method === undefined ? {} : { method }) }
      const { pValue, effect, relativeEffect } = proportion.compare(metric, arm(0, c), arm(1, t), options)
      compared = {
        pValue,
        absolute: effect?.confidenceInterval ?? null,
        relative: relativeEffect?.confidenceInterval ?? null,
      }
      known.set(name, compared)
    }
    return compared
  }
}
