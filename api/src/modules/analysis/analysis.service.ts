import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { AppError, notFound, type UserError } from '../../errors.ts'
import type { DatasetRepository } from '../dataset/dataset.repository.ts'
import type { Experiment, ExperimentService } from '../experiment/experiment.service.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import { jobMutation, type JobPayload } from '../job/job-mutation.ts'
import type { JobService } from '../job/job.service.ts'
import type { Metric, MetricService } from '../metric/metric.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import {
  metricDefinitions,
  orderedVariants,
  problemsOf,
  resultKeyOf,
  settingsOf,
  type AnalysisQuestion,
  type RunAnalysisRequest,
} from './analysis-request.ts'
import type { Analysis, AnalysisRepository, StoredResult } from './analysis.repository.ts'
import { earlierFractionsOf, lookSettingsOf } from './look-request.ts'

export type { Analysis, RunAnalysisRequest, StoredResult }

/** Takes questions and finds answers; AnalysisRunService computes them. */
export class AnalysisService {
  readonly #repository: AnalysisRepository
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #datasets: DatasetRepository
  readonly #jobs: JobService
  readonly #idempotency: IdempotencyService

  constructor(
    repository: AnalysisRepository,
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
   * Queues an analysis. The same question of the same data gets the job that answers it.
   *
   * @param autoRun nobody asked for it: see JobRequest
   * @throws AppError NOT_FOUND, NO_DATA, QUEUE_FULL
   */
  request(request: RunAnalysisRequest, call: IdempotentCall | null, autoRun = false): Promise<JobPayload> {
    const { experimentId } = request
    const mutation = jobMutation(this.#jobs, async () => {
      const { question, userErrors } = await this.questionOf(request)
      if (question === null) return { userErrors }
      const idempotencyKey = `question:${resultKeyOf(question)}`
      return { request: { kind: 'RUN_ANALYSIS', experimentId, input: question, idempotencyKey, autoRun } }
    })
    return this.#idempotency.once(call, mutation)
  }

  /**
   * A request made definite, or the mistakes in it.
   *
   * @throws AppError NOT_FOUND, NO_DATA
   */
  async questionOf(
    request: RunAnalysisRequest,
  ): Promise<{ question: AnalysisQuestion | null; userErrors: UserError[] }> {
    const experiment = await this.#experiments.get(request.experimentId)
    const [variants, own, catalogue] = await Promise.all([
      this.#experiments.variantsOf([experiment.id]),
      this.#metrics.ofExperiments([experiment.id]),
      this.#metrics.list(),
    ])
    const metrics = metricDefinitions(request, own, catalogue)
    const unknown = (request.metrics ?? []).filter((key) => !metrics.some((metric) => metric.key === key))
    const userErrors = problemsOf(request, experiment, metrics, unknown, catalogue)
    if (userErrors.length > 0) return { question: null, userErrors }
    const version =
      request.datasetVersion == null
        ? await this.#datasets.latest(experiment.id)
        : await this.#datasets.version(experiment.id, request.datasetVersion)
    if (version === null) {
      if (request.datasetVersion != null) throw notFound('dataset version', String(request.datasetVersion))
      throw new AppError('NO_DATA', `The experiment "${experiment.key}" has no data yet. Upload events first.`)
    }
    if (request.segmentBy != null) {
      const parts = await this.#datasets.partsOf(experiment.id, version.number)
      const attributes = [...new Set(parts.flatMap((part) => part.attributes))].sort()
      if (!attributes.includes(request.segmentBy))
        return { question: null, userErrors: [unknownAttribute(request.segmentBy, attributes)] }
    }
    const { status, endAt, plannedUnits } = experiment
    const question: AnalysisQuestion = {
      datasetVersionId: version.id,
      datasetVersion: version.number,
      metrics,
      variants: orderedVariants(variants),
      settings: await this.#settingsOf(request, experiment, catalogue, metrics, version.number),
      guardrailsLeftOut: own
        .filter(({ role, metric }) => role === 'GUARDRAIL' && !metrics.some(({ id }) => id === metric.id))
        .map(({ metric }) => metric.name),
      schedule: {
        status,
        endAt: endAt?.toISOString() ?? null,
        plannedUnits,
        isBeforeEnd: endAt !== null && new Date() < endAt,
      },
    }
    return { question, userErrors: [] }
  }

  /** The settings, with the looks that count before this one: they belong to the question, and are stored with it. */
  async #settingsOf(
    request: RunAnalysisRequest,
    experiment: Experiment,
    catalogue: Metric[],
    metrics: MetricDefinition[],
    version: number,
  ): Promise<AnalysisSettings> {
    const settings = settingsOf(request, experiment, catalogue)
    const { status, endAt } = experiment
    const isOver = status === 'STOPPED' || status === 'ARCHIVED' || (endAt !== null && endAt <= new Date())
    const looks = lookSettingsOf(request.looks, experiment, isOver)
    if (looks === undefined) return settings
    if (looks.kind === 'ALWAYS_VALID') return { ...settings, looks }
    const before = await this.#repository.looksBefore(experiment.id, version)
    const rows = await this.#repository.resultsOf(before.map(({ id }) => id))
    const taken = before.map((analysis) => ({
      settings: analysis.settings as AnalysisSettings,
      rows: rows.filter(({ analysisId }) => analysisId === analysis.id).map(({ row }) => row),
    }))
    const metricIds = metrics.map(({ id }) => id)
    return { ...settings, looks: { ...looks, earlierFractions: earlierFractionsOf(looks, settings, metricIds, taken) } }
  }

  async get(id: string): Promise<Analysis> {
    const [analysis] = await this.#repository.byIds([id])
    if (analysis === undefined) throw notFound('analysis', id)
    return analysis
  }

  byIds(ids: readonly string[]): Promise<Analysis[]> {
    return this.#repository.byIds(ids)
  }

  latestOf(experimentIds: readonly string[]): Promise<Analysis[]> {
    return this.#repository.latestOf(experimentIds)
  }

  page(experimentId: string, request: PageRequest): Promise<Page<Analysis>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request)
  }

  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Analysis>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }

  resultsOf(analysisIds: readonly string[]): Promise<StoredResult[]> {
    return this.#repository.resultsOf(analysisIds)
  }
}

function unknownAttribute(name: string, known: string[]): UserError {
  const list = known.length === 0 ? 'none' : known.map((one) => `"${one}"`).join(', ')
  const message = `The events have no attribute "${name}". They have: ${list}.`
  return { code: 'NOT_FOUND', field: ['segmentBy'], message }
}
