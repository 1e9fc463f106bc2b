import type { ArmStatistics } from '../../analysis/result-row.ts'
import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'
import { normal } from '../../stats/distributions/normal.ts'
import { alphaOf } from '../../stats/inference-options.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import { wilsonInterval } from '../../stats/wilson-interval.ts'
import { intervalText, levelText, valueText, wholeText } from '../number-text.ts'
import type { Chart } from './chart.ts'
import { type ChartedAnalysis, type ChartedMetric, metricsByRole } from './charted-analysis.ts'
import { intervalRows } from './interval-rows.ts'
import { axisFormat } from './number-format.ts'

/** What each variant shows of the metrics that most is said of: the primary one, a rate of conversion, revenue. */
export function variantValues(analysis: ChartedAnalysis): Chart[] {
  const metrics = metricsByRole(analysis).filter(({ kind }) => kind === 'PROPORTION' || kind === 'MEAN')
  const chosen = [
    metrics.find(({ role }) => role === 'PRIMARY'),
    metrics.find(({ kind }) => kind === 'PROPORTION'),
    metrics.find(({ kind, format }) => kind === 'MEAN' && format === 'CURRENCY'),
  ]
  return metrics.filter((metric) => chosen.includes(metric)).flatMap((metric) => valuesOf(metric, analysis) ?? [])
}

function valuesOf(metric: ChartedMetric, analysis: ChartedAnalysis): Chart | null {
  const own = analysis.rows.filter(({ metricId, segment }) => metricId === metric.id && segment === null)
  if (own.length === 0) return null
  const { level } = analysis.settings
  const arms = analysis.variants.flatMap(({ id, name }, place) => {
    const arm = place === 0 ? own[0]!.control : own.find(({ treatmentId }) => treatmentId === id)?.treatment
    return arm === undefined ? [] : [{ name, arm, interval: intervalOf(arm, metric, level) }]
  })
  const text = valueText(
    metric.format,
    analysis.currency,
    arms.flatMap(({ arm }) => arm.mean ?? []),
  )
  const rows = arms.map(({ name, arm, interval }) => {
    const drawn = arm.mean === null || interval === null ? null : { estimate: arm.mean, confidenceInterval: interval }
    const words = arm.mean === null ? 'no value' : text(arm.mean)
    return {
      label: `${name} · ${wholeText(arm.n)} users`,
      text: interval === null ? words : `${words} (${intervalText(interval, text)})`,
      ...{ tone: 'unclear' as const, drawn, fields: { variant: name, users: arm.n } },
    }
  })
  const ends = rows.flatMap(({ drawn }) =>
    drawn === null ? [] : [drawn.estimate, drawn.confidenceInterval.lower!, drawn.confidenceInterval.upper!],
  )
  if (ends.length === 0) return null
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const room = (high - low || Math.abs(high) || 1) * 0.06
  const { labelExpr, unit } = axisFormat(metric.format, analysis.currency)
  const title = unit ? `${metric.name} (${unit})` : metric.name
  return {
    name: `variant-values-${metric.key}`,
    title: `${metric.name} by variant`,
    description: `Dots are what each variant shows, lines its own ${levelText(level)} interval. Whether variants differ is told by the lift: intervals that overlap do not say that they are equal.`,
    specification: intervalRows(rows, { title, labelExpr, domain: [low - room, high + room], hasZero: false }),
  }
}

/** A variant's own interval: Wilson's of a rate, the normal one of a mean. */
function intervalOf({ n, mean, total, standardDeviation }: ArmStatistics, { kind }: ChartedMetric, level: number) {
  if (n === 0 || mean === null) return null
  if (kind === 'PROPORTION') {
    const interval = wilsonInterval({ successes: total, n }, { level })
    return isNotComputable(interval) ? null : interval
  }
  if (standardDeviation === null) return null
  const margin = (normal.isf(alphaOf(level) / 2) * standardDeviation) / Math.sqrt(n)
  return { kind: 'interval', lower: mean - margin, upper: mean + margin, level } satisfies ConfidenceInterval
}
