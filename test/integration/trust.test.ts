import type { Analysis, Correction, MetricResult, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { expectUserError } from '../testkit/user-errors.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
let experimentId: string

beforeAll(async () => {
  experimentId = (await run.client.createExperiment({ key: 'trust', ...sampleExperiment })).id
  await run.client.uploadEvents({ experimentId, file: sampleFile }).result()
})

const analyse = (input: Partial<RunAnalysisInput> = {}): Promise<Analysis> =>
  run.client.runAnalysis({ experimentId, ...input }).result()

/** Adjusted p-values from their definitions, beside those of the product: the least alpha at which each is rejected. */
const definitions: Record<Exclude<Correction, 'NONE'>, (p: number[], one: number) => number> = {
  BONFERRONI: (p, one) => p.length * one,
  HOLM: (p, one) =>
    Math.max(...p.filter((other) => other <= one).map((other) => p.filter((x) => x >= other).length * other)),
  HOCHBERG: (p, one) =>
    Math.min(...p.filter((other) => other >= one).map((other) => p.filter((x) => x >= other).length * other)),
  BENJAMINI_HOCHBERG: (p, one) =>
    Math.min(
      ...p.filter((other) => other >= one).map((other) => (p.length * other) / p.filter((x) => x <= other).length),
    ),
  BENJAMINI_YEKUTIELI: (p, one) =>
    p.reduce((sum, _, index) => sum + 1 / (index + 1), 0) * definitions.BENJAMINI_HOCHBERG(p, one),
}

describe('many tests at once', () => {
  test.each(Object.keys(definitions) as (keyof typeof definitions)[])(
    '%s: p-values are those of the definition, intervals go with them, the chain is told',
    async (correction) => {
      const analysis = await analyse({ correction, segmentBy: 'device' })
      expect(analysis.settings).toMatchObject({ correction, correctionFamily: 'ALL_METRICS' })
      for (const rows of [analysis.results, analysis.segments]) {
        const pValues = rows.flatMap(({ pValue }) => pValue ?? [])
        for (const row of rows) {
          expect(row.adjustedPValue).toEqualNearly(Math.min(1, definitions[correction](pValues, row.pValue!)), {
            relative: 1e-12,
          })
          const { lower, upper, level } = row.adjustedEffect!.confidenceInterval
          expect(level).toBeGreaterThanOrEqual(0.95)
          if (lower! > 0 || upper! < 0) expect(row.isSignificant).toBe(true)
          expect(row.adjustments).toHaveLength(2)
          expect(row.adjustments[0]).toContain(`over ${pValues.length} tests (${row.family})`)
        }
      }
    },
  )

  test('the primary metric is a family of its own on request', async () => {
    const analysis = await analyse({ correctionFamily: 'PRIMARY_METRICS', segmentBy: 'device' })
    expect(analysis.settings.correctionFamily).toBe('PRIMARY_METRICS')
    const families = analysis.results.map(({ metric, family, familySize }) => [metric.key, family, familySize])
    expect(families).toEqual([
      ['conversion', 'primary metrics', 1],
      ['revenue_per_visitor', 'other metrics', 2],
      ['average_order_value', 'other metrics', 2],
    ])
    expect(new Set(analysis.segments.map(({ family }) => family))).toEqual(new Set(['segments']))
    const conversion = rowOf(analysis, 'conversion')
    expect(conversion.adjustedPValue).toBe(conversion.pValue)
    expect(conversion.adjustedEffect).toEqual(conversion.effect)
  })
})

describe('sizes of effects', () => {
  test('a proportion has risk difference, odds ratio and h, a mean d and g', async () => {
    const analysis = await analyse()
    const sizes = (metric: string) =>
      Object.fromEntries(rowOf(analysis, metric).effectSizes.map(({ name, value }) => [name, value]))
    const { controlStatistics: c, treatmentStatistics: t } = rowOf(analysis, 'conversion')
    const conversion = sizes('conversion')
    expect(Object.keys(conversion)).toEqual(['RISK_DIFFERENCE', 'ODDS_RATIO', 'COHENS_H'])
    expect(conversion.RISK_DIFFERENCE).toEqualNearly(t.total / t.n - c.total / c.n, { relative: 1e-12 })
    expect(conversion.ODDS_RATIO).toEqualNearly((t.total * (c.n - c.total)) / (c.total * (t.n - t.total)), {
      relative: 1e-12,
    })
    const revenue = sizes('revenue_per_visitor')
    // Thousands of users: the small-sample factor is 1 - 3 / (4 m - 1) to many digits.
    const m = c.n + t.n - 2
    expect(revenue.HEDGES_G! / revenue.COHENS_D!).toEqualNearly(1 - 3 / (4 * m - 1), { relative: 1e-6 })
  })
})

describe('one answer', () => {
  test('GraphQL and the CSV carry the numbers of the same stored rows', async () => {
    const analysis = await analyse({ correction: 'HOLM', segmentBy: 'device' })
    const again = await run.client.analysis(analysis.id)
    expect([again.results, again.segments]).toEqual([analysis.results, analysis.segments])
    const text = await (await fetch(analysis.reports.csvUrl)).text()
    const lines = parseCsv(text)
    const rows = [...analysis.results, ...analysis.segments]
    expect(lines).toHaveLength(rows.length)
    rows.forEach((row, index) => expect(lines[index]).toMatchObject(cellsOf(row)))
  })

  test('a row of a look says in the report which look, and what the test itself found', async () => {
    const analysis = await analyse({ looks: { kind: 'ALWAYS_VALID', tunedFor: 5000 } })
    const lines = parseCsv(await (await fetch(analysis.reports.csvUrl)).text())
    analysis.results.forEach(({ look, ...row }, index) => {
      expect(lines[index]).toMatchObject({
        look: 'ALWAYS_VALID',
        look_information_fraction: look!.informationFraction === null ? '' : String(look!.informationFraction),
        look_nominal_alpha: String(look!.nominalAlpha),
        look_test_p_value: String(look!.testPValue),
        p_value: String(row.pValue),
      })
    })
  })
})

/** What the CSV has to say of a row: the shortest texts that read back as the same numbers. */
function cellsOf(row: MetricResult): Record<string, string> {
  const cell = (value: number | string | boolean | null | undefined) => (value == null ? '' : String(value))
  return {
    metric: row.metric.key,
    effect: cell(row.effect?.estimate),
    effect_lower: cell(row.effect?.confidenceInterval.lower),
    effect_upper: cell(row.effect?.confidenceInterval.upper),
    lift: cell(row.relativeEffect?.estimate),
    lift_lower: cell(row.relativeEffect?.confidenceInterval.lower),
    lift_upper: cell(row.relativeEffect?.confidenceInterval.upper),
    p_value: cell(row.pValue),
    adjusted_p_value: cell(row.adjustedPValue),
    significant: cell(row.isSignificant),
    adjusted_effect_lower: cell(row.adjustedEffect?.confidenceInterval.lower),
    adjusted_effect_upper: cell(row.adjustedEffect?.confidenceInterval.upper),
    adjusted_lift_lower: cell(row.adjustedRelativeEffect?.confidenceInterval.lower),
    adjusted_lift_upper: cell(row.adjustedRelativeEffect?.confidenceInterval.upper),
    adjusted_confidence_level: cell(row.adjustedEffect?.confidenceInterval.level),
    adjustments: row.adjustments.join('; '),
  }
}

describe('what the decision goes by', () => {
  test('revenue is told for the traffic measured, with its interval, and as a reason to ship', async () => {
    const analysis = await analyse()
    expect(analysis.settings.decision).toEqual({ minimumLift: 0.05, guardrailMargins: [], horizonDays: 365 })
    const [change] = analysis.decision.revenueChanges
    const { effect } = rowOf(analysis, 'revenue_per_visitor')
    const days = analysis.health.find(({ name }) => name === 'MISSING_DAYS')!.message.match(/(\d+) days/)![1]!
    // Users in several variants are traffic too.
    const users = analysis.variants.reduce((sum, one) => sum + one.users, 0) + 7
    const times = (users / Number(days)) * 365
    expect(change).toMatchObject({ treatment: { key: 'treatment' }, level: 0.95, horizonDays: 365 })
    expect([change!.usersPerDay, change!.estimate, change!.lower, change!.upper]).toEqualNearly(
      [
        users / Number(days),
        effect!.estimate! * times,
        effect!.confidenceInterval.lower! * times,
        effect!.confidenceInterval.upper! * times,
      ],
      { relative: 1e-9 },
    )
    expect(analysis.decision.reasons.at(-1)).toMatch(/^Revenue: \+[\d,]+ a year \(95% interval: /)
  })

  test('a guardrail with a margin must be shown to hold, and keeps the experiment running until it is', async () => {
    const metrics = [
      { key: 'conversion', role: 'PRIMARY' as const },
      { key: 'refund_rate', role: 'GUARDRAIL' as const },
    ]
    const { id } = await run.client.createExperiment({ key: 'margins', ...sampleExperiment, metrics })
    await run.client.uploadEvents({ experimentId: id, file: sampleFile }).result()
    const ask = (margin: number | null) =>
      run.client
        .runAnalysis({
          experimentId: id,
          decision: margin === null ? null : { guardrailMargins: [{ metric: 'refund_rate', margin }] },
        })
        .result()
    const free = await ask(null)
    expect(free.decision.verdict).toBe('SHIP')
    const { upper } = rowOf(free, 'refund_rate').relativeEffect!.confidenceInterval
    expect(upper).toBeGreaterThan(0.02)
    const strict = await ask(0.01)
    expect(strict.decision).toMatchObject({ verdict: 'KEEP_RUNNING', treatment: null })
    expect(strict.decision.reasons.join(' ')).toMatch(/it may be worse by up to [\d.]+% \(margin: 1\.0%\)/)
    expect(strict.settings.decision.guardrailMargins).toEqual([{ metric: 'refund_rate', margin: 0.01 }])
    if (upper! < 1) expect((await ask(Math.ceil(upper! * 100) / 100)).decision.verdict).toBe('SHIP')
  })

  test('mistakes are told by field', async () => {
    const decision = {
      minimumLift: 0,
      horizonDays: 0,
      guardrailMargins: [
        { metric: 'conversion', margin: 0.1 },
        { metric: 'conversion', margin: 2 },
      ],
    }
    const refused = () => run.client.runAnalysis({ experimentId, decision })
    await expectUserError(refused(), { field: 'decision.minimumLift', says: /above 0 and at most 10/ })
    await expectUserError(refused(), { field: 'decision.horizonDays', says: /from 1 to 3650, got 0/ })
    const metric = 'decision.guardrailMargins.1.metric'
    await expectUserError(refused(), { field: metric, code: 'NOT_FOUND', says: /not among the guardrails/ })
    await expectUserError(refused(), { field: 'decision.guardrailMargins.1.margin', says: /got 2/ })
  })

  test('rows say what they could have found, and revenue is taken apart into what it is made of', async () => {
    const analysis = await analyse()
    const { minimumDetectableEffect: found, controlStatistics } = rowOf(analysis, 'revenue_per_visitor')
    const { standardError } = rowOf(analysis, 'revenue_per_visitor').effect!
    // z(0.975) + z(0.8) = 2.8016; with thousands of degrees of freedom t is that to 1e-3.
    expect(found!.absolute / standardError!).toBeCloseTo(2.8016, 2)
    expect(found!.relative).toEqualNearly(found!.absolute / controlStatistics.mean!, { relative: 1e-12 })

    const [parts] = analysis.decomposition
    expect(parts!.factors.map(({ name }) => name)).toEqual(['CONVERSION', 'ORDERS_PER_BUYER', 'AVERAGE_ORDER_VALUE'])
    const product = (side: 'control' | 'treatment') => parts!.factors.reduce((total, one) => total * one[side], 1)
    expect([product('control'), product('treatment')]).toEqualNearly([parts!.whole!.control, parts!.whole!.treatment], {
      relative: 1e-12,
    })
    expect(parts!.whole!.control).toEqualNearly(controlStatistics.mean, { relative: 1e-9 })
    expect(parts!.factors.reduce((sum, { share }) => sum + share!, 0)).toEqualNearly(1, { relative: 1e-9 })
  })
})
