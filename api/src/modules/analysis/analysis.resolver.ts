import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { HealthCheck } from '../../analysis/health/health-check.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { RequestContext } from '../../context.ts'
import type { DatasetVersion } from '../dataset/dataset.service.ts'
import { DatasetVersionType } from '../dataset/dataset.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { JobPayload } from '../job/job-mutation.ts'
import type { Conclusion } from './conclusion.ts'
import { toDecomposition, type DecompositionRoot, DecompositionType } from './decomposition.type.ts'
import { RunAnalysisInput, RunAnalysisPayloadType } from './analysis.input.ts'
import type { Analysis, AnalysisService } from './analysis.service.ts'
import { AnalysisSettingsType, AnalysisType, DecisionType, HealthCheckType, VariantCountType } from './analysis.type.ts'
import { type MetricResult, MetricResultType, toMetricResult } from './metric-result.type.ts'
import { settingsShown } from './settings-shown.ts'

@Resolver(() => AnalysisType)
export class AnalysisResolver {
  readonly #analyses: AnalysisService

  constructor(analyses: AnalysisService) {
    this.#analyses = analyses
  }

  @Query(() => AnalysisType, {
    nullable: true,
    description: 'One analysis; old ones stay addressable for ever. Null only together with the error NOT_FOUND.',
  })
  analysis(@Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<Analysis> {
    return this.#analyses.get(requireId('analysis', id))
  }

  @Mutation(() => RunAnalysisPayloadType, {
    description:
      'Asks for an analysis. Answers at once with a job; the same question of the same data answers with the same job.',
  })
  runAnalysis(
    @Arg('input', () => RunAnalysisInput, { description: 'The question.' }) input: RunAnalysisInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<JobPayload> {
    const request = { ...input, experimentId: requireId('experiment', input.experimentId) }
    return this.#analyses.request(request, idempotentCall(caller, 'runAnalysis', input.idempotencyKey, input))
  }

  @FieldResolver(() => ExperimentType, { description: 'The experiment.' })
  experiment(@Root() { experimentId }: Analysis, @Ctx() { loaders }: RequestContext): Promise<Experiment | null> {
    return loaders.experiment.load(experimentId)
  }

  @FieldResolver(() => DatasetVersionType, { description: 'The data it was computed from.' })
  datasetVersion(
    @Root() { datasetVersionId }: Analysis,
    @Ctx() { loaders }: RequestContext,
  ): Promise<DatasetVersion | null> {
    return loaders.datasetVersion.load(datasetVersionId)
  }

  @FieldResolver(() => AnalysisSettingsType, { description: 'What was asked for.' })
  settings(@Root() analysis: Analysis): AnalysisSettingsType {
    return settingsShown(analysis.settings as AnalysisSettings)
  }

  @FieldResolver(() => [HealthCheckType], { description: 'What was looked at before any effect.' })
  health(@Root() { health }: Analysis): HealthCheckType[] {
    return (health as HealthCheck[]).map((check) => ({ ...check, parts: check.parts ?? [] }))
  }

  @FieldResolver(() => [VariantCountType], { description: 'Users compared, by variant; the control first.' })
  variants(@Root() { variants }: Analysis, @Ctx() { loaders }: RequestContext): Promise<VariantCountType[]> {
    const counts = variants as { variantId: string; users: number; trafficSplit: number }[]
    return Promise.all(
      counts.map(async ({ variantId, ...rest }) => ({ ...rest, variant: (await loaders.variant.load(variantId))! })),
    )
  }

  @FieldResolver(() => DecisionType, { description: 'What to do, and why.' })
  async decision(@Root() { decision }: Analysis, @Ctx() { loaders }: RequestContext): Promise<DecisionType> {
    const { treatmentId, verdict, summary, reasons, revenueChanges = [] } = decision as Conclusion
    const changes = revenueChanges.map(async (change) => ({
      ...change,
      treatment: (await loaders.variant.load(change.treatmentId))!,
    }))
    return {
      ...{ verdict, summary, reasons },
      treatment: treatmentId === null ? null : await loaders.variant.load(treatmentId),
      revenueChanges: await Promise.all(changes),
    }
  }

  @FieldResolver(() => [MetricResultType], { description: 'The rows over all users, by metric and treatment.' })
  async results(@Root() { id }: Analysis, @Ctx() { loaders }: RequestContext): Promise<MetricResult[]> {
    return (await loaders.resultsOf.load(id)).filter(({ row }) => row.segment === null).map(toMetricResult)
  }

  @FieldResolver(() => [MetricResultType], { description: 'The rows of the segments, the largest segment first.' })
  async segments(@Root() { id }: Analysis, @Ctx() { loaders }: RequestContext): Promise<MetricResult[]> {
    return (await loaders.resultsOf.load(id)).filter(({ row }) => row.segment !== null).map(toMetricResult)
  }

  @FieldResolver(() => [DecompositionType], {
    description:
      'How much of each treatment’s change of revenue per visitor comes from conversion, orders per buyer and average order value. Empty without a metric that sums up the values of purchases.',
  })
  decomposition(@Root() { decision }: Analysis): DecompositionRoot[] {
    return ((decision as Conclusion).decompositions ?? []).map(toDecomposition)
  }
}
