import { AppError, notFound, type UserError } from '../../errors.ts'
import { orderedVariants, usualWindowOf } from '../analysis/analysis-request.ts'
import type { DatasetRepository } from '../dataset/dataset.repository.ts'
import type { Experiment, ExperimentService } from '../experiment/experiment.service.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import { jobMutation, type JobPayload } from '../job/job-mutation.ts'
import type { JobService } from '../job/job.service.ts'
import type { MetricService } from '../metric/metric.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import { featuresOf } from './feature-request.ts'
import type { Model, ModelRepository } from './model.repository.ts'
import { targetMetric } from './target-request.ts'
import { modelKeyOf, type TrainQuestion } from './train-question.ts'
import { modelQuestionOf, requestProblems, type TrainModelRequest, worthMeasure } from './train-request.ts'

export type { Model, TrainModelRequest }

/** Takes requests for models and finds models; ModelRunService trains them. */
export class ModelService {
  readonly #repository: ModelRepository
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #datasets: DatasetRepository
  readonly #jobs: JobService
  readonly #idempotency: IdempotencyService

  constructor(
    repository: ModelRepository,
    experiments: ExperimentService,
    metrics: MetricService,
    datasets: DatasetRepository,
    jobs: JobService,
    idempotency: IdempotencyService,
  ) {
    this.#repository = repository
    this.#experiments = experiments
    this.#metrics = metrics
    this.#datasets = datasets
    this.#jobs = jobs
    this.#idempotency = idempotency
  }

  /**
   * Queues the training of a model. The same question of the same data gets the job that answers it.
   *
   * @throws AppError NOT_FOUND, NO_DATA, QUEUE_FULL
   */
  request(request: TrainModelRequest, call: IdempotentCall | null): Promise<JobPayload> {
    const { experimentId } = request
    const mutation = jobMutation(this.#jobs, async () => {
      const { question, userErrors } = await this.#questionOf(request)
      if (question === null) return { userErrors }
      const idempotencyKey = `model:${modelKeyOf(question)}`
      return { request: { kind: 'TRAIN_MODEL', experimentId, input: question, idempotencyKey } }
    })
    return this.#idempotency.once(call, mutation)
  }

  async #questionOf(request: TrainModelRequest): Promise<{ question: TrainQuestion | null; userErrors: UserError[] }> {
    const experiment = await this.#experiments.get(request.experimentId)
    const version = await this.#versionOf(experiment, request.datasetVersion)
    const [variants, catalogue, parts] = await Promise.all([
      this.#experiments.variantsOf([experiment.id]),
      this.#metrics.list(),
      this.#datasets.partsOf(experiment.id, version.number),
    ])
    const known = {
      attributes: [...new Set(parts.flatMap((part) => part.attributes))].sort(),
      eventTypes: [...new Set(parts.flatMap((part) => part.eventTypes))].sort(),
    }
    const target = targetMetric(request.target, catalogue)
    const { features, problems } = featuresOf(request.features, request.binning, known)
    const names = features.map(({ name }) => name)
    const userErrors = [...target.problems, ...problems, ...requestProblems(request, names)]
    if (target.metric === null || userErrors.length > 0) return { question: null, userErrors }
    const ordered = orderedVariants(variants).map(({ id }) => variants.find((variant) => variant.id === id)!)
    const model = modelQuestionOf(request, target.metric, experiment.currency)
    const question: TrainQuestion = {
      datasetVersionId: version.id,
      datasetVersion: version.number,
      experimentKey: experiment.key,
      variantKeys: ordered.map(({ key }) => key),
      plan: {
        variants: ordered.map(({ id }) => id),
        features,
        target: { numerator: target.metric.numerator, denominator: target.metric.denominator },
        worth: worthMeasure(request.target, catalogue),
        window: usualWindowOf(experiment),
        folds: model.folds,
        holdout: model.holdout,
        seed: model.seed,
      },
      model,
      currency: experiment.currency,
    }
    return { question, userErrors: [] }
  }

  async #versionOf(experiment: Experiment, number: number | null | undefined) {
    if (number == null) {
      const latest = await this.#datasets.latest(experiment.id)
      if (latest !== null) return latest
      throw new AppError('NO_DATA', `The experiment "${experiment.key}" has no data yet. Upload events first.`)
    }
    const version = await this.#datasets.version(experiment.id, number)
    if (version === null) throw notFound('dataset version', String(number))
    return version
  }

  async get(id: string): Promise<Model> {
    const [model] = await this.#repository.byIds([id])
    if (model === undefined) throw notFound('model', id)
    return model
  }

  byIds(ids: readonly string[]): Promise<Model[]> {
    return this.#repository.byIds(ids)
  }

  page(experimentId: string, request: PageRequest): Promise<Page<Model>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request)
  }

  /** The newest models of many experiments. */
  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Model>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }
}
