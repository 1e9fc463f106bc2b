import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Aggregates, AggregationPlan, Group } from '../engine/plan.ts'
import { excludesZero } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { analyseExperiment, planAnalysis } from './analyse-experiment.ts'
import { corrections } from './corrections.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'
import type { AnalysisSettings, Correction } from './settings.ts'

const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}

const kinds = ['PROPORTION', 'MEAN', 'RATIO'] as const

/** So many metrics, each of its own events, the first one primary. */
function metricsOf(count: number): MetricDefinition[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = kinds[index % kinds.length]!
    const eventTypes = [`type-${String(index).padStart(3, '0')}`]
    return {
      id: `m${index}`,
      key: `metric_${index}`,
      kind,
      numerator: { eventTypes, aggregation: kind === 'PROPORTION' ? 'any' : 'sum' },
      denominator: kind === 'RATIO' ? { eventTypes, aggregation: 'count' } : null,
      goal: 'INCREASE',
      role: index === 0 ? 'PRIMARY' : 'SECONDARY',
    }
  })
}

/** A group of n users without a history; `shift` moves each measure's mean by so many standard errors. */
function groupOf(plan: AggregationPlan, variant: number, n: number, shift: (measure: number) => number): Group {
  const means: number[] = []
  const m2: number[] = []
  let measure = -1
  plan.measures.forEach(({ aggregation, before }) => {
    if (before) {
      means.push(0)
      m2.push(0)
      return
    }
    measure++
    if (aggregation === 'any') {
      const converted = Math.min(n, Math.max(0, Math.round(n * 0.2 + shift(measure) * Math.sqrt(n * 0.16))))
      means.push(converted / n)
      m2.push((converted * (n - converted)) / n)
    } else {
      const [mean, deviation] = aggregation === 'sum' ? [10, 20] : [1, 0.5]
      means.push(mean + shift(measure) * (deviation / Math.sqrt(n)))
      m2.push(deviation ** 2 * (n - 1))
    }
  })
  const products = plan.pairs.map(([a, b]) => 0.4 * Math.sqrt(m2[a]! * m2[b]!))
  return { variant, segment: null, n, means, m2, products }
}

interface Case {
  metrics: number
  treatments: number
  n: number
  shifts: number[]
}

function rowsOf({ metrics: count, treatments, n, shifts }: Case, options: Partial<AnalysisSettings>): ResultRow[] {
  const metrics = metricsOf(count)
  const all = { ...settings, ...options }
  const variants = ['c', ...Array.from({ length: treatments }, (_, index) => `t${index}`)]
  const plan = planAnalysis(metrics, variants, all)
  const groups = variants.map((_, variant) =>
    groupOf(plan, variant, n, (measure) =>
      variant === 0 ? 0 : shifts[((variant * plan.measures.length) / 2 + measure) % shifts.length]!,
    ),
  )
  const aggregates = { groups, cells: [], quality: {} } as unknown as Aggregates
  return analyseExperiment(metrics, plan, aggregates, all)
}

const anyCase: fc.Arbitrary<Case> = fc.record({
  metrics: fc.integer({ min: 1, max: 6 }),
  treatments: fc.integer({ min: 1, max: 3 }),
  n: fc.constantFrom(20, 300, 20_000, 1e8),
  shifts: fc.array(fc.oneof(fc.double({ min: -6, max: 6, noNaN: true }), fc.constant(0)), {
    minLength: 5,
    maxLength: 23,
  }),
})
const level = fc.constantFrom(0.8, 0.9, 0.95, 0.99)
const alternative = fc.constantFrom('two-sided' as const, 'greater' as const, 'less' as const)
const names = Object.keys(corrections) as Exclude<Correction, 'NONE'>[]
const RUNS = { numRuns: 400, seed: 20261122 }

