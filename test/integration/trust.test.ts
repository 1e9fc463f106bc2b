import type { Analysis, Correction, MetricResult, RunAnalysisInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
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
