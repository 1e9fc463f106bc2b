import type { MetricDistribution } from '../../analysis/distributions.ts'
import type { HealthCheck } from '../../analysis/health/health-check.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { MetricTimeSeries } from '../../analysis/time-series.ts'
import type { Loaders } from '../../loaders.ts'
import type { ChartedAnalysis, ChartedMetric } from '../../reports/charts/charted-analysis.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { AnalysisQuestion } from '../analysis/analysis-request.ts'

/** What an analysis keeps in files. */
export interface KeptFiles {
  /** The question that it answers; null for analyses of before questions were kept. */
  question: AnalysisQuestion | null
  timeseries: MetricTimeSeries[] | null
  distributions: MetricDistribution[]
}

/** An analysis as charts and reports are made of it: its own numbers, with names as they are now. */
export async function chartedAnalysisOf(
  analysis: Analysis,
  { question, timeseries, distributions }: KeptFiles,
  loaders: Loaders,
): Promise<ChartedAnalysis> {
  const [stored, experiment] = await Promise.all([
    loaders.resultsOf.load(analysis.id),
    loaders.experiment.load(analysis.experimentId),
  ])
  const rows = stored.map(({ row }) => row)
  const counts = analysis.variants as { variantId: string }[]
  const variants = await loaders.variant.loadMany(counts.map(({ variantId }) => variantId))
  const failed = (analysis.health as HealthCheck[]).some(({ verdict }) => verdict === 'FAIL')
  return {
    metrics: await metricsOf(question?.metrics ?? (await presentMetrics(analysis, loaders)), loaders),
    variants: counts.map(({ variantId }, index) => {
      const variant = variants[index]
      return { id: variantId, name: variant == null || variant instanceof Error ? variantId : variant.name }
    }),
    rows,
    settings: analysis.settings as AnalysisSettings,
    currency: experiment?.currency ?? null,
    standing: failed ? 'untrusted' : analysis.interim ? 'interim' : 'final',
    timeseries,
    distributions,
  }
}

async function metricsOf(definitions: MetricDefinition[], loaders: Loaders): Promise<ChartedMetric[]> {
  const catalogue = await Promise.all(definitions.map(({ id }) => loaders.metric.load(id)))
  return definitions.map((definition, index) => {
    const { name = definition.key, format = 'NUMBER' } = catalogue[index] ?? {}
    return { ...definition, name, format }
  })
}

/** The metrics of the rows with the roles that they have in the experiment now. */
async function presentMetrics({ id, experimentId }: Analysis, loaders: Loaders): Promise<MetricDefinition[]> {
  const [stored, own] = await Promise.all([loaders.resultsOf.load(id), loaders.metricsOf.load(experimentId)])
  const ids = [...new Set(stored.map(({ row }) => row.metricId))]
  const found = await Promise.all(ids.map((metricId) => loaders.metric.load(metricId)))
  return found
    .filter((metric) => metric !== null)
    .map(({ id: metricId, key, kind, numerator, denominator, quantile, goal }) => ({
      ...{ id: metricId, key, kind, numerator, denominator, goal },
      ...(quantile === null ? {} : { quantile }),
      role: own.find(({ metric }) => metric.id === metricId)?.role ?? 'SECONDARY',
    }))
}
