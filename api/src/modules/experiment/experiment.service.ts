import { type UserError, notFound } from '../../errors.ts'
import type { DatasetService } from '../dataset/dataset.service.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import type { Metric, MetricRole, MetricService } from '../metric/metric.service.ts'
import type { MetricRepository } from '../metric/metric.repository.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { Transaction } from '../repository.ts'
import { problemsOf, type ExperimentRequest } from './experiment-problems.ts'
import type {
  Experiment,
  ExperimentFilter,
  ExperimentRepository,
  ExperimentStatus,
  NewExperiment,
  Variant,
} from './experiment.repository.ts'

export type { Experiment, ExperimentFilter, ExperimentStatus, Variant }

export type CreateExperimentRequest = ExperimentRequest & { key: string; name: string }
export type UpdateExperimentRequest = Omit<ExperimentRequest, 'key' | 'variants'>

export interface ExperimentPayload {
  experiment: Experiment | null
  userErrors: UserError[]
}

/** The metrics that an experiment is read by when none are named. */
const DEFAULT_METRICS: { key: string; role: MetricRole }[] = [
  { key: 'conversion', role: 'PRIMARY' },
  { key: 'revenue_per_visitor', role: 'SECONDARY' },
  { key: 'average_order_value', role: 'SECONDARY' },
]

/** From which state an experiment may go where. */
const transitions: Record<'RUNNING' | 'STOPPED' | 'ARCHIVED', ExperimentStatus[]> = {
  RUNNING: ['DRAFT', 'STOPPED'],
  STOPPED: ['DRAFT', 'RUNNING'],
  ARCHIVED: ['DRAFT', 'STOPPED'],
}

export class ExperimentService {
  readonly #repository: ExperimentRepository
  readonly #metrics: MetricService
  readonly #datasets: DatasetService
  readonly #metricRepository: MetricRepository
  readonly #idempotency: IdempotencyService

  constructor(
    repository: ExperimentRepository,
    metrics: MetricService,
    metricRepository: MetricRepository,
    datasets: DatasetService,
    idempotency: IdempotencyService,
  ) {
    this.#repository = repository
    this.#datasets = datasets
    this.#metrics = metrics
    this.#metricRepository = metricRepository
    this.#idempotency = idempotency
  }

