import { EXPOSURE } from '../../engine/event-columns.ts'
import type { UserError } from '../../errors.ts'
import { limits, shown } from '../../ingest/contract.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import type { ExperimentMetric, Metric, MetricRepository, MetricRole, NewMetric } from './metric.repository.ts'
import { standardMetrics } from './standard-metrics.ts'

const MAX_NAME_LENGTH = 200
const MAX_EVENT_TYPES = 100

export type { ExperimentMetric, Metric, MetricRole }

export interface DefineMetricRequest {
  key: string
  name: string
  description?: string | null
  kind: Metric['kind']
  numerator: Metric['numerator']
  denominator?: Metric['denominator']
  /** Quantile metrics only: in (0, 1). */
  quantile?: number | null
  goal?: Metric['goal'] | null
  format?: Metric['format'] | null
}

export interface DefineMetricPayload {
  metric: Metric | null
  userErrors: UserError[]
}

export class MetricService {
  readonly #repository: MetricRepository
  readonly #idempotency: IdempotencyService

  constructor(repository: MetricRepository, idempotency: IdempotencyService) {
    this.#repository = repository
    this.#idempotency = idempotency
  }

  /** Makes sure that the metrics that come with Fairlift are in the catalogue. */
  ensureStandard(): Promise<void> {
    return this.#repository.upsertStandard(standardMetrics)
  }

  list(): Promise<Metric[]> {
    return this.#repository.list()
  }

  byIds(ids: readonly string[]): Promise<Metric[]> {
    return this.#repository.byIds(ids)
  }

  byKeys(keys: readonly string[]): Promise<Metric[]> {
    return this.#repository.byKeys(keys)
  }

  ofExperiments(experimentIds: readonly string[]): Promise<ExperimentMetric[]> {
    return this.#repository.ofExperiments(experimentIds)
  }

  /** Adds a metric to the catalogue, or says what is wrong with its definition. */
  define(given: DefineMetricRequest, call: IdempotentCall | null): Promise<DefineMetricPayload> {
    const request = {
      ...given,
      numerator: tidied(given.numerator),
      denominator: given.denominator && tidied(given.denominator),
    }
    return this.#idempotency.once<DefineMetricPayload>(call, {
      again: async ([id]) => {
        const [metric] = await this.#repository.byIds([id!])
        return metric === undefined ? null : { metric, userErrors: [] }
      },
      refuse: (userErrors) => ({ metric: null, userErrors }),
      make: async () => {
        const userErrors = problemsOf(request)
        if (userErrors.length > 0) return { metric: null, userErrors }
        return async (tx) => {
          const metric = await this.#repository.insert(newMetricOf(request), tx)
          if (metric !== null) return { answer: { metric, userErrors: [] }, ids: [metric.id] }
          const message = `There is a metric "${request.key}" already. Choose another key.`
          return { answer: { metric, userErrors: [{ code: 'TAKEN', field: ['key'], message }] }, ids: null }
        }
      },
    })
  }
}

function newMetricOf({ key, name, description, kind, ...rest }: DefineMetricRequest): NewMetric {
  const { numerator, denominator, quantile, goal, format } = rest
  return {
    ...{ key, name, kind, numerator, quantile },
    description: description ?? null,
    denominator: denominator ?? null,
    goal: goal ?? 'INCREASE',
    format: format ?? (kind === 'PROPORTION' ? 'PERCENT' : 'NUMBER'),
  }
}

/** As events are: without white space around their types. */
function tidied({ eventTypes, ...measure }: Metric['numerator']): Metric['numerator'] {
  return { ...measure, eventTypes: [...new Set(eventTypes.map((type) => type.trim()))] }
}

function problemsOf({ key, name, kind, numerator, denominator, quantile }: DefineMetricRequest): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string) =>
    problems.push({ code: 'INVALID', field: field.split('.'), message })
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(key)) {
    problem('key', `A key has small letters, digits and "_" and begins with a letter, got "${key}".`)
  }
  if (name.trim() === '') problem('name', 'A metric needs a name.')
  if (name.length > MAX_NAME_LENGTH)
    problem('name', `At most ${MAX_NAME_LENGTH} characters are kept, got ${name.length}.`)
  for (const [field, measure] of [
    ['numerator', numerator],
    ['denominator', denominator],
  ] as const) {
    if (measure == null) continue
    const { eventTypes } = measure
    if (eventTypes.length === 0 || eventTypes.includes('')) {
      problem(`${field}.eventTypes`, 'A measure needs at least one event type, and none that is empty.')
    }
    if (eventTypes.length > MAX_EVENT_TYPES) {
      problem(`${field}.eventTypes`, `A measure has at most ${MAX_EVENT_TYPES} event types, got ${eventTypes.length}.`)
    }
    const long = eventTypes.find((type) => type.length > limits.eventTypeLength)
    if (long !== undefined) {
      problem(
        `${field}.eventTypes`,
        `"${shown(long)}" is longer than an event type can be: ${limits.eventTypeLength} characters.`,
      )
    }
    if (eventTypes.includes(EXPOSURE)) {
      problem(`${field}.eventTypes`, `Every user that is compared was exposed: "${EXPOSURE}" measures nothing.`)
    }
  }
  if (kind === 'QUANTILE' && !(quantile != null && quantile > 0 && quantile < 1)) {
    problem('quantile', `A quantile lies between 0 and 1, such as 0.9, got ${quantile ?? 'none'}.`)
  }
  if (kind !== 'QUANTILE' && quantile != null) problem('quantile', `Only a quantile has a level; the kind is ${kind}.`)
  if (kind === 'PROPORTION' && numerator.aggregation !== 'any') {
    problem(
      'numerator.aggregation',
      `A proportion counts users: its aggregation is "any", got "${numerator.aggregation}".`,
    )
  }
  if (kind === 'RATIO' && denominator == null) problem('denominator', 'A ratio needs a denominator.')
  if (kind !== 'RATIO' && denominator != null)
    problem('denominator', `Only a ratio has a denominator; the kind is ${kind}.`)
  return problems
}
