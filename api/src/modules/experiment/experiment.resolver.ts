import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { AppError } from '../../errors.ts'
import type { Analysis, AnalysisService } from '../analysis/analysis.service.ts'
import type { AutoRunService } from '../analysis/auto-run.service.ts'
import { AnalysisConnection, AnalysisType } from '../analysis/analysis.type.ts'
import type { Batch, BatchService } from '../batch/batch.service.ts'
import { BatchConnection } from '../batch/batch.type.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { DatasetVersion, NameInData } from '../dataset/dataset.service.ts'
import { DatasetVersionType } from '../dataset/dataset.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { ExperimentMetric, Metric } from '../metric/metric.service.ts'
import { ExperimentMetricType, MetricType } from '../metric/metric.type.ts'
import {
  CreateExperimentInput,
  ExperimentFilterInput,
  ExperimentPayloadType,
  UpdateExperimentInput,
} from './experiment.input.ts'
import type { Experiment, ExperimentPayload, ExperimentService, Variant } from './experiment.service.ts'
import { ExperimentConnection, ExperimentType, VariantType } from './experiment.type.ts'

const FIRST = { defaultValue: 20, description: 'How many items, 1 to 200.' }
const AFTER = { nullable: true, description: '`pageInfo.endCursor` of the page before.' }

@Resolver(() => ExperimentType)
export class ExperimentResolver {
  readonly #experiments: ExperimentService
  readonly #batches: BatchService
  readonly #analyses: AnalysisService
  readonly #autoRun: AutoRunService

  constructor(
    experiments: ExperimentService,
    batches: BatchService,
    analyses: AnalysisService,
    autoRun: AutoRunService,
  ) {
    this.#experiments = experiments
    this.#batches = batches
    this.#analyses = analyses
    this.#autoRun = autoRun
  }

