import { describe, expect, test } from 'vitest'
import { BUSY_UNIT_EVENTS, type DataQuality, type Group } from '../../engine/plan.ts'
import { positionOf } from '../../engine/merge-plans.ts'
import { planAnalysis } from '../analyse-experiment.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import type { ResultRow } from '../result-row.ts'
import type { AnalysisSettings } from '../settings.ts'
import { checkHealth } from './check-health.ts'
import type { HealthCheck, HealthSubject } from './health-check.ts'

const settings: AnalysisSettings = {
  level: 0.95,
  alternative: 'two-sided',
  correction: 'BENJAMINI_HOCHBERG',
  methods: [],
  segment: null,
  window: { from: null, to: '2026-06-15T00:00:00Z', daysSinceExposure: null },
}
const metrics: MetricDefinition[] = [
  {
    id: 'm1',
    key: 'conversion',
    kind: 'PROPORTION',
    numerator: { eventTypes: ['purchase'], aggregation: 'any' },
    denominator: null,
    goal: 'INCREASE',
    role: 'PRIMARY',
  },
  {
    id: 'm2',
    key: 'revenue',
    kind: 'MEAN',
    numerator: { eventTypes: ['purchase'], aggregation: 'sum' },
    denominator: null,
    goal: 'INCREASE',
    role: 'SECONDARY',
  },
]
const quality: DataQuality = {
  exposedUnits: 2000,
  contaminatedUnits: 0,
  repeatedlyExposedUnits: 0,
  otherVariantUnits: 0,
  eventsWithoutExposure: 0,
  eventsBeforeExposure: 0,
  unitsWithEventsBeforeExposure: 0,
  busyUnits: 0,
  mostEventsOfAUnit: 12,
  exposuresByDay: [],
  firstEventAt: '2026-06-01T00:00:00Z',
  lastEventAt: '2026-06-14T23:00:00Z',
}
const lineage = { rows: 0, rejectedRows: 0, events: 0, duplicateEvents: 0, disagreeingRows: 0, futureRows: 0 }

interface Given {
  users?: number[]
  splits?: number[]
  quality?: Partial<DataQuality>
  lineage?: Partial<typeof lineage>
  rows?: ResultRow[]
  isOver?: boolean
  attribute?: string
  segments?: Group[]
  /** Rate of users with a purchase before their first exposure, by variant. */
  earlyRates?: number[]
}

function checksOf(given: Given): HealthCheck[] {
  const users = given.users ?? [1000, 1000]
  const all: AnalysisSettings = {
    ...settings,
    segment: given.attribute === undefined ? null : { attribute: given.attribute, top: 10 },
  }
  const plan = planAnalysis(
    metrics,
    users.map((_, index) => `variant-${index}`),
    all,
  )
  const early = positionOf(plan.measures, { ...metrics[0]!.numerator, before: true })
  const groups = users.map((n, variant): Group => {
    const zeros = plan.measures.map(() => 0)
    const rate = given.earlyRates?.[variant] ?? 0
    const means = zeros.map((_, measure) => (measure === early ? rate : 0))
    const m2 = zeros.map((_, measure) => (measure === early ? n * rate * (1 - rate) : 0))
    return { variant, segment: null, n, means, m2, products: plan.pairs.map(() => 0) }
  })
  const subject: HealthSubject = {
    plan,
    aggregates: {
      groups: [...groups, ...(given.segments ?? [])],
      cells: [],
      quality: { ...quality, ...given.quality },
    },
    metrics,
    settings: all,
    trafficSplits: given.splits ?? users.map(() => 1 / users.length),
    lineage: { ...lineage, ...given.lineage },
    rows: given.rows ?? [],
    isOver: given.isOver ?? true,
  }
  return checkHealth(subject)
}

function checkOf(name: HealthCheck['name'], given: Given): HealthCheck {
  return checksOf(given).find((check) => check.name === name)!
}

const ratioOf = (...users: number[]) => checkOf('SAMPLE_RATIO_MISMATCH', { users })

test('every check that does not pass says what to do, and names are distinct', () => {
  const ill: Given = {
    users: [1200, 800],
    quality: {
      ...{ contaminatedUnits: 500, eventsWithoutExposure: 50, busyUnits: 3, mostEventsOfAUnit: 9000 },
      ...{ eventsBeforeExposure: 5000, unitsWithEventsBeforeExposure: 1900 },
      exposuresByDay: [
        { day: '2026-06-01', counts: [600, 600] },
        { day: '2026-06-09', counts: [600, 200] },
      ],
    },
    earlyRates: [0.5, 0.7],
    lineage: { rows: 10, rejectedRows: 5, events: 100, duplicateEvents: 50, disagreeingRows: 3, futureRows: 2 },
  }
  const checks = checksOf(ill)
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length)
  const failing = checks.filter(({ verdict }) => verdict !== 'PASS')
  expect(failing.length).toBeGreaterThan(9)
  for (const { name, action } of failing) expect(action, name).toMatch(/\.$/)
})