describe.each(names)('%s', (correction) => {
  test('adjusted intervals and adjusted p-values never disagree, as far as theory goes', () => {
    fc.assert(
      fc.property(anyCase, level, alternative, (given, at, side) => {
        for (const row of rowsOf(given, { correction, level: at, alternative: side })) {
          if (row.adjustedPValue === null) continue
          const isSignificant = row.adjustedPValue < alphaOf(at)
          expect(row.isSignificant).toBe(isSignificant)
          for (const effect of [row.adjustedEffect, row.adjustedRelativeEffect]) {
            if (effect === null) continue
            const excluded = excludesZero(effect.confidenceInterval)
            if (corrections[correction].invertsTest) expect({ excluded, row }).toEqual({ excluded: isSignificant, row })
            else if (excluded) expect(isSignificant).toBe(true)
          }
        }
      }),
      RUNS,
    )
  })

  test('adjusted intervals have the estimate of the plain ones and hold them', () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        for (const row of rowsOf(given, { correction })) {
          if (row.effect === null || row.adjustedEffect === null) continue
          const [plain, adjusted] = [row.effect.confidenceInterval, row.adjustedEffect.confidenceInterval]
          expect(row.adjustedEffect.estimate).toBe(row.effect.estimate)
          expect(adjusted.level).toBeGreaterThanOrEqual(plain.level - 1e-15)
          const slack = 1e-9 * (plain.upper! - plain.lower!)
          expect(adjusted.lower!).toBeLessThanOrEqual(plain.lower! + slack)
          expect(adjusted.upper!).toBeGreaterThanOrEqual(plain.upper! - slack)
        }
      }),
      RUNS,
    )
  })
})

describe('the level of adjusted intervals', () => {
  // Five tests; the shifts make two p-values tiny and leave three large.
  const given: Case = { metrics: 5, treatments: 1, n: 20_000, shifts: [9, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0] }
  const found = (correction: Correction) => rowsOf(given, { correction })
  const levelOf = (correction: Correction) => found(correction)[0]!.adjustedEffect!.confidenceInterval.level
  const selected = found('BENJAMINI_HOCHBERG').filter(({ isSignificant }) => isSignificant).length

  test('is that of the share of selected tests for Benjamini and Hochberg’s, less the price of dependence for Yekutieli’s', () => {
    expect(selected).toBeGreaterThan(0)
    expect(selected).toBeLessThan(5)
    expect(levelOf('BENJAMINI_HOCHBERG')).toBeCloseTo(1 - (selected * 0.05) / 5, 14)
    const price = 1 + 1 / 2 + 1 / 3 + 1 / 4 + 1 / 5
    expect(levelOf('BENJAMINI_YEKUTIELI')).toBeCloseTo(1 - (selected * 0.05) / (5 * price), 14)
  })

  test('is that of all intervals at once for the others', () => {
    for (const correction of ['HOLM', 'HOCHBERG', 'BONFERRONI'] as const) expect(levelOf(correction)).toBeCloseTo(0.99)
  })

  test('is told in the chain of adjustments', () => {
    expect(found('BONFERRONI')[0]!.adjustments).toEqual([
      'p-value: Bonferroni over 5 tests (all metrics)',
      'adjusted intervals: level 0.99, which keeps all intervals at once',
    ])
    expect(found('NONE')[0]).toMatchObject({ adjustments: [], adjustedEffect: null, adjustedRelativeEffect: null })
  })
})

test('a finding that only Holm’s procedure makes says that its interval holds no effect', () => {
  // p-values of about 0.001 and 0.03: Holm rejects both at 0.05, Bonferroni the first only.
  const rows = rowsOf({ metrics: 2, treatments: 1, n: 20_000, shifts: [0, 0, 4.7, 3.1] }, { correction: 'HOLM' })
  const [, second] = [...rows].sort((a, b) => a.pValue! - b.pValue!)
  expect(second).toMatchObject({ isSignificant: true })
  expect(excludesZero(second!.adjustedEffect!.confidenceInterval)).toBe(false)
  expect(second!.notes.at(-1)).toMatch(/holds “no effect”/)
})

test('the primary metric does not pay for the others where it is a family of its own', () => {
  const given: Case = { metrics: 5, treatments: 2, n: 300, shifts: [2, 1, 0.5, 3, 0, 1.5, 2.5] }
  const rows = rowsOf(given, { correction: 'BONFERRONI', correctionFamily: 'PRIMARY_METRICS' })
  const families = new Set(rows.map(({ metricKey, family, familySize }) => [metricKey, family, familySize].join()))
  expect([...families]).toEqual([
    'metric_0,primary metrics,2',
    ...[1, 2, 3, 4].map((index) => `metric_${index},other metrics,8`),
  ])
  const [primary] = rows
  expect(primary!.adjustedPValue).toBeCloseTo(Math.min(1, 2 * primary!.pValue!), 14)
  expect(new Set(rowsOf(given, {}).map(({ family }) => family))).toEqual(new Set(['all metrics']))
})