  @Query(() => ExperimentConnection, { description: 'Experiments, newest first.' })
  async experiments(
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
    @Arg('filter', () => ExperimentFilterInput, { nullable: true, description: 'Which experiments. By default all.' })
    filter: ExperimentFilterInput | null,
  ): Promise<Connection<Experiment>> {
    return toConnection(await this.#experiments.page({ first, after }, filter ?? {}))
  }

  @Query(() => ExperimentType, {
    nullable: true,
    description: 'One experiment, by id or by key. Null only together with the error NOT_FOUND.',
  })
  experiment(
    @Arg('id', () => ID, { nullable: true, description: 'Its id.' }) id: string | null,
    @Arg('key', () => String, { nullable: true, description: 'Its key.' }) key: string | null,
  ): Promise<Experiment> {
    if ((id == null) === (key == null))
      throw new AppError('BAD_INPUT', 'Pass either the id or the key of the experiment.')
    return id != null ? this.#experiments.get(requireId('experiment', id)) : this.#experiments.byKey(key!)
  }

  @Mutation(() => ExperimentPayloadType, { description: 'Creates an experiment.' })
  createExperiment(
    @Arg('input', () => CreateExperimentInput, { description: 'The experiment.' }) input: CreateExperimentInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<ExperimentPayload> {
    return this.#experiments.create(input, idempotentCall(caller, 'createExperiment', input.idempotencyKey, input))
  }

  @Mutation(() => ExperimentPayloadType, { description: 'Changes an experiment.' })
  async updateExperiment(
    @Arg('input', () => UpdateExperimentInput, { description: 'The changes.' })
    { id, ...changes }: UpdateExperimentInput,
  ): Promise<ExperimentPayload> {
    return this.#refreshed(await this.#experiments.update(requireId('experiment', id), changes))
  }

  @Mutation(() => ExperimentPayloadType, {
    description:
      'Starts an experiment; its start is now unless it has one, or has data already. One that was stopped loses an end that has passed: plan a new one.',
  })
  async startExperiment(
    @Arg('id', () => ID, { description: 'The experiment.' }) id: string,
  ): Promise<ExperimentPayload> {
    return this.#refreshed(await this.#experiments.changeStatus(requireId('experiment', id), 'RUNNING'))
  }

  @Mutation(() => ExperimentPayloadType, { description: 'Stops an experiment; its end is now unless it has one.' })
  async stopExperiment(
    @Arg('id', () => ID, { description: 'The experiment.' }) id: string,
  ): Promise<ExperimentPayload> {
    return this.#refreshed(await this.#experiments.changeStatus(requireId('experiment', id), 'STOPPED'))
  }

  /** With autoRun the result follows what is asked of the data as well as the data. */
  async #refreshed(payload: ExperimentPayload): Promise<ExperimentPayload> {
    if (payload.experiment !== null) await this.#autoRun.refresh(payload.experiment.id)
    return payload
  }

  @Mutation(() => ExperimentPayloadType, { description: 'Puts an experiment away. Its data and results stay.' })
  archiveExperiment(@Arg('id', () => ID, { description: 'The experiment.' }) id: string): Promise<ExperimentPayload> {
    return this.#experiments.changeStatus(requireId('experiment', id), 'ARCHIVED')
  }

  @FieldResolver(() => [VariantType], { description: 'What the users see, in order.' })
  variants(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<Variant[]> {
    return loaders.variantsOf.load(id)
  }

  @FieldResolver(() => [ExperimentMetricType], { description: 'The metrics it is read by, in order.' })
  metrics(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<ExperimentMetric[]> {
    return loaders.metricsOf.load(id)
  }

  @FieldResolver(() => MetricType, {
    nullable: true,
    description: 'The metric that decides. Null when none is primary.',
  })
  async primaryMetric(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<Metric | null> {
    return (await loaders.metricsOf.load(id)).find(({ role }) => role === 'PRIMARY')?.metric ?? null
  }

  @FieldResolver(() => [MetricType], { description: 'The metrics that must not get worse.' })
  async guardrails(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<Metric[]> {
    return (await loaders.metricsOf.load(id)).filter(({ role }) => role === 'GUARDRAIL').map(({ metric }) => metric)
  }

  @FieldResolver(() => BatchConnection, { description: 'Its uploads, newest first.' })
  async batches(
    @Root() { id }: Experiment,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
  ): Promise<Connection<Batch>> {
    if (after != null) return toConnection(await this.#batches.page(id, { first, after }))
    return toConnection(await loaders.firstBatches.load({ id, first }))
  }

  @FieldResolver(() => DatasetVersionType, {
    nullable: true,
    description: 'The newest version of its data. Null before the first batch has landed.',
  })
  latestDatasetVersion(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<DatasetVersion | null> {
    return loaders.latestVersion.load(id)
  }

  @FieldResolver(() => [String], { description: 'Attributes of its events: results can be broken down by them.' })
  async attributes(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<string[]> {
    return namesOfKind('attribute', await loaders.namesOf.load(id))
  }

  @FieldResolver(() => [String], {
    description: 'Types of its events, as its files name them: metrics and features of models are made of them.',
  })
  async eventTypes(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<string[]> {
    return namesOfKind('event type', await loaders.namesOf.load(id))
  }

  @FieldResolver(() => AnalysisType, { nullable: true, description: 'Its newest analysis. Null before the first one.' })
  latestAnalysis(@Root() { id }: Experiment, @Ctx() { loaders }: RequestContext): Promise<Analysis | null> {
    return loaders.latestAnalysis.load(id)
  }

  @FieldResolver(() => AnalysisConnection, { description: 'Its analyses, newest first.' })
  async analyses(
    @Root() { id }: Experiment,
    @Ctx() { loaders }: RequestContext,
    @Arg('first', () => Int, FIRST) first: number,
    @Arg('after', () => String, AFTER) after: string | null,
  ): Promise<Connection<Analysis>> {
    if (after != null) return toConnection(await this.#analyses.page(id, { first, after }))
    return toConnection(await loaders.firstAnalyses.load({ id, first }))
  }
}

function namesOfKind(kind: NameInData['kind'], names: NameInData[]): string[] {
  return names.flatMap((one) => (one.kind === kind ? one.name : []))
}
