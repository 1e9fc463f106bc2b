import { FairliftUserError, type DefineMetricInput, type Metric } from '@fairlift/sdk'
import { FieldErrors } from '../lib/field-errors.ts'
import { keyOfName } from '../lib/key-of-name.ts'
import { client } from '../lib/sdk.ts'

/** A metric of the reader's own, before it is in the catalogue. */
export class MetricDraft {
  name = $state('')
  #key = $state<string | null>(null)
  shape = $state<'SHARE' | 'COUNT' | 'SUM' | 'RATIO'>('SHARE')
  events = $state('')
  divisor = $state('')
  goal = $state<'INCREASE' | 'DECREASE'>('INCREASE')
  format = $state<'CURRENCY' | 'NUMBER'>('CURRENCY')
  errors = $state.raw(new FieldErrors())
  failure = $state.raw<unknown>(null)
  isSaving = $state(false)

  /** Follows the name until it is written itself. */
  get key(): string {
    return this.#key ?? keyOfName(this.name, '_')
  }

  set key(key: string) {
    this.#key = key
  }

  /** Null: it could not be defined, and `errors` or `failure` say why. */
  async define(): Promise<Metric | null> {
    this.isSaving = true
    this.errors = new FieldErrors()
    this.failure = null
    try {
      return await client.defineMetric(this.#input())
    } catch (error) {
      if (error instanceof FairliftUserError) this.errors = new FieldErrors(error.userErrors)
      else this.failure = error
      return null
    } finally {
      this.isSaving = false
    }
  }

  #input(): DefineMetricInput {
    const common = { key: this.key, name: this.name.trim(), goal: this.goal }
    const eventTypes = typesOf(this.events)
    switch (this.shape) {
      case 'SHARE':
        return { ...common, kind: 'PROPORTION', numerator: { aggregation: 'ANY', eventTypes } }
      case 'COUNT':
        return { ...common, kind: 'MEAN', numerator: { aggregation: 'COUNT', eventTypes } }
      case 'SUM':
        return { ...common, kind: 'MEAN', format: this.format, numerator: { aggregation: 'SUM', eventTypes } }
      case 'RATIO':
        return {
          ...common,
          kind: 'RATIO',
          format: this.format,
          numerator: { aggregation: 'SUM', eventTypes },
          denominator: { aggregation: 'COUNT', eventTypes: typesOf(this.divisor) },
        }
    }
  }
}

function typesOf(text: string): string[] {
  return text
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '')
}
