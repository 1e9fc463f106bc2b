import { describe, expect, test } from 'vitest'
import { mergePlans } from '../../engine/merge-plans.ts'
import type { AggregationPlan } from '../../engine/plan.ts'
import type { UnitPool } from '../../engine/unit-pool.ts'
import { hypergeometric } from '../../stats/distributions/hypergeometric.ts'
import { planAnalysis } from '../analyse-experiment.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import type { AnalysisSettings } from '../settings.ts'
import { calibrate } from './calibrate.ts'
import { UnitDealer } from './deal-units.ts'
import { drawHypergeometric } from './draw-hypergeometric.ts'
import { SeededRandom } from './seeded-random.ts'

const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}
const revenue = { eventTypes: ['purchase'], aggregation: 'sum' as const }
const orders = { eventTypes: ['purchase'], aggregation: 'count' as const }
const bought = { eventTypes: ['purchase'], aggregation: 'any' as const }
const metric = (key: string, over: Pick<MetricDefinition, 'kind' | 'numerator' | 'denominator'>): MetricDefinition => ({
  ...{ id: `id-${key}`, key, goal: 'INCREASE', role: 'PRIMARY' },
  ...over,
})
const conversion = metric('conversion', { kind: 'PROPORTION', numerator: bought, denominator: null })
const revenuePerUser = metric('revenue', { kind: 'MEAN', numerator: revenue, denominator: null })
const orderValue = metric('aov', { kind: 'RATIO', numerator: revenue, denominator: orders })
const metrics = [conversion, revenuePerUser, orderValue]

const variantNames = (variants: number) => Array.from({ length: variants }, (_, i) => `v${i}`)

/** Users of a shop: some buy once, at prices that lean, and none did before. */
function shop(plan: AggregationPlan, users: number, buyers: number): UnitPool {
  const variants = plan.variants.length
  const random = new SeededRandom(3)
  const prices = Array.from({ length: buyers }, () => Math.round(2000 * Math.exp(random.uniform() * 2)) / 100)
  const column = (of: (price: number) => number) => Float64Array.from([0, ...prices.map(of)])
  return {
    sizes: Array.from({ length: variants }, () => users / variants),
    columns: plan.measures.map(({ aggregation, before }) =>
      column((price) => (before ? 0 : aggregation === 'sum' ? price : 1)),
    ),
    counts: Float64Array.from([users - buyers, ...prices.map(() => 1)]),
  }
}

describe('dealing units anew', () => {
  test.each([
    { population: 60, marked: 9, draws: 30 },
    { population: 4000, marked: 1300, draws: 2000 },
    { population: 500, marked: 480, draws: 100 },
  ])('$draws of $population units, of which $marked are marked: as often as the formula says', (of) => {
    const random = new SeededRandom(1)
    const { pmf } = hypergeometric(of.population, of.marked, of.draws)
    const size = 40_000
    const counts = new Map<number, number>()
    for (let i = 0; i < size; i++) {
      const drawn = drawHypergeometric(random, of.population, of.marked, of.draws)
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1)
    }
    for (const [k, count] of counts) {
      const expected = pmf(k)
      expect(expected, `${k} cannot be`).toBeGreaterThan(0)
      expect(Math.abs(count / size - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / size) + 1e-4)
    }
  })

  test('each variant gets as many units as it had, and together they have all values', () => {
    const plan = mergePlans([{ measures: [revenue, orders, bought], pairs: [[0, 1]], cells: [0] }], {
      ...{ variants: ['a', 'b', 'c'], segments: [] },
      window: settings.window,
    })
    const pool = shop(plan, 900, 120)
    const position = plan.measures.findIndex(({ aggregation }) => aggregation === 'sum')
    const total = pool.columns[position]!.reduce((sum, value, i) => sum + value * pool.counts[i]!, 0)
    const dealer = new UnitDealer(plan, pool, new SeededRandom(7), [position])
    for (let deal = 0; deal < 20; deal++) {
      const { groups, cells } = dealer.deal()
      expect(groups.map(({ n }) => n)).toEqual([300, 300, 300])
      expect(groups.reduce((sum, { n, means }) => sum + n * means[position]!, 0)).toBeCloseTo(total, 6)
      cells.forEach((own, variant) => {
        const [values, counts] = [[...own.values], [...own.counts]]
        const n = counts.reduce((sum, count) => sum + count, 0)
        const mean = values.reduce((sum, value, i) => sum + value * counts[i]!, 0) / n
        const m2 = values.reduce((sum, value, i) => sum + counts[i]! * (value - mean) ** 2, 0)
        expect(n).toBe(300)
        expect(mean).toBeCloseTo(groups[variant]!.means[position]!, 8)
        expect(m2 / groups[variant]!.m2[position]!).toBeCloseTo(1, 10)
      })
    }
  })
})

