import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aggregateUnits } from '../engine/aggregate-units.ts'
import { Dictionary } from '../engine/dictionary.ts'
import type { Aggregates, AggregationPlan } from '../engine/plan.ts'
import { UnitRows } from '../engine/unit-rows.ts'
import { excludesZero } from '../stats/confidence-interval.ts'
import { alphaOf } from '../stats/inference-options.ts'
import { analyseExperiment, planAnalysis } from './analyse-experiment.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { AnalysisSettings } from './settings.ts'

const base = { goal: 'INCREASE', role: 'PRIMARY', denominator: null } as const
const conversion: MetricDefinition = {
  ...base,
  id: 'm1',
  key: 'conversion',
  kind: 'PROPORTION',
  numerator: { eventTypes: ['purchase'], aggregation: 'any' },
}
const revenue: MetricDefinition = {
  ...base,
  id: 'm2',
  key: 'revenue',
  kind: 'MEAN',
  numerator: { eventTypes: ['purchase', 'refund'], aggregation: 'sum' },
}
const orderValue: MetricDefinition = {
  ...base,
  id: 'm3',
  key: 'order_value',
  kind: 'RATIO',
  numerator: { eventTypes: ['purchase'], aggregation: 'sum' },
  denominator: { eventTypes: ['purchase'], aggregation: 'count' },
}
const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: null,
  window: { from: null, to: null, daysSinceExposure: null },
}

/** A user of these tests: purchases, refunds, and a segment. */
interface User {
  variant: number
  orders: number[]
  refund: number
  device: string | null
}

/** The aggregates of users, as an engine makes them. */
function aggregate(plan: AggregationPlan, users: User[]): Aggregates {
  const coded = (texts: (string | null)[]) => {
    const dictionary = new Dictionary()
    return {
      codes: Int32Array.from(texts, (text) => (text === null ? -1 : dictionary.codeOf(text))),
      values: dictionary.values,
    }
  }
  const unitsOf = (numbers: number[]) => Int32Array.from(numbers.flatMap((number) => [number, number]))
  const numbers = users.map((_, number) => number)
  const rows = new UnitRows({ from: -Infinity, to: Infinity, horizon: Infinity }, plan.segments)
  rows.addExposures({
    units: unitsOf(numbers),
    times: new Float64Array(users.length),
    variants: coded(users.map(({ variant }) => plan.variants[variant]!)),
    attributes: new Map(plan.segments.map((name) => [name, coded(users.map(({ device }) => device))])),
  })
  const events = users.flatMap(({ orders, refund }, number) => [
    ...orders.map((value) => ({ number, type: 'purchase', value })),
    ...(refund === 0 ? [] : [{ number, type: 'refund', value: refund }]),
  ])
  rows.addEvents(
    {
      units: unitsOf(events.map(({ number }) => number)),
      times: new Float64Array(events.length).fill(1),
      types: coded(events.map(({ type }) => type)),
      values: Float64Array.from(events, ({ value }) => value),
    },
    false,
  )
  return aggregateUnits(plan, rows, { firstEventAt: null, lastEventAt: null })
}

function analyse(
  users: User[],
  metrics: MetricDefinition[],
  options: Partial<AnalysisSettings> = {},
  variants = ['c', 't'],
) {
  const all = { ...settings, ...options }
  const plan = planAnalysis(metrics, variants, all)
  return analyseExperiment(metrics, plan, aggregate(plan, users), all)
}

const user: fc.Arbitrary<User> = fc.record({
  variant: fc.integer({ min: 0, max: 1 }),
  orders: fc.array(
    fc.integer({ min: 1, max: 5000 }).map((cents) => cents / 100),
    { maxLength: 3 },
  ),
  refund: fc.constantFrom(0, 0, 0, -3.5),
  device: fc.constantFrom('mobile', 'desktop', 'tablet', null),
})

test('measures that metrics share are computed once', () => {
  const plan = planAnalysis(
    [conversion, revenue, orderValue, { ...revenue, id: 'm4', key: 'again' }],
    ['c', 't'],
    settings,
  )
  // Each once since exposure and once before it; the pairs of the ratio and, for taking revenue apart, three more.
  expect(plan.measures).toHaveLength(8)
  expect(plan.pairs).toHaveLength(5)
  expect(plan.cells).toHaveLength(1)
  expect(Object.isFrozen(plan.measures[0])).toBe(true)
})

test('a metric’s p-value is below alpha if and only if both intervals exclude no effect', () => {
  fc.assert(
    fc.property(fc.array(user, { maxLength: 60 }), fc.constantFrom(0.8, 0.9, 0.95, 0.99), (users, level) => {
      for (const row of analyse(users, [conversion, revenue, orderValue], { level })) {
        if (row.pValue === null) continue
        expect(excludesZero(row.effect!.confidenceInterval)).toBe(row.pValue < alphaOf(level))
        if (row.relativeEffect !== null)
          expect(excludesZero(row.relativeEffect.confidenceInterval)).toBe(row.pValue < alphaOf(level))
      }
    }),
    { numRuns: 300, seed: 6 },
  )
})

test('what cannot be computed says why, and nothing is NaN or infinite', () => {
  const noNumbersAstray = (value: unknown): void => {
    if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true)
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(noNumbersAstray)
  }
  fc.assert(
    fc.property(fc.array(user, { maxLength: 6 }), (users) => {
      for (const row of analyse(users, [conversion, revenue, orderValue], {
        segment: { attribute: 'device', top: 2 },
      })) {
        noNumbersAstray(row)
        expect(row.pValue === null).toBe(row.notComputable !== null)
        if (row.notComputable !== null) expect(row.notComputable.message.length).toBeGreaterThan(20)
      }
    }),
    { numRuns: 300, seed: 7 },
  )
})

