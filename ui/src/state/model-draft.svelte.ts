import {
  FairliftUserError,
  type Experiment,
  type HistoryMeasure,
  type Model,
  type ModelFeatureInput,
  type ModelKindChoice,
  type ModelPenaltyKind,
  type ModelTargetKind,
  type TrainModelInput,
  type UserError,
} from '@fairlift/sdk'
import { SvelteSet } from 'svelte/reactivity'
import { FieldErrors } from '../lib/field-errors.ts'
import { client } from '../lib/sdk.ts'
import { JobRun } from './job-run.svelte.ts'

export const historyMeasures: HistoryMeasure[] = ['RECENCY', 'FREQUENCY', 'SPEND']

/** Something known of users that a model may use. */
export interface FeatureChoice {
  name: string
  attribute: string | null
  measure: HistoryMeasure | null
}

/** A model that is asked for: the question as it is written, its mistakes, and the training. */
export class ModelDraft {
  target = $state<ModelTargetKind>('CONVERSION')
  /** Key of a metric; empty: the usual one of the target. */
  metric = $state('')
  kind = $state<ModelKindChoice>('AUTO')
  penaltyKind = $state<ModelPenaltyKind>('AUTO')
  penalty = $state<number | null>(null)
  folds = $state<number | null>(null)
  holdout = $state<number | null>(null)
  horizonDays = $state<number | null>(null)
  seed = $state<number | null>(null)
  level = $state(0.95)
  /** Types of the events before the exposure that features of the history are made of. */
  historyTypes = $state('purchase')
  /** Attributes that are left out: by default all are used. */
  readonly leftOut = new SvelteSet<string>()
  readonly history = new SvelteSet<HistoryMeasure>()
  /** Names of features by whose levels the effect may differ. */
  readonly interactions = new SvelteSet<string>()
  errors = $state.raw(new FieldErrors())
  readonly run = new JobRun<Model>()
  /** The features of the question that `errors` are about. */
  #asked: string[] = []

  choicesOf(attributes: readonly string[]): FeatureChoice[] {
    return [
      ...attributes.map((attribute) => ({ name: attribute, attribute, measure: null })),
      ...historyMeasures.map((measure) => ({ name: this.#historyName(measure), attribute: null, measure })),
    ]
  }

  uses({ attribute, measure }: FeatureChoice): boolean {
    return measure === null ? !this.leftOut.has(attribute!) : this.history.has(measure)
  }

  use(choice: FeatureChoice, isUsed: boolean): void {
    if (choice.measure === null) put(this.leftOut, choice.attribute!, !isUsed)
    else put(this.history, choice.measure, isUsed)
  }

  interact(name: string, isAllowed: boolean): void {
    put(this.interactions, name, isAllowed)
  }

  /** What is wrong with a feature of the last question. */
  errorsOf(name: string): UserError[] {
    const place = String(this.#asked.indexOf(name))
    return this.errors.all.filter(({ field }) => field[0] === 'features' && field[1] === place)
  }

  /** Null: no model came of it, and `errors` or `run.error` say why. */
  async train(experiment: Experiment): Promise<Model | null> {
    this.errors = new FieldErrors()
    const input = this.#input(experiment)
    const model = await this.run.follow(client.trainModel(input))
    if (this.run.error instanceof FairliftUserError) {
      this.errors = new FieldErrors(this.run.error.userErrors)
      this.run.error = null
    }
    return model
  }

  #input(experiment: Experiment): TrainModelInput {
    const used = this.choicesOf(experiment.attributes).filter((choice) => this.uses(choice))
    this.#asked = used.map(({ name }) => name)
    return {
      experimentId: experiment.id,
      target: { kind: this.target, metric: this.metric || undefined },
      kind: this.kind,
      features: used.map((choice) => this.#feature(choice)),
      interactions: this.#asked.filter((name) => this.interactions.has(name)),
      penalty:
        this.penaltyKind === 'AUTO'
          ? undefined
          : { kind: this.penaltyKind, value: this.penaltyKind === 'FIXED' ? this.penalty : undefined },
      folds: this.folds ?? undefined,
      holdout: this.holdout ?? undefined,
      horizonDays: this.horizonDays ?? undefined,
      seed: this.seed ?? undefined,
      level: this.level === 0.95 ? undefined : this.level,
    }
  }

  #feature({ name, attribute, measure }: FeatureChoice): ModelFeatureInput {
    return measure === null ? { attribute } : { name, history: { measure, eventTypes: this.#types() } }
  }

  #historyName(measure: HistoryMeasure): string {
    return `${measure.toLowerCase()} of ${this.#types().join(', ') || 'events'}`
  }

  #types(): string[] {
    return this.historyTypes
      .split(',')
      .map((type) => type.trim())
      .filter((type) => type !== '')
  }
}

function put<Item>(set: Set<Item>, item: Item, isIn: boolean): void {
  if (isIn) set.add(item)
  else set.delete(item)
}
