import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coMomentsOf } from '../stats/co-moments.ts'
import { excludesZero } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import type { Aggregates, AggregationPlan, Measure } from '../engine/plan.ts'
import { analyseExperiment, planAnalysis } from './analyse-experiment.ts'
import { cappedAggregates } from './capped-aggregates.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'
import type { AnalysisSettings } from './settings.ts'

const base = { goal: 'INCREASE', role: 'PRIMARY', denominator: null } as const
const purchases = (aggregation: Measure['aggregation']): Measure => ({ eventTypes: ['purchase'], aggregation })
const metrics: MetricDefinition[] = [
  { ...base, id: 'm1', key: 'conversion', kind: 'PROPORTION', numerator: purchases('any') },
  { ...base, id: 'm2', key: 'revenue', kind: 'MEAN', numerator: purchases('sum') },
  {
    ...base,
    id: 'm3',
    key: 'order_value',
    kind: 'RATIO',
    numerator: purchases('sum'),
    denominator: purchases('count'),
  },
  { ...base, id: 'm4', key: 'median', kind: 'QUANTILE', quantile: 0.5, numerator: purchases('sum'), goal: 'DECREASE' },
]
const plain: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}
const everything: AnalysisSettings = {
  ...plain,
  varianceReduction: { kind: 'CUPED', covariates: null },
  winsorization: { upperPercentile: 0.9, lowerPercentile: 0.1, cap: null },
  bayesian: { liftPrior: { mean: 0, standardDeviation: 0.05 }, ratePrior: { alpha: 1, beta: 1 } },
  liftInterval: 'LOG',
}

const { bayesian: _, ...withoutPosteriors } = everything

/** Values of a user's purchases before the exposure and from it on. */
interface User {
  variant: number
  before: readonly number[]
  after: readonly number[]
}

/** The aggregates of users, from the definition of each measure. */
function aggregate({ variants, measures, pairs, cells }: AggregationPlan, users: User[]): Aggregates {
  const valueOf = (user: User, { aggregation, before, cap }: Measure): number => {
    const orders = before ? user.before : user.after
    if (aggregation === 'any') return orders.length > 0 ? 1 : 0
    const value = aggregation === 'count' ? orders.length : orders.reduce((sum, order) => sum + order, 0)
    return value === 0 ? 0 : Math.max(cap?.lower ?? value, Math.min(cap?.upper ?? value, value))
  }
  const columns = variants.map((_, variant) => {
    const own = users.filter((user) => user.variant === variant)
    return measures.map((measure) => own.map((user) => valueOf(user, measure)))
  })
  return {
    groups: columns.map((own, variant) => {
      const { n, means, coMoments } = coMomentsOf(own)
      return {
        ...{ variant, segment: null, n, means: [...means] },
        m2: means.map((_mean, i) => coMoments[i]![i]!),
        products: pairs.map(([i, j]) => coMoments[i]![j]!),
      }
    }),
    cells: cells.flatMap((measure) =>
      columns.map((own, variant) => {
        const values = [...new Set(own[measure])].sort((a, b) => a - b)
        const counts = values.map((value) => own[measure]!.filter((one) => one === value).length)
        return { measure, variant, values, counts }
      }),
    ),
    quality: {} as Aggregates['quality'],
  }
}

async function rowsOf(users: User[], settings: AnalysisSettings, variants = ['c', 't', 'u']): Promise<ResultRow[]> {
  const plan = planAnalysis(metrics, variants, settings)
  const aggregates = await cappedAggregates(
    plan,
    settings,
    () => undefined,
    (ofPlan) => Promise.resolve(aggregate(ofPlan, users)),
  )
  return analyseExperiment(metrics, plan, aggregates, settings)
}

