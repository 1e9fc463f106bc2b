import type { MetricTimeSeries, TimePoint } from '../../analysis/time-series.ts'
import { intervalText, levelText, liftText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import { type ChartedAnalysis, type ChartedMetric, metricsByRole, variantName } from './charted-analysis.ts'
import { effectDomain, isDrawable, stretchesOf } from './interval-marks.ts'
import { legendOf } from './legend.ts'
import { LIFT_LABEL } from './number-format.ts'

/** The lift of each metric over the days of the experiment. Empty unless the analysis follows its effects over time. */
export function liftsOverTime(analysis: ChartedAnalysis): Chart[] {
  const all = analysis.timeseries ?? []
  return metricsByRole(analysis).flatMap((metric) => {
    const own = all.filter(({ metricId }) => metricId === metric.id)
    return liftOverTime(metric, own, analysis) ?? []
  })
}

function liftOverTime(metric: ChartedMetric, series: MetricTimeSeries[], analysis: ChartedAnalysis): Chart | null {
  const points = series.flatMap(({ treatmentId, cumulative }) =>
    cumulative
      .filter(({ date, relativeEffect }) => date !== null && isDrawable(relativeEffect?.estimate))
      .map((point) => ({ treatment: variantName(analysis, treatmentId), point })),
  )
  if (points.length === 0) return null
  const domain = effectDomain(points.map(({ point }) => point.relativeEffect))
  const values = points.map(({ treatment, point }) => ({ treatment, ...timeValue(point, domain) }))
  const treatments = [...new Set(values.map(({ treatment }) => treatment))]
  const isAlone = treatments.length === 1
  const control = variantName(analysis, analysis.variants[0]!.id)
  const colour = {
    field: 'treatment',
    type: 'nominal',
    title: null,
    // The first colour is the control's.
    scale: { domain: [control, ...treatments] },
    legend: isAlone ? null : legendOf(treatments),
  }
  const x = {
    field: 'time',
    type: 'temporal',
    scale: { type: 'utc' },
    axis: { title: 'Until the end of the day (UTC)', format: '%-d %b', grid: false, tickCount: 6, labelFlush: true },
  }
  const axis = { title: `Lift against ${control}`, labelExpr: LIFT_LABEL, tickCount: 6 }
  const scale = { domain, nice: false, zero: false }
  return {
    name: `lift-over-time-${metric.key}`,
    title: isAlone ? `${metric.name}: lift of ${treatments[0]} over time` : `${metric.name}: lift over time`,
    description: `All that happened until each day’s end; shaded: the ${levelText(analysis.settings.level)} interval of that day alone. To stop at the first day whose interval leaves zero out finds lifts that are not there.`,
    specification: {
      ...frame,
      height: 300,
      data: { values },
      encoding: { x },
      layer: [
        {
          mark: { type: 'area', opacity: isAlone ? 0.18 : 0.1, clip: true },
          encoding: {
            y: { field: 'from', type: 'quantitative', scale, axis },
            y2: { field: 'to' },
            color: colour,
          },
        },
        {
          data: { values: [{}] },
          mark: { type: 'rule', color: { expr: 'lineStrong' }, strokeWidth: 1.5 },
          encoding: { x: null, y: { datum: 0 } },
        },
        {
          mark: {
            type: 'line',
            strokeWidth: 2.25,
            ...(values.length / treatments.length < 40 ? { point: { size: 28 } } : {}),
          },
          encoding: {
            y: { field: 'estimate', type: 'quantitative', scale, axis },
            color: colour,
            tooltip: [
              { field: 'date', type: 'nominal', title: 'Until' },
              { field: 'treatment', type: 'nominal', title: 'Variant' },
              { field: 'text', type: 'nominal', title: 'Lift' },
            ],
          },
        },
      ],
    },
  }
}

function timeValue({ date, relativeEffect }: TimePoint, domain: [number, number]) {
  const { estimate, confidenceInterval } = relativeEffect!
  const stretches = stretchesOf(confidenceInterval, domain)
  return {
    date,
    time: Date.parse(date!),
    estimate,
    lower: confidenceInterval.lower,
    upper: confidenceInterval.upper,
    // What is shaded ends with the axis; around a gap all is.
    from: stretches[0]!.from,
    to: stretches.at(-1)!.to,
    text: `${liftText(estimate!)} (${intervalText(confidenceInterval, liftText)})`,
  }
}
