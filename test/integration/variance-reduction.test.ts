import type { Analysis, MetricResult, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { cupedOf } from '../testkit/adjusted-means.ts'
import { delimited, type EventRecord } from '../testkit/event-records.ts'
import { numbersOf, rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { seededRandom } from '../testkit/seeded-random.ts'
import { hasSharedDatasets, referenceOf, sharedText, titleOf } from '../testkit/shared-datasets.ts'
import { useServer } from '../testkit/use-server.ts'
import { expectUserError } from '../testkit/user-errors.ts'

/** The same formulas, added up in another order. */
const REARRANGED = { relative: 1e-9, absolute: 1e-12 }

const run = useServer({ env: { UNIT_TABLE_MIN_EVENTS: '1' } })

/** A user who spent before the exposure, or did not, and after it spends in about the same way. */
interface Shopper {
  id: string
  variant: string
  device: string
  /** Values of the purchases before the exposure and after it. */
  before: number[]
  after: number[]
}

const { next: random } = seededRandom(20260611)
const cents = (value: number): number => Math.round(value * 100) / 100

const shoppers = Array.from({ length: 900 }, (_, index): Shopper => {
  const variant = index % 2 === 0 ? 'control' : 'treatment'
  const wealth = -Math.log(1 - random()) * 20
  const spends = (share: number): number[] => (random() < share ? [cents(1 + wealth * (0.6 + 0.8 * random()))] : [])
  const lift = variant === 'treatment' ? 2 : 0
  const after = [...spends(0.7), ...spends(0.3)].map((value) => cents(value + lift))
  // One in three hundred is a shop of its own.
  const bulk = index % 300 === 7 ? [cents(4000 + 1000 * random())] : []
  return {
    id: `shopper-${index}`,
    variant,
    device: index % 3 === 0 ? 'desktop' : 'mobile',
    before: index % 5 === 0 ? [] : [...spends(0.9), ...spends(0.4)],
    after: [...after, ...bulk],
  }
})

function eventsOf(users: Shopper[], hasHistory: boolean): EventRecord[] {
  return users.flatMap(({ id, variant, device, before, after }) => {
    const own = { user_id: id, device }
    const bought = (value: number, hour: number): EventRecord => ({
      ...own,
      variant_id: null,
      event_type: 'purchase',
      value,
      timestamp: new Date(Date.UTC(2026, 5, 10, hour)).toISOString(),
    })
    return [
      { ...own, variant_id: variant, event_type: 'exposure', value: null, timestamp: '2026-06-10T12:00:00Z' },
      ...(hasHistory ? before.map((value, index) => bought(value, 2 + index)) : []),
      ...after.map((value, index) => bought(value, 13 + index)),
    ]
  })
}

async function experimentWith(key: string, events: EventRecord[]): Promise<string> {
  const { id } = await run.client.createExperiment({
    key,
    name: key,
    metrics: [
      { key: 'revenue_per_visitor', role: 'PRIMARY' },
      { key: 'average_order_value', role: 'SECONDARY' },
      { key: 'conversion', role: 'SECONDARY' },
    ],
  })
  await run.client.uploadEvents({ experimentId: id, file: new File([delimited(events)], `${key}.csv`) }).result()
  return id
}

let experimentId: string
let withoutHistory: string

beforeAll(async () => {
  experimentId = await experimentWith('with-history', eventsOf(shoppers, true))
  withoutHistory = await experimentWith('without-history', eventsOf(shoppers, false))
})

const analyse = (input: Partial<RunAnalysisInput> = {}): Promise<Analysis> =>
  run.client.runAnalysis({ experimentId, ...input }).result()

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0)

function expectAdjusted(row: MetricResult, expected: ReturnType<typeof cupedOf>): void {
  const { theta, effect, standardError, ...audit } = expected
  expect(row.method).toBe('CUPED')
  expect(row.varianceReduction).toEqualNearly(
    { ...row.varianceReduction!, ...audit, applied: true, fallbackReason: null },
    REARRANGED,
  )
  expect(row.varianceReduction!.covariates).toEqualNearly([{ metric: row.metric.key, theta }], REARRANGED)
  expect([row.effect!.estimate, row.effect!.standardError]).toEqualNearly([effect, standardError], REARRANGED)
  expect(row.statistic).toEqualNearly(effect / standardError, REARRANGED)
}

describe('CUPED', () => {
  test('a mean is adjusted by its own value before the exposure', async () => {
    const analysis = await analyse({ varianceReduction: { kind: 'CUPED' } })
    expect(analysis.settings.varianceReduction).toEqual({ kind: 'CUPED', covariates: null })
    const row = rowOf(analysis, 'revenue_per_visitor')
    expectAdjusted(
      row,
      cupedOf(shoppers.map(({ variant, before, after }) => ({ variant, before: sum(before), after: sum(after) }))),
    )
    const idle = shoppers.filter(({ before }) => before.length === 0).length
    expect(row.varianceReduction!.shareWithoutPrePeriod).toEqualNearly(idle / shoppers.length, REARRANGED)
    expect(row.varianceReduction!.balancePValue).toBeGreaterThan(0.001)
    expect(row.adjustments[0]).toContain('CUPED')
  })

  test('a ratio is adjusted by the ratio before, through what each user adds to both', async () => {
    const row = rowOf(await analyse({ varianceReduction: { kind: 'CUPED' } }), 'average_order_value')
    const linear = ['control', 'treatment'].flatMap((variant) => {
      const own = shoppers.filter((user) => user.variant === variant)
      const valuesOf = (pick: (user: Shopper) => number[]): number[] => {
        const orders = sum(own.map((user) => pick(user).length)) / own.length
        const ratio = sum(own.map((user) => sum(pick(user)))) / own.length / orders
        return own.map((user) => ratio + (sum(pick(user)) - ratio * pick(user).length) / orders)
      }
      const [before, after] = [valuesOf((user) => user.before), valuesOf((user) => user.after)]
      return own.map((user, i) => ({ variant, before: before[i]!, after: after[i]!, denominator: user.after.length }))
    })
    expectAdjusted(row, cupedOf(linear))
  })

  test('goes together with looks: the test is the adjusted one, and its interval holds over all looks', async () => {
    const varianceReduction = { kind: 'CUPED' as const }
    const fixed = await analyse({ varianceReduction })
    const looked = await analyse({ varianceReduction, looks: { kind: 'ALWAYS_VALID', tunedFor: 500 } })
    for (const key of ['revenue_per_visitor', 'average_order_value']) {
      const [one, any] = [rowOf(fixed, key), rowOf(looked, key)]
      expect(any.method).toBe('CUPED')
      expect(any.look!.testPValue).toBe(one.pValue)
      expect(any.pValue!).toBeGreaterThan(one.pValue!)
      expect(any.effect!.estimate).toBe(one.effect!.estimate)
      const [own, narrow] = [any.effect!.confidenceInterval, one.effect!.confidenceInterval]
      expect(own.lower!).toBeLessThan(narrow.lower!)
      expect(own.upper!).toBeGreaterThan(narrow.upper!)
      expect(any.varianceReduction).toEqual(one.varianceReduction)
    }
  })

  test('a proportion is adjusted by whether users did it before', async () => {
    const row = rowOf(await analyse({ varianceReduction: { kind: 'CUPED' } }), 'conversion')
    const binary = shoppers.map(({ variant, before, after }) => ({
      variant,
      before: Math.min(1, before.length),
      after: Math.min(1, after.length),
    }))
    expectAdjusted(row, cupedOf(binary))
  })

  test('several covariates take away at least what one does', async () => {
    const [one, two] = await Promise.all(
      [['revenue_per_visitor'], ['revenue_per_visitor', 'orders_per_visitor']].map((covariates) =>
        analyse({ metrics: ['revenue_per_visitor'], varianceReduction: { kind: 'CUPED', covariates } }),
      ),
    )
    const [ofOne, ofTwo] = [one!, two!].map((analysis) => rowOf(analysis, 'revenue_per_visitor').varianceReduction!)
    expect(ofTwo!.covariates.map(({ metric }) => metric)).toEqual(['revenue_per_visitor', 'orders_per_visitor'])
    // The slopes make the variance within all arms least, which for two arms of equal size is that of the effect.
    expect(ofTwo!.varianceBought!).toBeGreaterThanOrEqual(ofOne!.varianceBought! - 1e-9)
  })

  test('events and unit table, all users and segments give adjusted rows', async () => {
    const settings: Partial<RunAnalysisInput> = { varianceReduction: { kind: 'CUPED' }, segmentBy: 'device' }
    const [byTable, byEvents] = await Promise.all([analyse(settings), analyse({ ...settings, daysSinceExposure: 30 })])
    expect([byTable.engine, byEvents.engine]).toEqual(['polars, unit table', 'polars, events'])
    expect(numbersOf(byEvents)).toEqualNearly(numbersOf(byTable), { relative: 1e-8, absolute: 1e-10 })
    expect(byTable.segments.map(({ varianceReduction }) => varianceReduction!.applied)).not.toContain(false)
  })

  test('without any event before the exposure the plain rows are shown, with the reason', async () => {
    const ask = (input: Partial<RunAnalysisInput>) => analyse({ experimentId: withoutHistory, ...input })
    const [plain, adjusted] = await Promise.all([ask({}), ask({ varianceReduction: { kind: 'CUPED' } })])
    for (const row of adjusted.results) {
      const { varianceReduction, ...rest } = row
      expect(varianceReduction).toMatchObject({ applied: false, varianceBought: null, shareWithoutPrePeriod: 1 })
      expect(varianceReduction!.fallbackReason).toContain('No user did any of it before the exposure')
      const { varianceReduction: none, ...expected } = rowOf(plain, row.metric.key)
      expect(none).toBeNull()
      expect({ ...rest, id: '' }).toEqual({ ...expected, id: '' })
    }
  })

  test('ranks are not adjusted, and say so', async () => {
    const analysis = await analyse({
      varianceReduction: { kind: 'CUPED' },
      methods: [{ metric: 'revenue_per_visitor', method: 'MANN_WHITNEY' }],
    })
    const row = rowOf(analysis, 'revenue_per_visitor')
    expect(row.method).toBe('MANN_WHITNEY')
    expect(row.varianceReduction!.fallbackReason).toContain('Ranks are not adjusted')
  })
})

describe('winsorization', () => {
  /** Percentile between order statistics of the values other than 0 of all variants. */
  function percentile(values: number[], share: number): number {
    const sorted = values.filter((value) => value !== 0).sort((a, b) => a - b)
    const place = (sorted.length - 1) * share
    const below = Math.floor(place)
    return sorted[below]! + (place - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!)
  }
  const spent = shoppers.map(({ after }) => sum(after))
  const meanOf = (variant: string, change: (value: number) => number): number => {
    const own = shoppers.filter((user) => user.variant === variant).map(({ after }) => change(sum(after)))
    return sum(own) / own.length
  }

  test.each([
    { what: 'the unit table', input: {} },
    { what: 'the events', input: { daysSinceExposure: 30 } },
  ])('brings values to percentiles of all variants together, from $what', async ({ input }) => {
    const analysis = await analyse({ ...input, winsorization: { upperPercentile: 0.98, lowerPercentile: 0.05 } })
    const [least, most] = [percentile(spent, 0.05), percentile(spent, 0.98)]
    const change = (value: number): number => (value === 0 ? 0 : Math.max(least, Math.min(most, value)))
    const row = rowOf(analysis, 'revenue_per_visitor')
    expect([row.controlStatistics.mean, row.treatmentStatistics.mean]).toEqualNearly(
      [meanOf('control', change), meanOf('treatment', change)],
      REARRANGED,
    )
    const outside = spent.filter((value) => value !== 0 && (value < least || value > most)).length
    expect(row.adjustments[0]).toContain(`changes ${outside} of`)
    expect(analysis.settings.winsorization).toEqual({ upperPercentile: 0.98, lowerPercentile: 0.05, cap: null })
  })

  test('a cap of its own cuts sums, and leaves counts', async () => {
    const analysis = await analyse({
      metrics: ['revenue_per_visitor', 'orders_per_visitor'],
      winsorization: { cap: 1.5 },
      segmentBy: 'device',
    })
    const row = rowOf(analysis, 'revenue_per_visitor')
    expect(row.controlStatistics.mean).toEqualNearly(
      meanOf('control', (value) => Math.min(1.5, value)),
      REARRANGED,
    )
    expect(row.adjustments[0]).toBe('values: values above 1.5 count as 1.5')
    const plain = rowOf(await analyse({ metrics: ['orders_per_visitor'] }), 'orders_per_visitor')
    expect(rowOf(analysis, 'orders_per_visitor').controlStatistics).toEqual(plain.controlStatistics)
    for (const { controlStatistics, metric } of analysis.segments) {
      if (metric.key === 'revenue_per_visitor') expect(controlStatistics.mean!).toBeLessThanOrEqual(1.5)
    }
  })

  test('goes together with CUPED: both periods are cut', async () => {
    const analysis = await analyse({
      winsorization: { upperPercentile: 0.97 },
      varianceReduction: { kind: 'CUPED' },
    })
    const [most, mostBefore] = [
      percentile(spent, 0.97),
      percentile(
        shoppers.map(({ before }) => sum(before)),
        0.97,
      ),
    ]
    const users = shoppers.map(({ variant, before, after }) => ({
      variant,
      before: Math.min(mostBefore, sum(before)),
      after: Math.min(most, sum(after)),
    }))
    expectAdjusted(rowOf(analysis, 'revenue_per_visitor'), cupedOf(users))
  })
})

test('an adjusted, cut and believed answer is verified: by its kept sums to the byte, and by the data', async () => {
  const analysis = await analyse({
    winsorization: { upperPercentile: 0.95 },
    varianceReduction: { kind: 'CUPED', covariates: ['orders_per_visitor'] },
    bayesian: {},
    liftInterval: 'LOG',
    segmentBy: 'device',
  })
  expect(await run.client.verifyAnalysis(analysis.id)).toMatchObject({ outcome: 'SAME', differences: [] })
  expect(await run.client.verifyAnalysis(analysis.id, { source: 'DATA' })).toMatchObject({ outcome: 'SAME' })
  const lines = parseCsv(await (await fetch(analysis.reports.csvUrl)).text())
  ;[...analysis.results, ...analysis.segments].forEach(({ varianceReduction, posterior }, index) =>
    expect(lines[index]).toMatchObject({
      variance_bought: String(varianceReduction!.varianceBought),
      plain_effect: String(varianceReduction!.plainEffect),
      chance_to_beat_control: String(posterior!.chanceToBeatControl),
      posterior_lift_lower: String(posterior!.credibleInterval.lower),
    }),
  )
})

interface Adjusted {
  diff_adj: number
  welch_t: number
}

describe.skipIf(!hasSharedDatasets)(titleOf('a published e-mail test with the spending of the year before'), () => {
  test('is adjusted like statsmodels adjusts it', async () => {
    const expected = referenceOf<{ cuped_spend_by_history_mens_vs_control: Adjusted }>('hillstrom')
    const { diff_adj: effect, welch_t: statistic } = expected.cuped_spend_by_history_mens_vs_control
    const lines = sharedText('hillstrom/hillstrom.csv.gz').trimEnd().split('\r\n').slice(1)
    const customers = lines
      // The quoted name of a range of spending holds a comma.
      .map((line) => line.replace(/"[^"]*"/, '').split(','))
      .map((fields) => ({ history: Number(fields[2]), variant: fields[8]!, spend: Number(fields[11]) }))
      .filter(({ variant }) => variant !== 'Womens E-Mail')
    const variants = new Map([
      ['No E-Mail', 'control'],
      ['Mens E-Mail', 'treatment'],
    ])
    const events = customers.flatMap(({ history, variant, spend }, index): EventRecord[] => {
      const own = { user_id: `customer-${index}`, device: null }
      const bought = (value: number, timestamp: string): EventRecord[] =>
        value === 0 ? [] : [{ ...own, variant_id: null, event_type: 'purchase', value, timestamp }]
      return [
        ...bought(history, '2026-05-01T00:00:00Z'),
        {
          ...{ ...own, variant_id: variants.get(variant)!, event_type: 'exposure', value: null },
          timestamp: '2026-06-01T00:00:00Z',
        },
        ...bought(spend, '2026-06-10T00:00:00Z'),
      ]
    })
    const id = await experimentWith('hillstrom', events)
    const analysis = await analyse({ experimentId: id, varianceReduction: { kind: 'CUPED' } })
    const row = rowOf(analysis, 'revenue_per_visitor')
    // The published slope is that of all users as one sample, this one that within the variants.
    expect([row.effect!.estimate, row.statistic]).toEqualNearly([effect, statistic], { relative: 1e-4 })
    expect(row.varianceReduction!.covariates[0]!.theta).toBeCloseTo(0.00122, 4)
  }, 120_000)
})

describe('settings that make no sense are refused with their field', () => {
  test.each([
    [{ varianceReduction: { kind: 'CUPED', covariates: ['nothing'] } }, 'varianceReduction.covariates.0', 'NOT_FOUND'],
    [{ varianceReduction: { kind: 'CUPED', covariates: [] } }, 'varianceReduction.covariates', 'INVALID'],
    [{ varianceReduction: { kind: 'NONE', covariates: ['conversion'] } }, 'varianceReduction.covariates', 'INVALID'],
    [{ winsorization: {} }, 'winsorization', 'INVALID'],
    [{ winsorization: { upperPercentile: 99 } }, 'winsorization.upperPercentile', 'INVALID'],
    [{ winsorization: { lowerPercentile: 0.5 } }, 'winsorization.lowerPercentile', 'INVALID'],
    [{ winsorization: { cap: 0 } }, 'winsorization.cap', 'INVALID'],
    [{ winsorization: { cap: 5, upperPercentile: 0.99 } }, 'winsorization.cap', 'INVALID'],
  ] satisfies [Partial<RunAnalysisInput>, string, 'INVALID' | 'NOT_FOUND'][])(
    '%j names %s',
    async (input, field, code) => {
      await expectUserError(run.client.runAnalysis({ experimentId, ...input }).result(), { field, code, says: '' })
    },
  )
})