describe('calibration', () => {
  const run = (users: number, buyers: number, variants = 2, replications = 2000, seed = 1) => {
    const plan = planAnalysis(metrics, variantNames(variants), settings)
    return calibrate(metrics, plan, shop(plan, users, buyers), settings, { replications, seed })
  }
  /** With one user of twenty in the treatment. */
  const runUneven = (users: number, buyers: number) => {
    const plan = planAnalysis(metrics, variantNames(2), settings)
    const pool = { ...shop(plan, users, buyers), sizes: [users * 0.95, users * 0.05] }
    return calibrate(metrics, plan, pool, settings, { replications: 2000, seed: 1 })
  }

  test('methods keep their level where there are buyers enough', () => {
    const rows = run(20_000, 1000)
    expect(rows.map(({ verdict }) => verdict)).toEqual(['TRUSTED', 'TRUSTED', 'TRUSTED'])
    for (const { falsePositives, coverage, relativeCoverage } of rows) {
      expect(falsePositives.lower).toBeLessThan(0.05)
      expect(falsePositives.upper).toBeGreaterThan(0.05)
      // A p-value below 0.05 and an interval without 0 are the same thing.
      expect(coverage!.share).toBeCloseTo(1 - falsePositives.share!, 10)
      expect(relativeCoverage!.share).toBeCloseTo(1 - falsePositives.share!, 10)
    }
  })

  test('it shows what does not work: revenue where a variant has a handful of buyers and the other has most', () => {
    const rows = runUneven(2000, 100)
    const row = rows.find(({ metricKey }) => metricKey === 'revenue')!
    expect(row.verdict).toBe('TOO_MANY_FALSE_POSITIVES')
    expect(row.summary).toContain('Do not trust this method on these data')
    expect(rows.find(({ metricKey }) => metricKey === 'conversion')!.verdict).not.toBe('TOO_MANY_FALSE_POSITIVES')
  })

  test('an average order value of a handful of buyers is not found to differ too often', () => {
    for (const buyers of [8, 12, 40]) {
      const row = run(200, buyers).find(({ metricKey }) => metricKey === 'aov')!
      expect(row.verdict).not.toBe('TOO_MANY_FALSE_POSITIVES')
      expect(row.falsePositives.share!).toBeLessThan(0.06)
    }
  })

  test('without any buyer nothing can be tested, and that is said', () => {
    const rows = run(200, 0, 2, 100)
    expect(rows.map(({ verdict, method }) => ({ verdict, method }))).toEqual(
      Array.from({ length: 3 }, () => ({ verdict: 'NOT_TESTABLE', method: null })),
    )
  })

  test('the same seed gives the same counts, another one gives others', () => {
    const [first, again, other] = [run(1998, 200, 3, 300, 5), run(1998, 200, 3, 300, 5), run(1998, 200, 3, 300, 6)]
    expect(again).toEqual(first)
    expect(other).not.toEqual(first)
    expect(first).toHaveLength(6)
  })

  test('the rank test is looked at where it was chosen', () => {
    const methods = [{ metric: 'revenue', method: 'MANN_WHITNEY' as const }]
    const plan = planAnalysis([revenuePerUser], variantNames(2), settings)
    const options = { replications: 400, seed: 1 }
    const [row] = calibrate([revenuePerUser], plan, shop(plan, 600, 200), { ...settings, methods }, options)
    expect(row).toMatchObject({ method: 'MANN_WHITNEY', verdict: 'TRUSTED', relativeCoverage: null })
  })
})
