import * as documents from './_generated/graphql.ts'
import type {
  AnalysisRun,
  ClientOptions,
  EventPage,
  EventsOptions,
  PreviewUploadOptions,
  Upload,
  UploadEventsOptions,
} from './client-options.ts'
import { compareVersions, type VersionPair } from './compare-versions.ts'
import { DatasetCalls } from './dataset-calls.ts'
import { endpointOf, webSocketEndpointOf } from './endpoint.ts'
import { followAnalysis, followUpload } from './job-results.ts'
import { withKey } from './idempotency-key.ts'
import { PagedList, pageOf, type ListOptions } from './paginate.ts'
import { accepted, required } from './payload.ts'
import { defaultRetryPolicy, type RetryPolicy } from './retry.ts'
import { largeSizeOf, sendLargeFile } from './send-large-file.ts'
import type { ResultOptions } from './started-work.ts'
import { Subscriptions } from './subscriptions.ts'
import { Transport, type CallOptions, type RequestOptions } from './transport.ts'
import type { TypedDocument } from './typed-document.ts'
import type * as types from './types.ts'
import { previewPart } from './upload.ts'
import { watchExperiment, watchExperiments, watchJob } from './watch.ts'

/** Makes a client. Nothing is sent before it is used. */
export function createClient(options: ClientOptions): FairliftClient {
  return new FairliftClient(options)
}

/**
 * Talks to a Fairlift server. Calls reject with FairliftError or one of its subclasses: FairliftUserError for mistakes
 * in the input, FairliftNetworkError when the server cannot be reached. What may be sent twice is tried again when the
 * network fails.
 */
export class FairliftClient extends DatasetCalls {
  readonly #transport: Transport
  readonly #subscriptions: Subscriptions
  readonly #retry: RetryPolicy