describe('the split of the users', () => {
  test('that chance explains passes', () => {
    expect(ratioOf(1_010, 990)).toMatchObject({ verdict: 'PASS' })
  })

  test('that chance does not explain fails, with the shares found and configured', () => {
    expect(ratioOf(1_200, 800)).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining('split 60.0% / 40.0% where 50.0% / 50.0% was configured') as string,
    })
  })

  test('is told in users where the shares would look alike', () => {
    expect(ratioOf(10_004_000, 9_996_000)).toMatchObject({ verdict: 'PASS' })
    expect(ratioOf(50_020_000, 49_980_000)).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining(
        'split 50,020,000 / 49,980,000 where 50,000,000 / 50,000,000 would be as configured',
      ) as string,
    })
  })

  test('with users where none may be fails, however few', () => {
    const given = { users: [50_000, 50_000, 1], splits: [0.5, 0.5, 0] }
    const check = checkOf('SAMPLE_RATIO_MISMATCH', given)
    expect(check).toMatchObject({ verdict: 'FAIL', pValue: 0, count: 1 })
    expect(check.message).toMatch(/^1 users are in a variant that gets none of the traffic/)
  })

  test('with a closed variant that is empty passes, and nobody waits for its users', () => {
    const given = { users: [1010, 990, 0], splits: [0.5, 0.5, 0] }
    expect(checkOf('SAMPLE_RATIO_MISMATCH', given).verdict).toBe('PASS')
    expect(checkOf('TOO_FEW_USERS', given)).toMatchObject({ verdict: 'PASS', count: 990 })
  })

  test('with a variant that got nobody although it should fails twice', () => {
    const given = { users: [1000, 1000, 0], splits: [0.4, 0.4, 0.2] }
    expect(checkOf('SAMPLE_RATIO_MISMATCH', given).verdict).toBe('FAIL')
    expect(checkOf('TOO_FEW_USERS', given)).toMatchObject({ verdict: 'FAIL', message: 'A variant has no users.' })
  })
})

describe('the split after each day', () => {
  const days = (...counts: number[][]) =>
    counts.map((own, index) => ({ day: `2026-06-${String(index + 1).padStart(2, '0')}`, counts: own }))

  test('that was broken once fails, although the total looks sound', () => {
    const exposuresByDay = days([700, 300], [300, 690])
    const given = { users: [1000, 990], quality: { exposuresByDay } }
    expect(checkOf('SAMPLE_RATIO_MISMATCH', given).verdict).toBe('PASS')
    expect(checkOf('SAMPLE_RATIO_MISMATCH_ANY_TIME', given)).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining('worst after 2026-06-01') as string,
    })
  })

  test('that was sound passes', () => {
    const exposuresByDay = days([505, 495], [495, 505])
    expect(checkOf('SAMPLE_RATIO_MISMATCH_ANY_TIME', { quality: { exposuresByDay } }).verdict).toBe('PASS')
  })
})

describe('where a mismatch comes from', () => {
  const segment = (value: string | null, counts: number[]): Group[] =>
    counts.map((n, variant) => ({
      variant,
      segment: { attribute: 'browser', value },
      n,
      means: [],
      m2: [],
      products: [],
    }))
  const exposuresByDay = [
    { day: '2026-06-01', counts: [500, 500] },
    { day: '2026-06-02', counts: [500, 210] },
    { day: '2026-06-03', counts: [500, 490] },
  ]

  test('is told by day and by value, the largest share first, and named in what to do', () => {
    const given: Given = {
      users: [1500, 1200],
      attribute: 'browser',
      segments: [...segment('firefox', [500, 495]), ...segment('safari', [500, 205]), ...segment(null, [500, 500])],
      quality: { exposuresByDay },
    }
    const { parts, action } = checkOf('SAMPLE_RATIO_MISMATCH', given)
    expect(parts!.map(({ attribute, value }) => [attribute, value])).toEqual([
      [null, '2026-06-02'],
      [null, '2026-06-03'],
      [null, '2026-06-01'],
      ['browser', 'safari'],
      ['browser', 'firefox'],
      ['browser', null],
    ])
    const [day] = parts!
    expect(day).toMatchObject({ users: [500, 210], expected: [355, 355] })
    expect(day!.share).toBeCloseTo(145 / 150, 12)
    expect(day!.pValue).toBeLessThan(1e-20)
    const sum = parts!.slice(0, 3).reduce((total, { share }) => total + share, 0)
    expect(sum).toBeCloseTo(1, 12)
    expect(action).toMatch(/Users with browser safari make 98% of the mismatch\.$/)
  })

  test('is not asked while the split is sound', () => {
    const sound = { exposuresByDay: exposuresByDay.slice(0, 1) }
    expect(checkOf('SAMPLE_RATIO_MISMATCH', { quality: sound }).parts).toBeUndefined()
  })
})

