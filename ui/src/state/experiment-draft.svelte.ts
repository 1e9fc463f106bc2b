import {
  FairliftUserError,
  type CreateExperimentInput,
  type Experiment,
  type Metric,
  type MetricRole,
  type UpdateExperimentInput,
  type UserError,
} from '@fairlift/sdk'
import { FieldErrors } from '../lib/field-errors.ts'
import { fieldOfTime, timeOfField } from '../lib/format-date.ts'
import { keyOfName } from '../lib/key-of-name.ts'
import { client } from '../lib/sdk.ts'
import { sharesOf, sharesProblem } from '../lib/traffic-shares.ts'
import { RESERVED_KEY } from './route.svelte.ts'

export interface VariantDraft {
  /** Tells the rows of the form apart. */
  id: number
  key: string
  name: string
  percent: number | null
}

const roleOrder: MetricRole[] = ['PRIMARY', 'SECONDARY', 'GUARDRAIL']
let nextId = 0
const variant = (key: string): VariantDraft => ({ id: nextId++, key, name: '', percent: null })

/** What a person writes down of an experiment, new or being changed. */
export class ExperimentDraft {
  name = $state('')
  #key = $state<string | null>(null)
  hypothesis = $state('')
  currency = $state('')
  startAt = $state('')
  endAt = $state('')
  plannedUnits = $state<number | null>(null)
  autoRun = $state(false)
  /** The first is the control. */
  variants = $state<VariantDraft[]>([variant('control'), variant('treatment')])
  hasEqualShares = $state(true)
  roles = $state<Record<string, MetricRole>>({
    conversion: 'PRIMARY',
    revenue_per_visitor: 'SECONDARY',
    average_order_value: 'SECONDARY',
  })
  /** The catalogue. Null before it was read. */
  metrics = $state.raw<Metric[] | null>(null)
  errors = $state.raw(new FieldErrors())
  /** What is wrong beside mistakes in the fields. */
  failure = $state.raw<unknown>(null)
  isSaving = $state(false)
  readonly #experiment: Experiment | null

  /** Without an experiment: of a new one. */
  constructor(experiment: Experiment | null = null) {
    this.#experiment = experiment
    if (experiment === null) return
    this.name = experiment.name
    this.hypothesis = experiment.hypothesis ?? ''
    this.currency = experiment.currency ?? ''
    this.startAt = fieldOfTime(experiment.startAt)
    this.endAt = fieldOfTime(experiment.endAt)
    this.plannedUnits = experiment.plannedUnits
    this.autoRun = experiment.autoRun
    this.roles = Object.fromEntries(experiment.metrics.map(({ metric, role }) => [metric.key, role]))
  }

  /** Follows the name until it is written itself. */
  get key(): string {
    return this.#key ?? keyOfName(this.name)
  }

  set key(key: string) {
    this.#key = key
  }

  /** The metric that decides. Null: none is chosen, or the catalogue was not read yet. */
  get primaryMetric(): Metric | null {
    return this.metrics?.find(({ key }) => this.roles[key] === 'PRIMARY') ?? null
  }

