import type { Analysis, MetricResult, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { checkOf, rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { expectAgreement } from '../testkit/reference-results.ts'
import {
  sampleExperiment,
  sampleFile,
  sampleUsers,
  type SampleUser,
  type SampleWindow,
} from '../testkit/sample-shop.ts'
import { useServer } from '../testkit/use-server.ts'

/** The same formulas, added up in another order. */
const REARRANGED = { relative: 1e-9, absolute: 1e-12 }

const run = useServer()
let experimentId: string

beforeAll(async () => {
  experimentId = (await run.client.createExperiment({ key: 'sample', ...sampleExperiment })).id
  await run.client.uploadEvents({ experimentId, file: sampleFile }).result()
})

const analyse = (input: Partial<RunAnalysisInput> = {}): Promise<Analysis> =>
  run.client.runAnalysis({ experimentId, ...input }).result()

const of = (users: SampleUser[], variant: string) => users.filter((user) => user.variant === variant)
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

function moments(values: number[]) {
  const mean = sum(values) / values.length
  return { n: values.length, mean, variance: sum(values.map((value) => (value - mean) ** 2)) / (values.length - 1) }
}

/** Pearson's chi-square of two rates, from its definition. */
function chiSquare(x1: number, n1: number, x2: number, n2: number): number {
  const rate = (x1 + x2) / (n1 + n2)
  const cells = [
    [x1, n1 * rate],
    [n1 - x1, n1 * (1 - rate)],
    [x2, n2 * rate],
    [n2 - x2, n2 * (1 - rate)],
  ] as const
  return sum(cells.map(([observed, expected]) => (observed - expected) ** 2 / expected))
}

/** Fisher's exact test: the probability of all tables with these margins that are no more likely than this one. */
function fisherExact(x1: number, n1: number, x2: number, n2: number): number {
  const logFactorials = [0]
  for (let k = 1; k <= n1 + n2; k++) logFactorials.push(logFactorials[k - 1]! + Math.log(k))
  const choose = (n: number, k: number) => logFactorials[n]! - logFactorials[k]! - logFactorials[n - k]!
  const chance = (x: number) => Math.exp(choose(n1, x) + choose(n2, x1 + x2 - x) - choose(n1 + n2, x1 + x2))
  const tables = Array.from({ length: x1 + x2 + 1 }, (_, x) => x).filter((x) => x <= n1 && x1 + x2 - x <= n2)
  return sum(tables.map(chance).filter((one) => one <= chance(x1) * (1 + 1e-7)))
}

/** Benjamini and Hochberg: the least share of false discoveries at which each test would be one of them. */
function falseDiscoveryRates(pValues: number[]): number[] {
  return pValues.map((p) =>
    Math.min(
      1,
      ...pValues
        .filter((other) => other >= p)
        .map((other) => (other * pValues.length) / pValues.filter((one) => one <= other).length),
    ),
  )
}

function expectCounts(row: MetricResult, users: SampleUser[], value: keyof SampleUser): void {
  for (const [variant, arm] of [
    ['control', row.controlStatistics],
    ['treatment', row.treatmentStatistics],
  ] as const) {
    const own = of(users, variant)
    expect(arm.n).toBe(own.length)
    expect(arm.total).toEqualNearly(sum(own.map((user) => Number(user[value]))), REARRANGED)
  }
}

describe('the sample, of which the truth is known', () => {
  test('its flaws are found: as many bad rows, duplicates and contaminated visitors as were put in', async () => {
    const [batch] = (await run.client.batches(experimentId).page()).items
    expect(batch).toMatchObject({ rows: 20_081, rejected: 18, duplicates: 53 })
    const analysis = await analyse()
    expect(checkOf(analysis, 'USERS_IN_SEVERAL_VARIANTS').count).toBe(7)
    expect(checkOf(analysis, 'SAMPLE_RATIO_MISMATCH').verdict).toBe('PASS')
    expect(checkOf(analysis, 'DUPLICATE_EVENTS').count).toBe(53)
    expect(checkOf(analysis, 'REJECTED_ROWS').count).toBe(18)
    // The table of datasets/README.md, which leaves out the two bots: they see much and buy nothing.
    expect(sum(analysis.variants.map(({ users }) => users))).toBe(1635 + 1702 + 2)
    const { controlStatistics, treatmentStatistics } = rowOf(analysis, 'conversion')
    expect(controlStatistics.total).toBe(Math.round(0.2422 * 1635))
    expect(treatmentStatistics.total).toBe(Math.round(0.2902 * 1702))
  })

  test('the decision is to ship what is truly better, and every interval holds the true lift', async () => {
    const analysis = await analyse()
    expect(analysis).toMatchObject({ interim: false, decision: { verdict: 'SHIP', treatment: { key: 'treatment' } } })
    expect(analysis.decision.summary).toBe('Ship treatment: Conversion rate got better.')
    // "truth: control" and "truth: treatment" of datasets/README.md.
    const truth = {
      conversion: [0.2371, 0.2798],
      revenue_per_visitor: [16.33, 19.77],
      average_order_value: [62.89, 64.53],
    } as const
    for (const [metric, [control, treatment]] of Object.entries(truth)) {
      const row = rowOf(analysis, metric)
      const intervals = [
        [row.effect, treatment - control],
        [row.relativeEffect, treatment / control - 1],
      ] as const
      for (const [effect, value] of intervals) {
        expect(effect!.confidenceInterval.lower).toBeLessThan(value)
        expect(effect!.confidenceInterval.upper).toBeGreaterThan(value)
      }
      expectAgreement(row)
    }
  })

  test('counts and statistics are those of the formulas', async () => {
    const analysis = await analyse()
    const users = sampleUsers()
    const [control, treatment] = [of(users, 'control'), of(users, 'treatment')]
    const conversion = rowOf(analysis, 'conversion')
    expectCounts(conversion, users, 'converted')
    const buyers = (own: SampleUser[]) => sum(own.map(({ converted }) => converted))
    expect(conversion).toMatchObject({ method: 'CHI_SQUARE' })
    expect(conversion.statistic).toEqualNearly(
      chiSquare(buyers(control), control.length, buyers(treatment), treatment.length),
      REARRANGED,
    )

    const revenue = rowOf(analysis, 'revenue_per_visitor')
    expectCounts(revenue, users, 'revenue')
    const [c, t] = [control, treatment].map((own) => moments(own.map((user) => user.revenue))) as [
      ReturnType<typeof moments>,
      ReturnType<typeof moments>,
    ]
    const [vc, vt] = [c.variance / c.n, t.variance / t.n]
    expect([revenue.statistic, revenue.degreesOfFreedom]).toEqualNearly(
      [(t.mean - c.mean) / Math.sqrt(vc + vt), (vc + vt) ** 2 / (vc ** 2 / (c.n - 1) + vt ** 2 / (t.n - 1))],
      REARRANGED,
    )

    const orderValue = rowOf(analysis, 'average_order_value')
    for (const [arm, own] of [
      [orderValue.controlStatistics, control],
      [orderValue.treatmentStatistics, treatment],
    ] as const) {
      const [sales, orders] = [sum(own.map((user) => user.sales)), sum(own.map((user) => user.orders))]
      expect([arm.total, arm.denominatorTotal, arm.mean]).toEqualNearly([sales, orders, sales / orders], REARRANGED)
    }
    // What each buyer spent beside the ratio, with the divisors of as many buyers as have the orders (Kish).
    const [ofControl, ofTreatment] = [control, treatment].map((own) => {
      const [sales, orders] = [sum(own.map((user) => user.sales)), sum(own.map((user) => user.orders))]
      const squares = sum(own.map((user) => (user.sales - (sales / orders) * user.orders) ** 2))
      const buyers = orders ** 2 / sum(own.map((user) => user.orders ** 2))
      return { buyers, variance: ((squares / orders) * (buyers / (buyers - 1))) / orders }
    }) as [Record<'buyers' | 'variance', number>, Record<'buyers' | 'variance', number>]
    const variance = ofControl.variance + ofTreatment.variance
    expect([orderValue.effect!.standardError, orderValue.degreesOfFreedom]).toEqualNearly(
      [
        Math.sqrt(variance),
        variance ** 2 /
          (ofControl.variance ** 2 / (ofControl.buyers - 1) + ofTreatment.variance ** 2 / (ofTreatment.buyers - 1)),
      ],
      REARRANGED,
    )
  })
})

describe('a question may ask for', () => {
  test('segments: each has its own users, and p-values are adjusted among them', async () => {
    const analysis = await analyse({ segmentBy: 'device', metrics: ['conversion', 'revenue_per_visitor'] })
    const users = sampleUsers()
    const devices = [...new Set(users.map(({ device }) => device))]
    expect(new Set(analysis.segments.map(({ segment }) => segment?.value))).toEqual(new Set(devices))
    expect(analysis.segments).toHaveLength(2 * devices.length)
    for (const row of analysis.segments) {
      const own = users.filter(({ device }) => device === row.segment?.value)
      expectCounts(row, own, row.metric.key === 'conversion' ? 'converted' : 'revenue')
      expectAgreement(row)
    }
    const sizes = analysis.segments.map(
      ({ controlStatistics, treatmentStatistics }) => controlStatistics.n + treatmentStatistics.n,
    )
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    for (const rows of [analysis.segments, analysis.results]) {
      const adjusted = falseDiscoveryRates(rows.map((row) => row.pValue!))
      expect(rows.map((row) => row.adjustedPValue)).toEqualNearly(adjusted, REARRANGED)
      expect(rows.map((row) => row.familySize)).toEqual(rows.map(() => rows.length))
    }
  })

  test('fewer segments: the smaller groups together are one more', async () => {
    const { segments } = await analyse({ segmentBy: 'device', segmentTop: 1, metrics: ['conversion'] })
    const users = sampleUsers()
    expect(segments.map(({ segment }) => segment?.isOther)).toEqual([false, true])
    expectCounts(
      segments[0]!,
      users.filter(({ device }) => device === segments[0]!.segment!.value),
      'converted',
    )
    expectCounts(
      segments[1]!,
      users.filter(({ device }) => device !== segments[0]!.segment!.value),
      'converted',
    )
  })

  const windows: [what: string, window: SampleWindow][] = [
    ['later exposures', { from: '2026-06-10T00:00:00.000Z' }],
    ['an earlier end', { to: '2026-06-15T12:30:00.000Z' }],
    ['a week', { from: '2026-06-08T00:00:00.000Z', to: '2026-06-15T00:00:00.000Z' }],
    ['the first two days of each user', { daysSinceExposure: 2 }],
    ['the first hour of each user', { daysSinceExposure: 1 / 24 }],
  ]
  test.each(windows)('a window: %s', async (_, window) => {
    const analysis = await analyse({ ...window, metrics: ['conversion', 'revenue_per_visitor'] })
    const users = sampleUsers(window)
    expect(users.length).toBeGreaterThan(100)
    expectCounts(rowOf(analysis, 'conversion'), users, 'converted')
    expectCounts(rowOf(analysis, 'revenue_per_visitor'), users, 'revenue')
  })

  test('other methods: Fisher’s for rates, Mann and Whitney’s for means', async () => {
    const analysis = await analyse({
      metrics: ['conversion', 'revenue_per_visitor'],
      methods: [
        { metric: 'conversion', method: 'FISHER_EXACT' },
        { metric: 'revenue_per_visitor', method: 'MANN_WHITNEY' },
      ],
    })
    const conversion = rowOf(analysis, 'conversion')
    const { controlStatistics: c, treatmentStatistics: t } = conversion
    expect(conversion).toMatchObject({ method: 'FISHER_EXACT', statistic: null })
    expect(conversion.pValue).toEqualNearly(fisherExact(t.total, t.n, c.total, c.n), { relative: 1e-8 })
    expect(conversion.methodReason).not.toBe('')

    const revenue = rowOf(analysis, 'revenue_per_visitor')
    const values = (variant: string) => of(sampleUsers(), variant).map((user) => user.revenue)
    const control = values('control')
    const u = sum(values('treatment').map((x) => sum(control.map((y) => (x > y ? 1 : x === y ? 0.5 : 0)))))
    expect(revenue).toMatchObject({ method: 'MANN_WHITNEY', statistic: u })
  })

  test('no correction, another level, one direction: each changes what it should', async () => {
    const metrics = ['conversion', 'revenue_per_visitor']
    const usual = rowOf(await analyse({ metrics }), 'revenue_per_visitor')
    const plain = await analyse({ metrics, correction: 'NONE' })
    for (const row of plain.results) expect(row).toMatchObject({ correction: 'NONE', adjustedPValue: row.pValue })

    const wider = rowOf(await analyse({ metrics, level: 0.99 }), 'revenue_per_visitor')
    expect(wider.pValue).toBe(usual.pValue)
    expect(wider.effect!.confidenceInterval).toMatchObject({ level: 0.99 })
    expect(wider.effect!.confidenceInterval.lower).toBeLessThan(usual.effect!.confidenceInterval.lower!)
    expect(wider.effect!.confidenceInterval.upper).toBeGreaterThan(usual.effect!.confidenceInterval.upper!)

    const greater = rowOf(await analyse({ metrics, alternative: 'GREATER' }), 'revenue_per_visitor')
    const less = rowOf(await analyse({ metrics, alternative: 'LESS' }), 'revenue_per_visitor')
    expect(usual.statistic).toBeGreaterThan(0)
    expect([greater.pValue, less.pValue]).toEqualNearly([usual.pValue! / 2, 1 - usual.pValue! / 2], REARRANGED)
    expect(greater.effect!.confidenceInterval).toMatchObject({ upper: null, upperUnbounded: 'ONE_SIDED' })
    expect(less.effect!.confidenceInterval).toMatchObject({ lower: null, lowerUnbounded: 'ONE_SIDED' })
  })
})

describe('an early look shows estimates and withholds the verdict', () => {
  async function look(key: string, plan: { endAt?: string | null; plannedUnits?: number }): Promise<Analysis> {
    const { id } = await run.client.createExperiment({ key, ...sampleExperiment, ...plan })
    await run.client.uploadEvents({ experimentId: id, file: sampleFile }).result()
    return run.client.runAnalysis({ experimentId: id, metrics: ['conversion'] }).result()
  }

  test.each([
    ['before the planned end', { endAt: '2999-01-01T00:00:00Z' }, /until its planned end, 2999-01-01 00:00 UTC/],
    ['before the planned users', { plannedUnits: 5000 }, /of 5,000 planned users were exposed/],
    ['without any plan', { endAt: null }, /neither a planned end nor a planned number of users/],
  ])('%s', async (what, plan, reason) => {
    const analysis = await look(what.replaceAll(' ', '-'), plan)
    expect(analysis).toMatchObject({ interim: true, decision: { verdict: 'WITHHELD', treatment: null } })
    expect(analysis.decision.reasons.join(' ')).toMatch(reason)
    const row = rowOf(analysis, 'conversion')
    expect(row.effect?.confidenceInterval.lower).toBeGreaterThan(0)
    expect(row.pValue).toBeLessThan(0.01)
  })

  test('an experiment without a plan has its verdict once it is stopped, until it is started again', async () => {
    const { client } = run
    const { id } = await client.createExperiment({ key: 'stopped', ...sampleExperiment, endAt: null })
    await client.uploadEvents({ experimentId: id, file: sampleFile }).result()
    await client.startExperiment(id)
    await client.stopExperiment(id)
    const analysis = await client.runAnalysis({ experimentId: id, metrics: ['conversion'] }).result()
    expect(analysis).toMatchObject({ interim: false, decision: { verdict: 'SHIP' } })

    expect((await client.startExperiment(id)).endAt).toBeNull()
    const again = await client.runAnalysis({ experimentId: id, metrics: ['conversion'] }).result()
    expect(again).toMatchObject({ interim: true, decision: { verdict: 'WITHHELD' } })
  })
})

test('a guardrail that the question leaves out keeps the verdict back', async () => {
  const metrics = [
    { key: 'conversion', role: 'PRIMARY' as const },
    { key: 'refund_rate', role: 'GUARDRAIL' as const },
  ]
  const { id } = await run.client.createExperiment({ key: 'guarded', ...sampleExperiment, metrics })
  await run.client.uploadEvents({ experimentId: id, file: sampleFile }).result()
  const { decision } = await run.client.runAnalysis({ experimentId: id, metrics: ['conversion'] }).result()
  expect(decision.verdict).toBe('WITHHELD')
  expect(decision.reasons.at(-1)).toMatch(/^Ask for the analysis with .+ too\.$/)
  expect((await run.client.runAnalysis({ experimentId: id }).result()).decision.verdict).toBe('SHIP')
})

test('the report for download has the rows of the analysis, number by number', async () => {
  const analysis = await analyse({ segmentBy: 'channel' })
  const answer = await fetch(analysis.reports.csvUrl)
  expect(answer.headers.get('content-type')).toContain('text/csv')
  const lines = parseCsv(await answer.text())
  const numberOf = (text: string) => (text === '' ? null : Number(text))
  const reported = lines.map((line) => ({
    metric: line['metric'],
    segment: line['segment_value'] === '' ? null : line['segment_value'],
    users: [numberOf(line['control_users']!), numberOf(line['treatment_users']!)],
    means: [numberOf(line['control_mean']!), numberOf(line['treatment_mean']!)],
    effect: ['effect', 'effect_lower', 'effect_upper'].map((name) => numberOf(line[name]!)),
    lift: ['lift', 'lift_lower', 'lift_upper'].map((name) => numberOf(line[name]!)),
    test: ['statistic', 'degrees_of_freedom', 'p_value', 'adjusted_p_value'].map((name) => numberOf(line[name]!)),
    isSignificant: line['significant'] === 'true',
  }))
  const parts = (effect: MetricResult['effect']) => [
    effect?.estimate ?? null,
    effect?.confidenceInterval.lower ?? null,
    effect?.confidenceInterval.upper ?? null,
  ]
  expect(reported).toEqual(
    [...analysis.results, ...analysis.segments].map((row) => ({
      metric: row.metric.key,
      segment: row.segment?.value ?? null,
      users: [row.controlStatistics.n, row.treatmentStatistics.n],
      means: [row.controlStatistics.mean, row.treatmentStatistics.mean],
      effect: parts(row.effect),
      lift: parts(row.relativeEffect),
      test: [row.statistic, row.degreesOfFreedom, row.pValue, row.adjustedPValue],
      isSignificant: row.isSignificant,
    })),
  )
  expect(lines.length).toBeGreaterThan(3)
})

describe('the same question of the same data', () => {
  test('is answered by the same job and analysis, however it is put', async () => {
    const { client } = run
    const ask = (input: Partial<RunAnalysisInput>) =>
      client.runAnalysis({ experimentId, metrics: ['conversion'], ...input })
    const [first, second] = [ask({}), ask({ level: 0.95, alternative: 'TWO_SIDED', correction: 'BENJAMINI_HOCHBERG' })]
    expect((await second).id).toBe((await first).id)
    const explicit = ask({ from: sampleExperiment.startAt, to: sampleExperiment.endAt, segmentBy: null })
    const [answer, ...others] = await Promise.all([first.result(), second.result(), explicit.result()])
    for (const other of others) expect(other).toMatchObject({ id: answer!.id, resultKey: answer!.resultKey })

    // A key of the caller's own changes nothing of that.
    expect((await ask({ idempotencyKey: 'again' })).id).toBe((await first).id)
  })

  test('another question, or other data, have another key', async () => {
    const { client } = run
    const { id } = await client.createExperiment({ key: 'growing', ...sampleExperiment })
    const ask = (level: number) => client.runAnalysis({ experimentId: id, metrics: ['conversion'], level }).result()
    await client.uploadEvents({ experimentId: id, file: sampleFile }).result()
    const keys = [(await ask(0.95)).resultKey, (await ask(0.9)).resultKey]
    const late = { user_id: 'late', variant_id: 'control', event_type: 'exposure', timestamp: '2026-06-20T00:00:00Z' }
    await client.ingestEvents({ experimentId: id, records: [late] }).result()
    keys.push((await ask(0.95)).resultKey)
    expect(new Set(keys).size).toBe(3)
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true)
  })
})