const order = fc.oneof(fc.constantFrom(0, 1, 1, 20, 1e-9, 1e12), fc.double({ min: 0.01, max: 900, noNaN: true }))
const orders = fc.array(order, { maxLength: 3 })
const user: fc.Arbitrary<User> = fc.record({ variant: fc.nat({ max: 2 }), before: orders, after: orders })
const crowd = fc.oneof(
  { weight: 3, arbitrary: fc.array(user, { maxLength: 60 }) },
  // All alike, before or after.
  fc.array(fc.record({ variant: fc.nat({ max: 2 }), before: fc.constant([5]), after: orders }), { maxLength: 30 }),
  fc.array(fc.record({ variant: fc.nat({ max: 2 }), before: fc.constant([]), after: fc.constant([7]) }), {
    maxLength: 9,
  }),
  fc.array(fc.record({ variant: fc.constant(0), before: orders, after: orders }), { maxLength: 9 }),
)
const RUNS = { seed: 20260612 }

function notFinite(value: unknown, path = ''): string[] {
  if (typeof value === 'number') return Number.isFinite(value) ? [] : [`${path} = ${value}`]
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, one]) => notFinite(one, `${path}.${key}`))
}

describe('whatever the users did, with everything that can be asked for', () => {
  // Posteriors of a handful of users take some milliseconds each.
  test.each([
    { numRuns: 400, what: 'without posteriors', asked: withoutPosteriors },
    { numRuns: 40, what: 'with posteriors', asked: everything },
  ])('each row has numbers or a reason, and p-value and intervals agree, $what', async ({ numRuns, asked }) => {
    await fc.assert(
      fc.asyncProperty(crowd, fc.constantFrom('two-sided' as const, 'greater' as const), async (users, alternative) => {
        for (const row of await rowsOf(users, { ...asked, alternative })) {
          expect(notFinite(row)).toEqual([])
          expect(row.notComputable === null).toBe(row.pValue !== null)
          const { applied, fallback } = row.varianceReduction!
          expect(applied).toBe(row.method === 'CUPED')
          expect(fallback === null).toBe(applied)
          if (row.pValue === null) continue
          const significant = row.pValue < alphaOf(0.95)
          expect(excludesZero(row.effect!.confidenceInterval)).toBe(significant)
          if (row.relativeEffect) expect(excludesZero(row.relativeEffect.confidenceInterval)).toBe(significant)
          const share = row.posterior?.chanceToBeatControl ?? 0
          expect(share >= 0 && share <= 1).toBe(true)
        }
      }),
      { ...RUNS, numRuns },
    )
  })

  test('does not depend on the order of the users', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(user, { minLength: 12, maxLength: 40 }), async (users) => {
        const moderate = users.map((one) => ({ ...one, after: one.after.map((x) => Math.min(x, 1e3)) }))
        const [forth, back] = await Promise.all([
          rowsOf(moderate, withoutPosteriors),
          rowsOf([...moderate].reverse(), withoutPosteriors),
        ])
        forth.forEach(({ pValue, method }, index) => {
          expect(back[index]!.method).toBe(method)
          if (pValue !== null) expect(back[index]!.pValue).toBeCloseTo(pValue, 6)
        })
      }),
      { ...RUNS, numRuns: 30 },
    )
  })
})

test('the slope is the same for every treatment of a metric, and levels differ by the effect', async () => {
  const users = Array.from({ length: 90 }, (_, i): User => {
    const before = (i * 7) % 11
    return { variant: i % 3, before: [before], after: [before * 2 + ((i * 5) % 13) + (i % 3)] }
  })
  const rows = (await rowsOf(users, { ...plain, varianceReduction: everything.varianceReduction! })).filter(
    ({ metricKey }) => metricKey === 'revenue',
  )
  const [first, second] = rows.map(({ varianceReduction }) => varianceReduction!)
  expect(first!.covariates).toEqual(second!.covariates)
  expect(first!.controlMean).toBe(second!.controlMean)
  for (const { effect, varianceReduction } of rows) {
    expect(varianceReduction!.treatmentMean! - varianceReduction!.controlMean!).toBeCloseTo(effect!.estimate!, 10)
    expect(varianceReduction!.varianceBought).toBeGreaterThan(0.5)
  }
})

test('rows without these settings are as before: no field is added', async () => {
  const rows = await rowsOf([{ variant: 0, before: [], after: [3] }], plain)
  for (const row of rows) expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['varianceReduction']))
  for (const row of rows) expect(Object.keys(row)).not.toEqual(expect.arrayContaining(['posterior']))
})