  create(request: CreateExperimentRequest, call: IdempotentCall | null): Promise<ExperimentPayload> {
    return this.#idempotency.once<ExperimentPayload>(call, {
      again: async ([id]) => {
        const [experiment] = await this.#repository.byIds([id!])
        return experiment === undefined ? null : { experiment, userErrors: [] }
      },
      refuse: (userErrors) => ({ experiment: null, userErrors }),
      make: async () => {
        const chosen = request.metrics ?? DEFAULT_METRICS
        const known = await this.#metrics.byKeys(chosen.map(({ key }) => key))
        const userErrors = problemsOf({ ...request, metrics: chosen }, known)
        if (userErrors.length > 0) return { experiment: null, userErrors }
        return async (tx) => {
          const experiment = await this.#insert(request, tx)
          if (experiment === null) {
            const message = `There is an experiment "${request.key}" already. Choose another key.`
            const taken = { code: 'TAKEN', field: ['key'], message }
            return { answer: { experiment, userErrors: [taken] }, ids: null }
          }
          await this.#metricRepository.replace(experiment.id, withIds(chosen, known), tx)
          return { answer: { experiment, userErrors: [] }, ids: [experiment.id] }
        }
      },
    })
  }

  #insert(request: CreateExperimentRequest, tx: Transaction): Promise<Experiment | null> {
    const variants = request.variants ?? [
      { key: 'control', role: 'CONTROL' as const },
      { key: 'treatment', role: 'TREATMENT' as const },
    ]
    return this.#repository.insert(
      { ...settingsOf(request), key: request.key, name: request.name.trim() },
      variants.map(({ key, name, role, trafficSplit }, position) => ({
        key,
        name: name?.trim() || key,
        role,
        trafficSplit: trafficSplit ?? 1 / variants.length,
        position,
      })),
      tx,
    )
  }

  async update(id: string, request: UpdateExperimentRequest): Promise<ExperimentPayload> {
    const before = await this.get(id)
    const known = await this.#metrics.byKeys((request.metrics ?? []).map(({ key }) => key))
    // Times are checked against those that stay.
    const merged = {
      ...request,
      startAt: request.startAt === undefined ? before.startAt : request.startAt,
      endAt: request.endAt === undefined ? before.endAt : request.endAt,
    }
    const userErrors = problemsOf(merged, known)
    if (userErrors.length > 0) return { experiment: null, userErrors }
    const experiment = await this.#repository.transaction(async (tx) => {
      if (request.metrics != null) await this.#metricRepository.replace(id, withIds(request.metrics, known), tx)
      const changes = settingsOf(request)
      if (request.name != null) changes.name = request.name.trim()
      return this.#repository.update(id, { ...changes, updatedAt: new Date() }, tx)
    })
    return { experiment, userErrors: [] }
  }

  /**
   * Starts, stops or archives an experiment. Stopping one that has no end sets it; an end that has passed is taken away
   * when it is started again, or it would count as over and shut out what comes.
   */
  async changeStatus(id: string, to: 'RUNNING' | 'STOPPED' | 'ARCHIVED'): Promise<ExperimentPayload> {
    const experiment = await this.get(id)
    if (experiment.status === to) return { experiment, userErrors: [] }
    if (!transitions[to].includes(experiment.status)) {
      const message = `An experiment that is ${experiment.status} cannot become ${to}.`
      return { experiment: null, userErrors: [{ code: 'CONFLICT', field: ['id'], message }] }
    }
    const now = new Date()
    const changes: Partial<NewExperiment> = { status: to }
    if (to === 'RUNNING' && experiment.startAt === null && !(await this.#hasData(id))) changes.startAt = now
    if (to === 'RUNNING' && experiment.status === 'STOPPED' && experiment.endAt !== null && experiment.endAt <= now)
      changes.endAt = null
    if (to === 'STOPPED' && experiment.endAt === null) changes.endAt = now
    return { experiment: await this.#repository.update(id, changes), userErrors: [] }
  }

  /** With data from before, a start of now would shut them out: then it stays open. */
  async #hasData(id: string): Promise<boolean> {
    return (await this.#datasets.latestOf([id])).length > 0
  }

  async get(id: string): Promise<Experiment> {
    const [experiment] = await this.#repository.byIds([id])
    if (experiment === undefined) throw notFound('experiment', id)
    return experiment
  }

  async byKey(key: string): Promise<Experiment> {
    const experiment = await this.#repository.byKey(key)
    if (experiment === null) throw notFound('experiment', key)
    return experiment
  }

  byIds(ids: readonly string[]): Promise<Experiment[]> {
    return this.#repository.byIds(ids)
  }

  page(request: PageRequest, filter: ExperimentFilter): Promise<Page<Experiment>> {
    requirePageSize(request.first)
    return this.#repository.page(request, filter)
  }

  variantsOf(experimentIds: readonly string[]): Promise<Variant[]> {
    return this.#repository.variantsOf(experimentIds)
  }

  variantsByIds(ids: readonly string[]): Promise<Variant[]> {
    return this.#repository.variantsByIds(ids)
  }
}

/** The fields that creating and updating have in common; what is left out stays as it is. */
function settingsOf(request: ExperimentRequest): Partial<NewExperiment> & { name: string } {
  const { hypothesis, startAt, endAt, plannedUnits, currency, conflictPolicy, autoRun } = request
  const settings = {
    hypothesis,
    startAt,
    endAt,
    plannedUnits,
    currency: currency?.toUpperCase(),
    conflictPolicy: conflictPolicy ?? undefined,
    autoRun: autoRun ?? undefined,
  }
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof settingsOf
  >
}

function withIds(
  chosen: { key: string; role: MetricRole }[],
  known: Metric[],
): { metricId: string; role: MetricRole }[] {
  return chosen.map(({ key, role }) => ({ metricId: known.find((metric) => metric.key === key)!.id, role }))
}
