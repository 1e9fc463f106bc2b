import type { MetricDistribution } from '../../analysis/distributions.ts'
import { percentText, wholeText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import { type ChartedAnalysis, type ChartedMetric, metricsByRole, variantName } from './charted-analysis.ts'
import { legendOf } from './legend.ts'
import { axisFormat } from './number-format.ts'

/** How the users of each variant spread over the values of money metrics, on a logarithmic scale. */
export function valueDistributions(analysis: ChartedAnalysis): Chart[] {
  return metricsByRole(analysis).flatMap((metric) => {
    const own = analysis.distributions.find(({ metricId }) => metricId === metric.id)
    return own === undefined ? [] : [valueDistribution(metric, own, analysis)]
  })
}

function valueDistribution(
  metric: ChartedMetric,
  { edges, variants }: MetricDistribution,
  analysis: ChartedAnalysis,
): Chart {
  // A step ends where the next one begins: the last edge closes the last step.
  const values = variants.flatMap(({ variantId, users, counts }) => {
    const variant = variantName(analysis, variantId)
    const share = (count: number) => (users === 0 ? 0 : count / users)
    const steps = counts.map((count, bin) => ({
      ...{ variant, from: edges[bin]!, to: edges[bin + 1]!, users: count, share: share(count) },
      text: `${wholeText(count)} (${percentText(share(count))})`,
    }))
    return [...steps, { ...steps.at(-1)!, from: edges.at(-1)! }]
  })
  const without = variants.map(({ variantId, users, zero, negative }) => {
    const shares = users === 0 ? 'no users' : `${percentText(zero / users)} at zero`
    return `${variantName(analysis, variantId)} ${shares}${negative > 0 ? `, ${wholeText(negative)} users below` : ''}`
  })
  const { labelExpr, unit } = axisFormat(metric.format, analysis.currency)
  const names = variants.map(({ variantId }) => variantName(analysis, variantId))
  const scale = { type: 'log', domain: [edges[0]!, edges.at(-1)!], nice: false }
  const title = unit ? `${metric.name} (${unit}, logarithmic)` : `${metric.name} (logarithmic)`
  return {
    name: `distribution-${metric.key}`,
    title: `${metric.name}: how users spread`,
    description: `Share of each variant’s users by their value, of those above zero. Left out: ${without.join('; ')}.`,
    specification: {
      ...frame,
      height: 280,
      data: { values },
      mark: { type: 'line', interpolate: 'step-after', strokeWidth: 2 },
      encoding: {
        x: {
          field: 'from',
          type: 'quantitative',
          scale,
          axis: { title, labelExpr, grid: false, values: ticksOf(edges) },
        },
        y: {
          field: 'share',
          type: 'quantitative',
          axis: { title: 'Share of users', labelExpr: "format(datum.value, '~%')", tickCount: 5 },
        },
        color: {
          field: 'variant',
          type: 'nominal',
          title: null,
          scale: { domain: names },
          legend: legendOf(names),
        },
        tooltip: [
          { field: 'variant', type: 'nominal', title: 'Variant' },
          { field: 'from', type: 'quantitative', title: 'From', format: ',.2~f' },
          { field: 'to', type: 'quantitative', title: 'To', format: ',.2~f' },
          { field: 'text', type: 'nominal', title: 'Users' },
        ],
      },
    },
  }
}

/** Powers of ten, and where these are few, twice and five times as much too. */
function ticksOf(edges: number[]): number[] {
  const [low, high] = [edges[0]!, edges.at(-1)!]
  const decades = Math.log10(high / low)
  const steps = decades > 4 ? [1] : decades > 1 ? [1, 3] : [1, 2, 5]
  const first = Math.floor(Math.log10(low))
  return Array.from({ length: Math.ceil(decades) + 2 }, (_, index) => first + index)
    .flatMap((power) => steps.map((step) => Number((step * 10 ** power).toPrecision(12))))
    .filter((tick) => tick >= low && tick <= high)
}