describe('the balance before exposure', () => {
  const history = { eventsBeforeExposure: 400, unitsWithEventsBeforeExposure: 400 }
  const balanceOf = (earlyRates: number[]) =>
    checkOf('BALANCE_BEFORE_EXPOSURE', {
      users: [10_000, 10_000],
      quality: { ...history, exposedUnits: 20_000 },
      earlyRates,
    })

  test('passes for users who were alike, and with no history', () => {
    expect(balanceOf([0.1, 0.102])).toMatchObject({ verdict: 'PASS', count: 1 })
    expect(checkOf('BALANCE_BEFORE_EXPOSURE', {})).toMatchObject({ verdict: 'PASS', pValue: null })
  })

  test('warns of what is unlikely and fails where chance is out of the question, with the metric', () => {
    // Standard error 0.00424: 2.8 and 7 of them.
    expect(balanceOf([0.1, 0.112])).toMatchObject({ verdict: 'WARN' })
    const failed = balanceOf([0.1, 0.13])
    expect(failed).toMatchObject({ verdict: 'FAIL' })
    expect(failed.message).toContain('differed in "conversion" by 30.0%')
  })
})

describe('times of events', () => {
  test('in the future are a warning', () => {
    expect(checkOf('EVENTS_OUT_OF_TIME', { lineage: { futureRows: 7 } })).toMatchObject({ verdict: 'WARN', count: 7 })
  })

  test('that end long before the analysed time are a warning once that is over', () => {
    const given: Given = { quality: { lastEventAt: '2026-06-11T12:00:00Z' } }
    expect(checkOf('EVENTS_OUT_OF_TIME', given)).toMatchObject({ verdict: 'WARN', count: 3 })
    expect(checkOf('EVENTS_OUT_OF_TIME', { ...given, isOver: false }).verdict).toBe('PASS')
    expect(checkOf('EVENTS_OUT_OF_TIME', { quality: { lastEventAt: '2026-06-14T10:00:00Z' } }).verdict).toBe('PASS')
  })

  test('before the exposure of most users are a warning', () => {
    const given = (units: number) => ({
      quality: { eventsBeforeExposure: 5000, unitsWithEventsBeforeExposure: units },
    })
    expect(checkOf('EVENTS_BEFORE_EXPOSURE', given(900)).verdict).toBe('PASS')
    expect(checkOf('EVENTS_BEFORE_EXPOSURE', given(1100))).toMatchObject({ verdict: 'WARN', share: 0.55 })
  })
})

test('users with more events than people make are a warning with the bound', () => {
  expect(checkOf('BOT_LIKE_USERS', {})).toMatchObject({ verdict: 'PASS', count: 0 })
  const check = checkOf('BOT_LIKE_USERS', { quality: { busyUnits: 2, mostEventsOfAUnit: 12_345 } })
  expect(check).toMatchObject({ verdict: 'WARN', count: 2, share: 0.001 })
  expect(check.message).toContain(`more than ${BUSY_UNIT_EVENTS} measured events, up to 12,345`)
})

describe('a lift that is too good', () => {
  const row = (lower: number | null, upper: number | null, metricKey = 'conversion') =>
    ({
      metricKey,
      segment: null,
      adjustedRelativeEffect: null,
      relativeEffect: {
        estimate: 0.5,
        standardError: null,
        confidenceInterval: { kind: 'interval', lower, upper, level: 0.95 },
      },
    }) as ResultRow

  test('is one of which the whole interval is', () => {
    expect(checkOf('SUSPICIOUS_LIFT', { rows: [row(0.1, 0.9), row(-0.2, 0.1)] }).verdict).toBe('PASS')
    const check = checkOf('SUSPICIOUS_LIFT', { rows: [row(0.4, 0.9), row(0.1, 0.2), row(-0.9, -0.6, 'revenue')] })
    expect(check).toMatchObject({ verdict: 'WARN', count: 2 })
    expect(check.message).toContain('The lift of "revenue" is at least 60.0% by its interval, and 1 more is as large')
  })

  test('may be unbounded on the far side', () => {
    expect(checkOf('SUSPICIOUS_LIFT', { rows: [row(1.6, null)] }).verdict).toBe('WARN')
  })
})
