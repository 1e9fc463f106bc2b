import { type UserError } from '../../errors.ts'
import { type ExperimentMetric, type Metric, type MetricRepository, type MetricRole } from './metric.repository.ts'
import { standardMetrics } from './standard-metrics.ts'

export type { ExperimentMetric, Metric, MetricRole }

export interface DefineMetricRequest {
  key: string
  name: string
  description?: string | null
  kind: Metric['kind']
  numerator: Metric['numerator']
  denominator?: Metric['denominator']
  goal?: Metric['goal'] | null
  format?: Metric['format'] | null
}

export class MetricService {
  readonly #repository: MetricRepository

  constructor(repository: MetricRepository) {
    this.#repository = repository
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
  async define(request: DefineMetricRequest): Promise<{ metric: Metric | null; userErrors: UserError[] }> {
    const userErrors = problemsOf(request)
    if (userErrors.length > 0) return { metric: null, userErrors }
    const { denominator, goal, format, description } = request
    const metric = await this.#repository.insert({
      ...request,
      description: description ?? null,
      denominator: denominator ?? null,
      goal: goal ?? 'INCREASE',
      format: format ?? (request.kind === 'PROPORTION' ? 'PERCENT' : 'NUMBER'),
    })
    if (metric !== null) return { metric, userErrors: [] }
    return {
      metric: null,
      userErrors: [
        { code: 'TAKEN', field: ['key'], message: `There is a metric "${request.key}" already. Choose another key.` },
      ],
    }
  }
}

function problemsOf({ key, name, kind, numerator, denominator }: DefineMetricRequest): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string) =>
    problems.push({ code: 'INVALID', field: field.split('.'), message })
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(key)) {
    problem('key', `A key has small letters, digits and "_" and begins with a letter, got "${key}".`)
  }
  if (name.trim() === '') problem('name', 'A metric needs a name.')
  for (const [field, measure] of [
    ['numerator', numerator],
    ['denominator', denominator],
  ] as const) {
    if (measure == null) continue
    if (measure.eventTypes.length === 0 || measure.eventTypes.some((type) => type.trim() === '')) {
      problem(`${field}.eventTypes`, 'A measure needs at least one event type.')
    }
  }
  if (kind === 'QUANTILE') problem('kind', 'Quantile metrics cannot be defined yet.')
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
