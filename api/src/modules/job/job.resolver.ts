import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql'
import { requireScope } from '../../auth/caller.ts'
import type { Scope } from '../../auth/scopes.ts'
import { notFound } from '../../errors.ts'
import { forgetLoads, type RequestContext } from '../../context.ts'
import type { Analysis } from '../analysis/analysis.service.ts'
import { AnalysisType } from '../analysis/analysis.type.ts'
import type { Batch } from '../batch/batch.service.ts'
import type { Calibration } from '../calibration/calibration.service.ts'
import { CalibrationType } from '../calibration/calibration.type.ts'
import { BatchType } from '../batch/batch.type.ts'
import { toConnection, type Connection } from '../connection.type.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { requireId } from '../ids.ts'
import type { Model } from '../model/model.service.ts'
import { ModelType } from '../model/model.type.ts'
import type { Job, JobKind, JobService } from './job.service.ts'
import { CancelJobPayload, JobConnection, JobFilterInput, JobType } from './job.type.ts'

/** Who may begin a job may end it. */
const scopesOfKinds: Record<JobKind, Scope> = {
  INGEST_BATCH: 'events:write',
  RUN_ANALYSIS: 'analyses:run',
  VERIFY_ANALYSIS: 'analyses:run',
  CALIBRATE_EXPERIMENT: 'analyses:run',
  TRAIN_MODEL: 'analyses:run',
  COPY_EVENTS: 'admin',
  COMPACT_DATASET: 'admin',
  ERASE_USER: 'admin',
}

@Resolver(() => JobType)
export class JobResolver {
  readonly #jobs: JobService

  constructor(jobs: JobService) {
    this.#jobs = jobs
  }

  @Query(() => JobType, { nullable: true, description: 'One job. Null only together with the error NOT_FOUND.' })
  job(@Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<Job> {
    return this.#jobs.get(requireId('job', id))
  }

  @Query(() => JobConnection, { description: 'Jobs, newest first.' })
  async jobs(
    @Arg('first', () => Int, { defaultValue: 20, description: 'How many items, 1 to 200.' }) first: number,
    @Arg('after', () => String, { nullable: true, description: '`pageInfo.endCursor` of the page before.' })
    after: string | null,
    @Arg('filter', () => JobFilterInput, { nullable: true, description: 'Which jobs. By default all.' })
    filter: JobFilterInput | null,
    @Ctx() { loaders }: RequestContext,
  ): Promise<Connection<Job>> {
    const experimentId = filter?.experimentId == null ? null : requireId('experiment', filter.experimentId)
    if (experimentId !== null && (await loaders.experiment.load(experimentId)) === null) {
      throw notFound('experiment', experimentId)
    }
    return toConnection(await this.#jobs.page({ first, after }, { ...filter, experimentId }))
  }

  @Mutation(() => CancelJobPayload, {
    description: 'Asks a job to stop. Who may begin a job of its kind may end it.',
  })
  async cancelJob(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() { caller }: RequestContext,
  ): Promise<CancelJobPayload> {
    const { id: jobId, kind } = await this.#jobs.get(requireId('job', id))
    requireScope(caller, [scopesOfKinds[kind]], `Cancelling a job that is ${kind}`)
    return { job: await this.#jobs.cancel(jobId) }
  }

  @Subscription(() => JobType, {
    description: 'The job as it is now, then after every change; completes when the job has ended.',
    subscribe: ({ args, context }) =>
      (context as RequestContext).services.jobs.watch(requireId('job', (args as { id: string }).id)),
  })
  jobUpdated(
    @Root() job: Job,
    @Arg('id', () => ID, { description: 'The job.' }) _id: string,
    @Ctx() context: RequestContext,
  ): Job {
    forgetLoads(context)
    return job
  }

  @FieldResolver(() => ExperimentType, { description: 'The experiment it works for.' })
  experiment(@Root() { experimentId }: Job, @Ctx() { loaders }: RequestContext): Promise<Experiment | null> {
    return loaders.experiment.load(experimentId)
  }

  @FieldResolver(() => BatchType, { nullable: true, description: 'The batch it reads. Null for other kinds.' })
  batch(@Root() { batchId }: Job, @Ctx() { loaders }: RequestContext): Promise<Batch | null> | null {
    return batchId === null ? null : loaders.batch.load(batchId)
  }

  @FieldResolver(() => AnalysisType, {
    nullable: true,
    description: 'The analysis it made or verified. Null before, and for other kinds.',
  })
  analysis(@Root() { analysisId }: Job, @Ctx() { loaders }: RequestContext): Promise<Analysis | null> | null {
    return analysisId === null ? null : loaders.analysis.load(analysisId)
  }

  @FieldResolver(() => CalibrationType, {
    nullable: true,
    description: 'The calibration it made. Null before, and for other kinds.',
  })
  calibration(@Root() { calibrationId }: Job, @Ctx() { loaders }: RequestContext): Promise<Calibration | null> | null {
    return calibrationId === null ? null : loaders.calibration.load(calibrationId)
  }

  @FieldResolver(() => ModelType, {
    nullable: true,
    description: 'The model it trained. Null before, and for other kinds.',
  })
  model(@Root() { modelId }: Job, @Ctx() { loaders }: RequestContext): Promise<Model | null> | null {
    return modelId === null ? null : loaders.model.load(modelId)
  }
}
