import type { Analysis, MetricTimeseries, TimePoint } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { rowOf } from '../testkit/find-in-analysis.ts'
import '../testkit/matchers.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { useServer } from '../testkit/use-server.ts'

const SAME = { relative: 1e-9, absolute: 1e-12 }
const run = useServer()
let experimentId: string
let analysis: Analysis
let series: MetricTimeseries[]

beforeAll(async () => {
  experimentId = (await run.client.createExperiment({ key: 'sample', ...sampleExperiment })).id
  await run.client.uploadEvents({ experimentId, file: sampleFile }).result()
  analysis = await run.client.runAnalysis({ experimentId, timeseries: true }).result()
  series = (await run.client.timeseries(analysis.id))!
})

const seriesOf = (key: string) => series.find(({ metric }) => metric.key === key)!

/** A point shows what a result row shows. */
function expectRow(point: TimePoint, from: Analysis, key: string): void {
  const row = rowOf(from, key)
  expect(point.control).toEqualNearly(row.controlStatistics, SAME)
  expect(point.treatment).toEqualNearly(row.treatmentStatistics, SAME)
  expect(point.effect).toEqualNearly(row.effect, SAME)
  expect(point.relativeEffect).toEqualNearly(row.relativeEffect, SAME)
}

describe('Analysis.timeseries', () => {
  test('has a series for each metric and treatment, of the 28 days of the experiment', () => {
    expect(series.map(({ metric }) => metric.key)).toEqual(analysis.results.map(({ metric }) => metric.key))
    for (const { cumulative, daily } of series) {
      expect(cumulative.map(({ date }) => date)).toEqual(daily.map(({ date }) => date))
      expect(cumulative).toHaveLength(28)
      expect([cumulative[0]!.date, cumulative.at(-1)!.date]).toEqual(['2026-06-01', '2026-06-28'])
    }
  })

  test.each(['2026-06-02', '2026-06-10', '2026-06-21'])(
    'the sum up to %s is the analysis of a window that ends with that day',
    async (date) => {
      const to = new Date(Date.parse(date) + 86_400_000).toISOString()
      const upToThen = await run.client.runAnalysis({ experimentId, to }).result()
      for (const { metric, cumulative } of series)
        expectRow(
          cumulative.find((point) => point.date === date)!,
          upToThen,
          metric.key,
        )
    },
  )

  test('the last point is the analysis itself', () => {
    for (const { metric, cumulative } of series) expectRow(cumulative.at(-1)!, analysis, metric.key)
  })

  test('the days’ totals add up to the total, and so do the days since the exposure of those who were watched that long', async () => {
    const { daily } = seriesOf('revenue_per_visitor')
    const { controlStatistics, treatmentStatistics } = rowOf(analysis, 'revenue_per_visitor')
    const total = (arm: 'control' | 'treatment') => daily.reduce((sum, point) => sum + point[arm].total, 0)
    // A user who turns up in a second variant later leaves all later days, and the whole.
    expect(Math.abs(total('control') / controlStatistics.total - 1)).toBeLessThan(0.02)
    expect(Math.abs(total('treatment') / treatmentStatistics.total - 1)).toBeLessThan(0.02)
    const { sinceExposure } = seriesOf('conversion')
    expect(sinceExposure.map(({ daysSinceExposure }) => daysSinceExposure)).toEqual(sinceExposure.map((_, day) => day))
    const users = sinceExposure.map(({ control }) => control.n)
    expect(users).toEqual(users.toSorted((a, b) => b - a))
  })

  test('covariates adjust each point as they adjust the whole', async () => {
    const settings = { experimentId, metrics: ['revenue_per_visitor'], varianceReduction: { kind: 'CUPED' as const } }
    const adjusted = await run.client.runAnalysis({ ...settings, timeseries: true }).result()
    const [own] = (await run.client.timeseries(adjusted.id))!
    expectRow(own!.cumulative.at(-1)!, adjusted, 'revenue_per_visitor')
    expect(own!.cumulative.at(-1)!.effect).not.toEqual(seriesOf('revenue_per_visitor').cumulative.at(-1)!.effect)
  })

  test('an analysis that was not asked for it has none, and the one that was says so', async () => {
    const plain = await run.client.runAnalysis({ experimentId }).result()
    expect(plain.id).not.toBe(analysis.id)
    expect(plain.settings.timeseries).toBe(false)
    expect(analysis.settings.timeseries).toBe(true)
    expect(await run.client.timeseries(plain.id)).toBeNull()
    expect(rowOf(plain, 'conversion').pValue).toBe(rowOf(analysis, 'conversion').pValue)
  })
})
