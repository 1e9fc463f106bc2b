import { describe, expect, test } from 'vitest'
import type { ResultRow } from '../../analysis/result-row.ts'
import type { MetricTimeSeries, TimePoint } from '../../analysis/time-series.ts'
import { detectableEffectOf } from '../../analysis/detectable-effect.ts'
import { analysisCharts } from './analysis-charts.ts'
import type { ChartedAnalysis } from './charted-analysis.ts'
import { chartedAnalysis, effect, gapped, resultRow } from './charted-analysis.contract.ts'
import { complaints, valuesOf } from './compiled.contract.ts'

const DAY_MS = 86_400_000

function point(day: number, relativeEffect: TimePoint['relativeEffect']): TimePoint {
  const { control, treatment } = resultRow('conversion')
  const date = new Date(Date.UTC(2026, 5, 1) + day * DAY_MS).toISOString().slice(0, 10)
  return { ...{ date, daysSinceExposure: null, control, treatment }, effect: relativeEffect, relativeEffect }
}

function series(points: TimePoint[]): MetricTimeSeries {
  const ids = { metricId: 'conversion', controlId: 'control', treatmentId: 'treatment' }
  return { ...ids, cumulative: points, daily: [], sinceExposure: [] }
}

const days = [effect(0.4, -0.6, 9), effect(0.1, -0.2, 0.4), effect(0.123_456_789, 0.01, 0.237)]

/** A row of a proportion with what it could have found. */
function proportionRow(): ResultRow {
  const row = resultRow('conversion', {
    ...{ method: 'CHI_SQUARE', pValue: 0.012_345_678, adjustedPValue: 0.037_037_034 },
    control: { n: 1000, mean: 0.1, standardDeviation: null, total: 100, denominatorTotal: null },
    treatment: { n: 1100, mean: 0.13, standardDeviation: null, total: 143, denominatorTotal: null },
  })
  return { ...row, minimumDetectableEffect: detectableEffectOf(row) }
}

const segment = (value: string | null, isOther = false) => ({ attribute: 'device', value, isOther })

const whole: ChartedAnalysis = {
  ...chartedAnalysis(),
  rows: [
    proportionRow(),
    resultRow('revenue', { pValue: 0.4, adjustedPValue: 0.4 }),
    resultRow('conversion', { segment: segment('mobile'), relativeEffect: effect(0.31, 0.1, 0.52) }),
    resultRow('conversion', { segment: segment(null) }),
    resultRow('conversion', { segment: segment(null, true) }),
  ],
  settings: { ...chartedAnalysis().settings, segment: { attribute: 'device', top: 2 } },
  timeseries: [series(days.map((lift, day) => point(day, lift)))],
  distributions: [
    {
      metricId: 'revenue',
      edges: [1, 10, 100],
      variants: [
        { variantId: 'control', users: 1000, zero: 880, negative: 1, counts: [100, 19] },
        { variantId: 'treatment', users: 1100, zero: 900, negative: 0, counts: [150, 50] },
      ],
    },
  ],
}

const chart = (analysis: ChartedAnalysis, name: string) => analysisCharts(analysis).find((one) => one.name === name)!
const valuesIn = (name: string) => valuesOf(chart(whole, name).specification)

