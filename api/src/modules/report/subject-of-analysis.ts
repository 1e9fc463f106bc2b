import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { HealthCheck } from '../../analysis/health/health-check.ts'
import { AppError } from '../../errors.ts'
import type { Loaders } from '../../loaders.ts'
import type { ReportSubject, ReportVariant } from '../../reports/report-subject.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import type { Certificate } from '../analysis/certificate.ts'
import type { Conclusion } from '../analysis/conclusion.ts'
import { chartedAnalysisOf } from '../chart/charted.ts'

/** What reports tell of an analysis: itself, and the names of what it is about as they are now. */
export async function subjectOfAnalysis(
  analysis: Analysis,
  certificate: Certificate | null,
  loaders: Loaders,
): Promise<ReportSubject> {
  const stored = await loaders.resultsOf.load(analysis.id)
  const [experiment, variants, { metrics }] = await Promise.all([
    loaders.experiment.load(analysis.experimentId),
    variantsOf(analysis, loaders),
    chartedAnalysisOf(
      analysis,
      { question: certificate?.question ?? null, timeseries: null, distributions: [] },
      loaders,
    ),
  ])
  if (experiment === null) throw new AppError('NOT_FOUND', 'The experiment of this analysis is gone.')
  const { name, key, hypothesis, currency } = experiment
  const { revenueChanges = [], decompositions: _, ...decision } = analysis.decision as Conclusion
  return {
    experiment: {
      ...{ name, key, hypothesis, currency },
      plannedUnits: certificate === null ? experiment.plannedUnits : certificate.question.schedule.plannedUnits,
    },
    interim: analysis.interim,
    settings: analysis.settings as AnalysisSettings,
    variants,
    metrics,
    rows: stored.map(({ row }) => row),
    health: analysis.health as HealthCheck[],
    decision,
    revenueChanges,
  }
}

async function variantsOf(analysis: Analysis, loaders: Loaders): Promise<ReportVariant[]> {
  const counts = analysis.variants as { variantId: string; trafficSplit: number; users: number }[]
  return Promise.all(
    counts.map(async ({ variantId, trafficSplit, users }) => {
      const variant = await loaders.variant.load(variantId)
      return { id: variantId, name: variant?.name ?? variantId, trafficSplit, users }
    }),
  )
}
