import {
  FairliftBatchError,
  type Batch,
  type Job,
  type RejectedRow,
  type Upload,
  type UploadPreview,
  type Variant,
} from '@fairlift/sdk'
import { client } from '../lib/sdk.ts'
import { draftOf, mappingInputOf, type MappingDraft } from '../lib/mapping-draft.ts'

type Phase = 'idle' | 'previewing' | 'preview' | 'sending' | 'reading' | 'landed' | 'failed' | 'cancelled'

const SHOWN_REJECTS = 100

/** A file on its way: chosen, looked at, sent, read, and what came of it. One at a time. */
export class UploadFlow {
  phase = $state<Phase>('idle')
  file = $state.raw<File | null>(null)
  preview = $state.raw<UploadPreview | null>(null)
  /** How the reader wants the columns to be read. Null: the file needs no mapping. */
  draft = $state<MappingDraft | null>(null)
  /** In percent of the rows; empty for the server's own. */
  maxRejectPercent = $state<number | null>(null)
  sentBytes = $state(0)
  job = $state.raw<Job | null>(null)
  batch = $state.raw<Batch | null>(null)
  rejects = $state.raw<RejectedRow[]>([])
  wasThereAlready = $state(false)
  error = $state.raw<unknown>(null)
  #upload: Upload | null = null
  #abort = new AbortController()

  get isBusy(): boolean {
    return this.phase === 'sending' || this.phase === 'reading'
  }

  /** Looks at a file before anything of it is taken over. */
  async choose(file: File, experimentId: string, variants: readonly Variant[]): Promise<void> {
    this.reset()
    const { signal } = this.#abort
    this.file = file
    this.phase = 'previewing'
    try {
      const preview = await client.previewUpload({ file, experimentId, signal })
      this.preview = preview
      this.draft = draftOf(preview, variants)
      this.phase = 'preview'
    } catch (error) {
      if (signal.aborted) return
      this.error = error
      this.phase = 'failed'
    }
  }

  async send(experimentId: string): Promise<void> {
    const { file } = this
    if (file === null) return
    this.#abort = new AbortController()
    this.sentBytes = 0
    this.job = null
    this.batch = null
    this.rejects = []
    this.phase = 'sending'
    this.#upload = client.uploadEvents({
      experimentId,
      file,
      signal: this.#abort.signal,
      mapping: this.draft === null ? this.preview?.mapping : mappingInputOf(this.draft),
      maxRejectRate: this.maxRejectPercent === null ? undefined : this.maxRejectPercent / 100,
      onProgress: ({ sentBytes }) => (this.sentBytes = sentBytes),
    })
    await this.wait()
  }

  /** Waits until the file was read; again, after the connection was lost: the work went on. */
  async wait(): Promise<void> {
    const upload = this.#upload
    if (upload === null) return
    const { signal } = this.#abort
    this.error = null
    try {
      const payload = await upload.payload
      if (signal.aborted) return
      // One whose reading was cancelled or failed is known as well, and is read again.
      this.wasThereAlready = payload.reused && (payload.job === null || payload.job.status === 'SUCCEEDED')
      this.batch = payload.batch
      this.job = payload.job
      this.phase = 'reading'
      this.batch = await upload.result({ signal, onJob: (job) => (this.job = job) })
      this.phase = 'landed'
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof FairliftBatchError) this.batch = error.batch
      const isCancelled = this.job?.status === 'CANCELLED'
      this.error = isCancelled ? null : error
      this.phase = isCancelled ? 'cancelled' : 'failed'
    }
    await this.#readRejects()
  }

  /** Whether the server may still be at work although the waiting failed. */
  get canWaitOn(): boolean {
    return this.phase === 'failed' && this.batch !== null && ['RECEIVED', 'PROCESSING'].includes(this.batch.status)
  }

  async cancel(): Promise<void> {
    if (this.phase === 'sending') {
      this.#abort.abort(new Error('The upload was cancelled.'))
      this.phase = 'cancelled'
    } else if (this.phase === 'reading' && this.job !== null) {
      try {
        await client.cancelJob(this.job.id)
      } catch (error) {
        this.error = error
      }
    }
  }

  /** Back to the choice of how to read the file. */
  backToPreview(): void {
    this.error = null
    this.phase = 'preview'
  }

  reset(): void {
    this.#abort.abort(new Error('Another file was chosen.'))
    this.#abort = new AbortController()
    this.#upload = null
    this.file = this.preview = this.draft = this.job = this.batch = null
    this.maxRejectPercent = null
    this.rejects = []
    this.error = null
    this.phase = 'idle'
  }

  leave(): void {
    this.#abort.abort(new Error('The page was left.'))
  }

  async #readRejects(): Promise<void> {
    if (this.batch === null || !this.batch.rejected) return
    try {
      this.rejects = await client.batchErrors(this.batch.id, SHOWN_REJECTS)
    } catch {
      // The reasons are counted in the batch, and the file with all of them is linked.
    }
  }
}