describe('the charts of an analysis', () => {
  test('are all there where it has the data, each with a title and words on how to read it', () => {
    const charts = analysisCharts(whole)
    expect(charts.map(({ name }) => name)).toEqual([
      'lift-intervals',
      'variant-values-conversion',
      'variant-values-revenue',
      'distribution-revenue',
      'lift-over-time-conversion',
      'segments',
      'p-values',
      'power-curve',
    ])
    for (const { title, description } of charts)
      expect([title.length > 8, description.length > 30]).toEqual([true, true])
  })

  test.each(analysisCharts(whole).map(({ name, specification }) => [name, specification] as const))(
    '%s compiles without a complaint',
    (_name, specification) => {
      expect(complaints(specification)).toEqual([])
    },
  )

  test('hold the numbers of the analysis as they are', () => {
    const [row] = whole.rows
    expect(valuesIn('p-values')).toContainEqual(
      expect.objectContaining({ metric: 'conversion', pValue: row!.pValue, adjustedPValue: row!.adjustedPValue }),
    )
    expect(valuesIn('segments').find((value) => value['segment'] === 'mobile')).toMatchObject({
      ...{ estimate: 0.31, lower: 0.1, upper: 0.52 },
    })
    const times = valuesIn('lift-over-time-conversion').filter((value) => 'date' in value)
    expect(times.map(({ estimate, lower, upper }) => ({ estimate, lower, upper }))).toEqual(
      days.map(({ estimate, confidenceInterval: { lower, upper } }) => ({ estimate, lower, upper })),
    )
    expect(valuesIn('variant-values-conversion')).toContainEqual(
      expect.objectContaining({ variant: 'Green button', estimate: 0.13, users: 1100 }),
    )
    expect(valuesIn('distribution-revenue')).toContainEqual(
      expect.objectContaining({ variant: 'Control', from: 10, to: 100, users: 19, share: 0.019 }),
    )
  })

  test('a variant’s interval is Wilson’s for a rate and the normal one for a mean', () => {
    const [rate] = valuesIn('variant-values-conversion').filter((value) => value['variant'] === 'Control')
    expect(rate!['lower']).toBeCloseTo(0.082_906, 5)
    expect(rate!['upper']).toBeCloseTo(0.120_152, 5)
    const [mean] = valuesIn('variant-values-revenue').filter((value) => value['variant'] === 'Control')
    expect(mean!['lower']).toBeCloseTo(0.1 - 1.959_963_985 / Math.sqrt(1000), 9)
  })

  test('the power curve rises through 80% at the effect that is called detectable', () => {
    const relative = whole.rows[0]!.minimumDetectableEffect!.relative!
    const curve = valuesIn('power-curve').filter((value) => 'power' in value) as { lift: number; power: number }[]
    const [below, above] = [curve.findLast(({ lift }) => lift < relative)!, curve.find(({ lift }) => lift > relative)!]
    expect(below.power).toBeLessThan(0.8)
    expect(above.power).toBeGreaterThan(0.8)
    expect(above.power - below.power).toBeLessThan(0.06)
  })

  test('money has the currency of the experiment, and without one is a number', () => {
    const specification = JSON.stringify(chart(whole, 'variant-values-revenue').specification)
    expect(specification).toContain('(EUR)')
    expect(specification).toContain('€0.10')
    const plain = JSON.stringify(chart({ ...whole, currency: null }, 'variant-values-revenue').specification)
    expect(plain).not.toMatch(/EUR|€/)
  })

  test.each(['interim', 'untrusted'] as const)('of %s data never speak of significance, wins or losses', (standing) => {
    const rows = whole.rows.map((row) => ({ ...row, isSignificant: true }))
    const said = JSON.stringify(analysisCharts({ ...whole, standing, rows }))
    expect(said).not.toMatch(/significan|"(good|bad)"[,}]?"?word|better|worse|winner/i)
  })

  test('draw three treatments apart, with names of any length', () => {
    const long = 'A variant whose name somebody wrote as a whole sentence, as people do '.repeat(3)
    const variants = ['control', 't1', 't2', 't3'].map((id) => ({ id, name: `${long} ${id}` }))
    const rows = ['t1', 't2', 't3'].flatMap((treatmentId) => [{ ...proportionRow(), treatmentId }])
    const timeseries = ['t1', 't2', 't3'].map((treatmentId) => ({ ...whole.timeseries![0]!, treatmentId }))
    for (const { specification } of analysisCharts({ ...whole, variants, rows, timeseries, distributions: [] }))
      expect(complaints(specification)).toEqual([])
  })
})

describe('degenerate answers', () => {
  const nothing = resultRow('conversion', {
    ...{ effect: null, relativeEffect: null, pValue: null, log10PValue: null, adjustedPValue: null },
    ...{ isSignificant: null, notComputable: { reason: 'noUnits', message: 'Nobody.' } },
    control: { n: 0, mean: null, standardDeviation: null, total: 0, denominatorTotal: null },
    treatment: { n: 0, mean: null, standardDeviation: null, total: 0, denominatorTotal: null },
  })
  test.each<[string, Partial<ChartedAnalysis>]>([
    ['no rows', { rows: [] }],
    ['one variant', { rows: [], variants: [{ id: 'control', name: 'Control' }] }],
    ['nothing computable', { rows: [nothing] }],
    [
      'p-values of 0 and 1',
      {
        rows: [
          resultRow('conversion', { pValue: 0, adjustedPValue: 0 }),
          resultRow('revenue', { pValue: 1, adjustedPValue: 1 }),
        ],
      },
    ],
    [
      'no spread',
      {
        rows: [
          resultRow('conversion', {
            control: { n: 5, mean: 0, standardDeviation: 0, total: 0, denominatorTotal: null },
          }),
        ],
      },
    ],
    [
      'days without bounds',
      { timeseries: [series([point(0, effect(0.1, null, null)), point(1, gapped(2, -0.1, 0.2)), point(2, null)])] },
    ],
    ['one day', { timeseries: [series([point(0, effect(0.1, 0, 0.2))])] }],
    [
      'no users',
      {
        distributions: [
          {
            metricId: 'revenue',
            edges: [1, 2],
            variants: [{ variantId: 'control', users: 0, zero: 0, negative: 0, counts: [0] }],
          },
        ],
      },
    ],
    [
      '200 rows',
      {
        rows: Array.from({ length: 200 }, (_, at) =>
          resultRow('conversion', { segment: at === 0 ? null : segment(`value ${at}`) }),
        ),
        settings: { ...whole.settings },
      },
    ],
  ])('%s give charts that can be drawn, or none', (_what, about) => {
    for (const { specification } of analysisCharts({ ...chartedAnalysis(), ...about })) {
      expect(complaints(specification)).toEqual([])
      expect(JSON.stringify(specification)).not.toMatch(/NaN|Infinity|undefined/)
    }
  })

  test('what there is no data for is absent', () => {
    const names = analysisCharts(chartedAnalysis({ rows: [nothing] })).map(({ name }) => name)
    expect(names).toEqual(['lift-intervals'])
  })
})