  /** Relative sizes of the variants, the control first. */
  get trafficSplit(): number[] {
    if (this.#experiment !== null) {
      const ordered = this.#experiment.variants.toSorted(
        (a, b) => Number(b.role === 'CONTROL') - Number(a.role === 'CONTROL'),
      )
      return ordered.map(({ trafficSplit }) => trafficSplit)
    }
    const shares = this.variants.map(({ percent }) => percent ?? 0)
    return this.hasEqualShares || shares.some((share) => share <= 0) ? shares.map(() => 1) : shares
  }

  /** The experiment whose data tell what a metric was like so far. Null where there are none. */
  measuredBy(metricKey: string): string | null {
    const experiment = this.#experiment
    const isMeasured = experiment?.metrics.some(({ metric }) => metric.key === metricKey) ?? false
    return experiment !== null && experiment.latestAnalysis !== null && isMeasured ? experiment.id : null
  }

  async loadMetrics(): Promise<void> {
    this.failure = null
    try {
      this.metrics = await client.metrics()
    } catch (error) {
      this.failure = error
    }
  }

  addMetric(metric: Metric): void {
    this.metrics = [...(this.metrics ?? []), metric].toSorted((a, b) => a.name.localeCompare(b.name))
    this.setRole(metric.key, 'SECONDARY')
  }

  /** One metric decides: the one that did before informs from then on. */
  setRole(key: string, role: MetricRole | null): void {
    const roles = { ...this.roles }
    if (role === 'PRIMARY') {
      for (const other of Object.keys(roles)) if (roles[other] === 'PRIMARY') roles[other] = 'SECONDARY'
    }
    if (role === null) delete roles[key]
    else roles[key] = role
    this.roles = roles
  }

  /** Shares of one's own begin with equal ones. */
  shareEqually(isEqual: boolean): void {
    this.hasEqualShares = isEqual
    this.errors = this.errors.without('variants')
    if (isEqual) return
    for (const each of this.variants) each.percent ??= Number((100 / this.variants.length).toFixed(2))
  }

  addVariant(): void {
    this.variants.push(variant(`treatment-${this.variants.length}`))
  }

  removeVariant(id: number): void {
    this.variants = this.variants.filter((candidate) => candidate.id !== id)
  }

  /** Null: it could not be saved, and `errors` or `failure` say why. */
  async save(): Promise<Experiment | null> {
    this.failure = null
    const mistakes = this.#experiment === null ? this.#mistakes() : []
    this.errors = new FieldErrors(mistakes)
    if (mistakes.length > 0) return null
    this.isSaving = true
    try {
      return this.#experiment === null
        ? await client.createExperiment(this.#creation())
        : await client.updateExperiment(this.#changes(this.#experiment))
    } catch (error) {
      if (error instanceof FairliftUserError) this.errors = new FieldErrors(error.userErrors)
      else this.failure = error
      return null
    } finally {
      this.isSaving = false
    }
  }

  /** What only this page knows to be wrong; the rest the server tells. */
  #mistakes(): UserError[] {
    const mistakes: UserError[] = []
    if (this.key === RESERVED_KEY) {
      const message = 'This key is the address of this form. Choose another one.'
      mistakes.push({ code: 'TAKEN', field: ['key'], message })
    }
    const shares = this.hasEqualShares ? null : sharesProblem(this.variants.map(({ percent }) => percent))
    if (shares !== null) mistakes.push({ code: 'INVALID', field: ['variants'], message: shares })
    return mistakes
  }

  #chosenMetrics(): { key: string; role: MetricRole }[] {
    return roleOrder.flatMap((role) =>
      Object.entries(this.roles)
        .filter(([, chosen]) => chosen === role)
        .map(([key]) => ({ key, role })),
    )
  }

  #creation(): CreateExperimentInput {
    const shares = this.hasEqualShares ? null : sharesOf(this.variants.map(({ percent }) => percent ?? 0))
    return {
      key: this.key,
      name: this.name,
      hypothesis: this.hypothesis.trim() || undefined,
      currency: this.currency.trim() || undefined,
      startAt: timeOfField(this.startAt) ?? undefined,
      endAt: timeOfField(this.endAt) ?? undefined,
      plannedUnits: this.plannedUnits ?? undefined,
      autoRun: this.autoRun,
      variants: this.variants.map(({ key, name }, place) => ({
        key: key.trim(),
        name: name.trim() || undefined,
        role: place === 0 ? 'CONTROL' : 'TREATMENT',
        trafficSplit: shares?.[place],
      })),
      metrics: this.#chosenMetrics(),
    }
  }

  #changes({ id }: Experiment): UpdateExperimentInput {
    return {
      id,
      name: this.name,
      // Null takes away what was there.
      hypothesis: this.hypothesis.trim() || null,
      currency: this.currency.trim() || null,
      startAt: timeOfField(this.startAt),
      endAt: timeOfField(this.endAt),
      plannedUnits: this.plannedUnits,
      autoRun: this.autoRun,
      metrics: this.#chosenMetrics(),
    }
  }
}