  /** Use `createClient`. */
  constructor({ url, apiKey, fetch, webSocketImpl, retry }: ClientOptions) {
    super()
    const endpoint = endpointOf(url)
    const authorization = async (): Promise<Record<string, string>> => {
      const key = typeof apiKey === 'function' ? await apiKey() : apiKey
      return key == null ? {} : { authorization: `Bearer ${key}` }
    }
    this.#retry = { ...defaultRetryPolicy, ...retry }
    this.#transport = new Transport({ endpoint, headers: authorization, fetch: fetch ?? null, retry: this.#retry })
    this.#subscriptions = new Subscriptions({
      endpoint: webSocketEndpointOf(endpoint),
      connectionParams: authorization,
      webSocketImpl: webSocketImpl ?? null,
      retry: this.#retry,
    })
  }

  // Experiments

  /**
   * Experiments, newest first.
   *
   * @example
   * for await (const experiment of client.experiments({ filter: { status: ['RUNNING'] } })) console.log(experiment.name)
   */
  experiments(options: ListOptions & { filter?: types.ExperimentFilter } = {}): PagedList<types.Experiment> {
    const { filter, ...list } = options
    return new PagedList(async (page, signal) => {
      const { experiments } = await this.request(documents.ExperimentsDocument, { ...page, filter }, { signal })
      return pageOf(experiments)
    }, list)
  }

  /** One experiment, by id or by key. Throws FairliftError NOT_FOUND. */
  async experiment(which: { id: string } | { key: string }, options?: CallOptions): Promise<types.Experiment> {
    return required((await this.request(documents.ExperimentDocument, which, options)).experiment)
  }

  /**
   * Creates an experiment. Throws FairliftUserError, for example when the key is taken.
   *
   * @example
   * await client.createExperiment({ key: 'checkout', name: 'One-page checkout', currency: 'EUR' })
   */
  async createExperiment(input: types.CreateExperimentInput, options?: CallOptions): Promise<types.Experiment> {
    const { createExperiment } = await this.#repeatable(
      documents.CreateExperimentDocument,
      { input: withKey(input) },
      options,
    )
    return required(accepted(createExperiment).experiment)
  }

  /** Changes what is given of an experiment. Throws FairliftUserError; FairliftError NOT_FOUND. */
  async updateExperiment(input: types.UpdateExperimentInput, options?: CallOptions): Promise<types.Experiment> {
    const { updateExperiment } = await this.#repeatable(documents.UpdateExperimentDocument, { input }, options)
    return required(accepted(updateExperiment).experiment)
  }

  /**
   * Starts an experiment; its start is now unless it has one, or has data already. One that was stopped loses an end that
   * has passed. Throws FairliftUserError; FairliftError NOT_FOUND.
   */
  async startExperiment(id: string, options?: CallOptions): Promise<types.Experiment> {
    const { startExperiment } = await this.#repeatable(documents.StartExperimentDocument, { id }, options)
    return required(accepted(startExperiment).experiment)
  }

  /** Stops an experiment; its end is now unless it has one. Throws FairliftUserError; FairliftError NOT_FOUND. */
  async stopExperiment(id: string, options?: CallOptions): Promise<types.Experiment> {
    const { stopExperiment } = await this.#repeatable(documents.StopExperimentDocument, { id }, options)
    return required(accepted(stopExperiment).experiment)
  }

  /** Puts an experiment away; its data stay. Throws FairliftUserError while it runs; FairliftError NOT_FOUND. */
  async archiveExperiment(id: string, options?: CallOptions): Promise<types.Experiment> {
    const { archiveExperiment } = await this.#repeatable(documents.ArchiveExperimentDocument, { id }, options)
    return required(accepted(archiveExperiment).experiment)
  }

  /**
   * What happens to an experiment: first the experiment as it is, then changes of it, of its batches, and its new
   * analyses, until the loop is left or the signal is aborted. After a lost connection the experiment comes again:
   * changes in between may have been missed, so read anew what is shown.
   *
   * @example
   * for await (const change of client.watchExperiment(id, { signal })) {
   *   if (change.__typename === 'AnalysisReady') show(change.analysis)
   * }
   */
  watchExperiment(id: string, options?: CallOptions): AsyncGenerator<types.ExperimentUpdate, void, undefined> {
    return watchExperiment(this.#subscriptions, id, this.#retry, options)
  }

  /**
   * Which experiments anything happens to, new ones too, until the loop is left or the signal is aborted. Null first, and
   * again after a lost connection: changes may have been missed, so read anew what is shown.
   *
   * @example
   * for await (const changed of client.watchExperiments({ signal })) await readListAgain(changed)
   */
  watchExperiments(options?: CallOptions): AsyncGenerator<types.Experiment | null, void, undefined> {
    return watchExperiments(this.#subscriptions, this.#retry, options)
  }

  // Metrics

  /** The catalogue of metrics, by name. */
  async metrics(options?: CallOptions): Promise<types.Metric[]> {
    return (await this.request(documents.MetricsDocument, {}, options)).metrics
  }

  /** Adds a metric to the catalogue. Throws FairliftUserError, for example when the key is taken. */
  async defineMetric(input: types.DefineMetricInput, options?: CallOptions): Promise<types.Metric> {
    const { defineMetric } = await this.#repeatable(documents.DefineMetricDocument, { input: withKey(input) }, options)
    return required(accepted(defineMetric).metric)
  }

  // Data

  /**
   * Sends a file of events (CSV, TSV, Parquet, NDJSON or JSON; plain, gzip or zstd). Resolves to the batch when the
   * server has stored the bytes; `result()` waits until its rows are part of the data. The same content read the same
   * way is taken once: sending it again answers with the batch that is there. A large file goes in pieces, and on from
   * where it was when the connection breaks.
   *
   * Throws FairliftUserError; FairliftError NOT_FOUND, UPLOAD_TOO_LARGE, UPLOAD_ABORTED when a stream has fewer bytes
   * than its `sizeBytes`; and what the file's stream throws. `result()`
   * throws FairliftBatchError when nothing was taken over, and FairliftJobError when the job came to nothing.
   *
   * @example
   * const upload = client.uploadEvents({ experimentId, file, onProgress: ({ sentBytes }) => show(sentBytes) })
   * const { accepted, rejected } = await upload.result()
   */
  uploadEvents({ file, fileName, onProgress, signal, ...input }: UploadEventsOptions): Upload {
    const keyed = withKey(input)
    const options = { signal, fileName, onProgress, idempotent: true, partial: true }
    const largeSize = largeSizeOf(file)
    if (largeSize !== null) return followUpload(this, sendLargeFile(this.#transport, keyed, file, largeSize, options))
    return followUpload(
      this,
      this.#transport
        .requestWithFile(documents.UploadEventsDocument, { input: keyed }, file, options)
        .then(({ uploadEvents }) => uploadEvents),
    )
  }

  /**
   * Sends up to 10,000 records of events, as a small batch. As `uploadEvents`.
   *
   * @example
   * await client.ingestEvents({
   *   experimentId,
   *   records: [{ user_id: 'u1', variant_id: 'control', event_type: 'exposure', timestamp: new Date().toISOString() }],
   * })
   */
  ingestEvents(input: types.IngestEventsInput, options?: CallOptions): Upload {
    return followUpload(
      this,
      this.#repeatable(documents.IngestEventsDocument, { input: withKey(input) }, options, true).then(
        ({ ingestEvents }) => ingestEvents,
      ),
    )
  }

  /**
   * What a file is, how it begins, and how it would be read; nothing is kept. Of all formats but Parquet only the first
   * megabyte is sent. Throws FairliftError FILE_REJECTED.
   */
  async previewUpload({ file, experimentId, signal }: PreviewUploadOptions): Promise<types.UploadPreview> {
    const part = await previewPart(file)
    const options = { signal, idempotent: true }
    const answer = await this.#transport.requestWithFile(
      documents.PreviewUploadDocument,
      { experimentId },
      part,
      options,
    )
    return answer.previewUpload
  }

  /**
   * One batch; addresses of files are null where the credentials have no scope for them. Throws FairliftError NOT_FOUND.
   */
  async batch(id: string, options?: CallOptions): Promise<types.Batch> {
    return required((await this.request(documents.BatchDocument, { id }, { ...options, partial: true })).batch)
  }

  /** The first rejected rows of a batch, with reasons; `rejectsUrl` of the batch has them all. `first`: 1 to 1000. */
  async batchErrors(id: string, first = 100, options?: CallOptions): Promise<types.RejectedRow[]> {
    return required((await this.request(documents.BatchErrorsDocument, { id, first }, options)).batch).errors
  }

  /** The uploads of an experiment, newest first. Throws FairliftError NOT_FOUND when it is read. */
  batches(experimentId: string, options?: ListOptions): PagedList<types.Batch> {
    return new PagedList(async (page, signal) => {
      const variables = { experimentId, ...page }
      const { experiment } = await this.request(documents.BatchesDocument, variables, { signal, partial: true })
      return pageOf(required(experiment).batches)
    }, options)
  }

  // Versions

  /**
   * What changed from one version of an experiment's data to a later one: events, users, and how the effects moved. Where
   * the versions have no answers to the same question, the standard analysis of both is run first and waited for.
   *
   * Throws FairliftError NOT_FOUND, BAD_INPUT; FairliftJobError when an analysis fails.
   *
   * @example
   * const { events, users, effects } = await client.compareVersions({ experimentId, before: 3, after: 5 })
   * console.log(events.added, users.all.added, effects.moves.map(({ relativeEffectChange }) => relativeEffectChange))
   */
  compareVersions(versions: VersionPair, options?: ResultOptions): Promise<types.VersionComparison> {
    return compareVersions(this, versions, options)
  }

  // Events

  /**
   * Single events of the newest version of the data, newest first. Throws FairliftError NOT_FOUND, BAD_INPUT when it is
   * read.
   *
   * @example
   * for await (const { type, timestamp } of client.events({ experimentId, userId: 'u1' })) console.log(timestamp, type)
   * const { isComplete, message } = await client.events({ experimentId }).page()
   */
  events({ pageSize, signal, ...which }: EventsOptions): PagedList<types.Event, EventPage> {
    return new PagedList(
      async (page, pageSignal) => {
        const { events } = await this.request(documents.EventsDocument, { ...which, ...page }, { signal: pageSignal })
        const { totalRows, copiedRows, isComplete, message } = events
        return { ...pageOf(events), totalRows, copiedRows, isComplete, message }
      },
      { pageSize, signal },
    )
  }

  // Analyses

  /**
   * Asks for an analysis; what is left out takes the careful default. Resolves to the job; `result()` waits for the
   * analysis. The same question of the same data is answered by the same job.
   *
   * Throws FairliftUserError; FairliftError NOT_FOUND, NO_DATA. `result()` throws FairliftJobError.
   *
   * @example
   * const { decision, results } = await client.runAnalysis({ experimentId, segmentBy: 'device' }).result()
   */
  runAnalysis(input: types.RunAnalysisInput, options?: CallOptions): AnalysisRun {
    return followAnalysis(this, this.#repeatable(documents.RunAnalysisDocument, { input: withKey(input) }, options))
  }

  /** One analysis with its result rows; old ones stay for ever. Throws FairliftError NOT_FOUND. */
  async analysis(id: string, options?: CallOptions): Promise<types.Analysis> {
    return required((await this.request(documents.AnalysisDocument, { id }, options)).analysis)
  }

  /** The analyses of an experiment, newest first, without their rows. Throws FairliftError NOT_FOUND when it is read. */
  analyses(experimentId: string, options?: ListOptions): PagedList<types.AnalysisSummary> {
    return new PagedList(async (page, signal) => {
      const { experiment } = await this.request(documents.AnalysesDocument, { experimentId, ...page }, { signal })
      return pageOf(required(experiment).analyses)
    }, options)
  }

  // Jobs

  /** Jobs, newest first. */
  jobs(options: ListOptions & { filter?: types.JobFilter } = {}): PagedList<types.Job> {
    const { filter, ...list } = options
    return new PagedList(async (page, signal) => {
      return pageOf((await this.request(documents.JobsDocument, { ...page, filter }, { signal })).jobs)
    }, list)
  }

  /** One job. Throws FairliftError NOT_FOUND. */
  async job(id: string, options?: CallOptions): Promise<types.Job> {
    return required((await this.request(documents.JobDocument, { id }, options)).job)
  }

  /** Asks a job to stop: one that waits has ended at once, one that runs soon after. Throws FairliftError NOT_FOUND. */
  async cancelJob(id: string, options?: CallOptions): Promise<types.Job> {
    return (await this.#repeatable(documents.CancelJobDocument, { id }, options)).cancelJob.job
  }

  /**
   * The states of a job, from the present one to the last; then the loop ends. After a lost connection it goes on with
   * the state as it is then. Throws FairliftError NOT_FOUND; FairliftNetworkError when the connection cannot be had again.
   *
   * @example
   * for await (const job of client.watchJob(id)) console.log(job.status, job.progress, job.stage)
   */
  watchJob(id: string, options?: CallOptions): AsyncGenerator<types.Job, void, undefined> {
    return watchJob(this.#subscriptions, id, this.#retry, options)
  }

  /** Waits until a job has ended, and gives it, whether it succeeded or not. Throws as `watchJob` does. */
  async waitForJob(id: string, { onJob, signal }: ResultOptions = {}): Promise<types.Job> {
    let last: types.Job | null = null
    for await (const job of this.watchJob(id, { signal })) {
      last = job
      onJob?.(job)
    }
    return required(last)
  }

  // Anything else

  /**
   * Runs a query or mutation that this client has no method for. Throws FairliftError when the answer has errors; the
   * `userErrors` of payloads are the caller's to look at.
   *
   * @example
   * const { metrics } = await client.request<{ metrics: { key: string }[] }>('{ metrics { key } }', {})
   */
  request<Result = unknown, Variables = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Result> {
    return this.#transport.request(document, variables, options)
  }

  /** What a subscription that this client has no method for sends. After a lost connection it is begun again. */
  subscribe<Result = unknown, Variables = Record<string, unknown>>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
  ): AsyncGenerator<Result, void, undefined> {
    return this.#subscriptions.subscribe(document, variables, options)
  }

  /** Ends all that is being watched, with FairliftError CLOSED. Other calls go on as before. */
  close(): void {
    this.#subscriptions.close()
  }

  protected override download = (url: string, options?: CallOptions) => this.#transport.download(url, options)

  /** Runs a mutation that does no more when it is run twice. */
  #repeatable<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: CallOptions,
    partial = false,
  ): Promise<Result> {
    return this.#transport.request(document, variables, { ...options, idempotent: true, partial })
  }
}