const shop = (variant: number, buyers: number, others: number): User[] => [
  ...Array.from({ length: buyers }, (_, i) => ({
    variant,
    orders: [10 + (i % 7)],
    refund: 0,
    device: i % 3 === 0 ? 'mobile' : 'desktop',
  })),
  ...Array.from({ length: others }, (_, i) => ({
    variant,
    orders: [],
    refund: 0,
    device: i % 4 === 0 ? 'mobile' : null,
  })),
]

test('chi-square is replaced by the exact test when users are few, and says why', () => {
  const [few] = analyse([...shop(0, 1, 20), ...shop(1, 4, 20)], [conversion])
  expect(few).toMatchObject({
    method: 'FISHER_EXACT',
    methodReason: expect.stringMatching(/below 5/) as string,
    statistic: null,
  })
  const [many] = analyse([...shop(0, 30, 200), ...shop(1, 40, 200)], [conversion])
  expect(many).toMatchObject({ method: 'CHI_SQUARE' })
})

test('beside the exact test too, an interval leaves out no effect just when the p-value is significant', () => {
  const methods = [{ metric: 'conversion', method: 'FISHER_EXACT' as const }]
  let disagreements = 0
  for (let control = 0; control <= 9; control++) {
    for (let treatment = 0; treatment <= 7; treatment++) {
      const users = [...shop(0, control, 9 - control), ...shop(1, treatment, 7 - treatment)]
      const [exact] = analyse(users, [conversion], { methods })
      const [score] = analyse(users, [conversion], { methods: [{ metric: 'conversion', method: 'CHI_SQUARE' }] })
      if (exact!.pValue === null) continue
      const isSignificant = exact!.pValue < 0.05
      for (const effect of [exact!.effect, exact!.relativeEffect]) {
        if (effect)
          expect([control, treatment, excludesZero(effect.confidenceInterval)]).toEqual([
            control,
            treatment,
            isSignificant,
          ])
      }
      // Only what is said of no effect is settled: the other end is the score interval's.
      const { lower, upper } = exact!.effect!.confidenceInterval
      const before = score!.effect!.confidenceInterval
      if (lower !== before.lower || upper !== before.upper) disagreements++
      expect(lower === before.lower || upper === before.upper).toBe(true)
    }
  }
  expect(disagreements).toBeGreaterThan(0)
})

test('a rank test can replace the test of means; beside it it always stands', () => {
  const users = [...shop(0, 30, 100), ...shop(1, 50, 100)]
  const [welch] = analyse(users, [revenue])
  const [rank] = analyse(users, [revenue], { methods: [{ metric: 'revenue', method: 'MANN_WHITNEY' }] })
  expect(welch).toMatchObject({ method: 'WELCH_T' })
  expect(rank).toMatchObject({
    method: 'MANN_WHITNEY',
    pValue: welch!.rank!.pValue,
    relativeEffect: null,
    statistic: welch!.rank!.statistic,
  })
})

test('a guardrail is seen to get worse where only gains are looked for', () => {
  const guardrail: MetricDefinition = { ...conversion, role: 'GUARDRAIL' }
  const users = [...shop(0, 200, 300), ...shop(1, 100, 400)]
  const [usual] = analyse(users, [guardrail])
  const [gains] = analyse(users, [guardrail], { alternative: 'greater' })
  expect(gains).toEqual({ ...usual, notes: ['Guardrails are tested in both directions.'] })
  expect(gains!.isSignificant).toBe(true)
  const [primary] = analyse(users, [{ ...conversion, role: 'PRIMARY' }], { alternative: 'greater' })
  expect(primary!.isSignificant).toBe(false)
})

test('p-values are adjusted within all metrics and treatments, and segments on their own', () => {
  const users = [...shop(0, 30, 300), ...shop(1, 60, 300), ...shop(2, 45, 300)]
  const rows = analyse(users, [conversion, revenue], { segment: { attribute: 'device', top: 10 } }, ['c', 't1', 't2'])
  const all = rows.filter(({ segment }) => segment === null)
  expect(all.map(({ metricKey, treatmentId }) => [metricKey, treatmentId])).toEqual([
    ['conversion', 't1'],
    ['conversion', 't2'],
    ['revenue', 't1'],
    ['revenue', 't2'],
  ])
  expect(all.every(({ family, familySize }) => family === 'all metrics' && familySize === 4)).toBe(true)
  const segments = rows.filter(({ segment }) => segment !== null)
  expect(new Set(segments.map(({ family }) => family))).toEqual(new Set(['segments']))
  expect(segments[0]!.familySize).toBe(segments.filter(({ pValue }) => pValue !== null).length)
  for (const row of rows) if (row.pValue !== null) expect(row.adjustedPValue).toBeGreaterThanOrEqual(row.pValue)
  const unadjusted = analyse(users, [conversion, revenue], { correction: 'NONE' }, ['c', 't1', 't2'])
  expect(unadjusted.map(({ pValue }) => pValue)).toEqual(unadjusted.map(({ adjustedPValue }) => adjustedPValue))
})

test('the largest segments get rows, the others one together, and all of them hold every user', () => {
  const users = [...shop(0, 30, 300), ...shop(1, 60, 300)]
  const rows = analyse(users, [conversion], { segment: { attribute: 'device', top: 1 } }).filter(
    ({ segment }) => segment !== null,
  )
  expect(rows.map(({ segment }) => segment)).toEqual([
    { attribute: 'device', value: null, isOther: false },
    { attribute: 'device', value: null, isOther: true },
  ])
  expect(rows.reduce((sum, { control, treatment }) => sum + control.n + treatment.n, 0)).toBe(users.length)
  expect(rows.reduce((sum, { control, treatment }) => sum + control.total + treatment.total, 0)).toBe(90)
})
