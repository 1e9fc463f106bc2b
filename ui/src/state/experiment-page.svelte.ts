import type {
  Analysis,
  AnalysisSummary,
  Batch,
  Experiment,
  ExperimentUpdate,
  ListedDatasetVersion,
  ModelSummary,
} from '@fairlift/sdk'
import { isOffline } from '../lib/explain-error.ts'
import { client, watcher } from '../lib/sdk.ts'
import { AnalysisRun } from './analysis-run.svelte.ts'
import { Live } from './live.svelte.ts'
import { ModelDraft } from './model-draft.svelte.ts'
import { PagedItems } from './paged-items.svelte.ts'
import { ShownModel } from './shown-model.svelte.ts'
import { UploadFlow } from './upload-flow.svelte.ts'

/** How often a page that could not be loaded asks again. */
const RETRY_MS = 3000

/** Everything about one experiment, kept while the reader goes from view to view of it. */
export class ExperimentPage {
  experiment = $state.raw<Experiment | null>(null)
  /** Why the experiment cannot be shown. */
  error = $state.raw<unknown>(null)
  /** The analysis that is shown. */
  analysis = $state.raw<Analysis | null>(null)
  analysisError = $state.raw<unknown>(null)
  batches = $state.raw<PagedItems<Batch> | null>(null)
  analyses = $state.raw<PagedItems<AnalysisSummary> | null>(null)
  /** Read by the view that lists them. */
  versions = $state.raw<PagedItems<ListedDatasetVersion> | null>(null)
  models = $state.raw<PagedItems<ModelSummary> | null>(null)
  readonly upload = new UploadFlow()
  readonly run = new AnalysisRun()
  readonly draft = new ModelDraft()
  readonly shown = new ShownModel()
  readonly live = new Live()
  readonly #key: string
  #wanted: string | null = null
  #hasLeft = false
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(key: string) {
    this.#key = key
  }

  async load(): Promise<void> {
    try {
      this.experiment = await client.experiment({ key: this.#key })
      this.error = null
    } catch (error) {
      this.error = error
      if (isOffline(error)) this.#tryAgain()
      return
    }
    const { id } = this.experiment
    this.batches = new PagedItems(client.batches(id))
    this.analyses = new PagedItems(client.analyses(id))
    this.models = new PagedItems(client.models(id))
    this.versions = new PagedItems(client.datasetVersions(id))
    await this.#refresh()
    void this.live.follow(
      (signal) => watcher.watchExperiment(id, { signal }),
      (update) => this.#take(update),
    )
  }

  /** Shows an analysis; null shows the newest, and those that come after it. */
  async show(id: string | null): Promise<void> {
    this.#wanted = id
    const wanted = id ?? this.experiment?.latestAnalysis?.id ?? null
    this.analysisError = null
    if (wanted === null || wanted === this.analysis?.id) return
    try {
      const analysis = await client.analysis(wanted)
      // By now the reader may have asked for another one.
      if (this.#wanted === id) this.analysis = analysis
    } catch (error) {
      if (this.#wanted === id) this.analysisError = error
    }
  }

  /** Takes over what a change made of the experiment. */
  changed(experiment: Experiment): void {
    this.experiment = experiment
  }

  leave(): void {
    this.#hasLeft = true
    clearTimeout(this.#timer)
    this.live.leave()
    this.upload.leave()
  }

  /** The server is away: the page comes by itself when it is back. */
  #tryAgain(): void {
    clearTimeout(this.#timer)
    if (!this.#hasLeft) this.#timer = setTimeout(() => void this.load(), RETRY_MS)
  }

  async #refresh(): Promise<void> {
    await Promise.all([this.batches?.load(), this.analyses?.load(), this.models?.load()])
  }

  #take(update: ExperimentUpdate): void {
    if (update.__typename === 'ExperimentChanged') {
      this.experiment = update.experiment
      // It is also the first message after a lost connection: what came in between was missed.
      void this.#refresh()
      void this.show(this.#wanted)
    } else if (update.__typename === 'BatchChanged') {
      this.batches?.put(update.batch)
      if (update.batch.status === 'LANDED') void this.#reload()
    } else if (update.__typename === 'ModelReady') {
      this.models?.put(update.model)
    } else {
      this.analyses?.put(update.analysis)
      if (this.experiment !== null) this.experiment = { ...this.experiment, latestAnalysis: update.analysis }
      void this.show(this.#wanted)
    }
  }

  /** A landed batch makes a new version of the data, and may bring new attributes. */
  async #reload(): Promise<void> {
    try {
      const experiment = await client.experiment({ key: this.#key })
      // An analysis that has been told of meanwhile may be newer than what was read.
      const told = this.experiment?.latestAnalysis ?? null
      const isBehind = told !== null && told.computedAt > (experiment.latestAnalysis?.computedAt ?? '')
      this.experiment = isBehind ? { ...experiment, latestAnalysis: told } : experiment
    } catch {
      // The connection is being lost: when it is back, the experiment comes again by itself.
    }
  }
}
