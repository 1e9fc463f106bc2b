import { AppError, type ErrorCode } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Job, JobService } from '../modules/job/job.service.ts'
import type { ReadProgress, Task } from './define-task.ts'
import type { Attempt, JobQueue } from './queue.ts'

/** Failures after which another attempt may end better. */
const RETRYABLE = new Set<ErrorCode>(['COMPUTE_FAILED', 'STORAGE_UNAVAILABLE', 'SHUTTING_DOWN', 'INTERNAL'])

/** Ends that are the data's or the caller's doing: nothing for an operator to look into. */
const FORESEEN = new Set<ErrorCode>([
  'FILE_REJECTED',
  'BATCH_QUARANTINED',
  'NO_DATA',
  'TOO_MANY_SEGMENTS',
  'FEATURES_REJECTED',
  'MODEL_NOT_COMPUTABLE',
  'CANCELLED',
])

/** Progress is written at most this often. */
const PROGRESS_INTERVAL_MS = 200

/** Takes jobs from the queue and runs the task of their kind, with progress, cancelling and retries. */
export class JobRunner {
  readonly #queue: JobQueue
  readonly #jobs: JobService
  readonly #tasks: Task[]
  readonly #logger: Logger
  readonly #stopping = new AbortController()

  constructor(queue: JobQueue, jobs: JobService, tasks: Task[], logger: Logger) {
    this.#queue = queue
    this.#jobs = jobs
    this.#tasks = tasks
    this.#logger = logger
  }

  async start(concurrency: number): Promise<void> {
    for (const task of this.#tasks)
      await this.#queue.work(task.kind, task.concurrency ?? concurrency, (attempt) => this.#attempt(task, attempt))
    await this.#queue.workAbandoned((jobId) =>
      this.#jobs.fail(jobId, {
        code: 'COMPUTE_FAILED',
        message: 'The worker that had the job ended unexpectedly, at each attempt. The server’s log may tell why.',
      }),
    )
  }

  /** Makes the tasks under way give up; their jobs go back to the queue. */
  abort(): void {
    this.#stopping.abort(new AppError('SHUTTING_DOWN', 'The server is stopping; the work is taken up again.'))
  }

  async #attempt(task: Task, { jobId, signal, isLast }: Attempt): Promise<void> {
    const job = await this.#jobs.begin(jobId)
    if (job === null) return this.#jobs.endCancelled(jobId)
    const log = this.#logger.child({ jobId, kind: job.kind, attempt: job.attempts })
    const cancelling = new AbortController()
    const cancel = (): void => cancelling.abort(new AppError('CANCELLED', 'The job was cancelled.'))
    const stopListening = this.#jobs.onCancelRequest(jobId, cancel)
    const progress = new ProgressWriter(this.#jobs, job, cancel, (error) =>
      log.warn({ err: error }, 'progress was not written'),
    )
    const stop = AbortSignal.any([signal, cancelling.signal, this.#stopping.signal])
    const startedAt = performance.now()
    try {
      const made = await task.run(job, { signal: stop, report: (...told) => progress.report(...told) })
      await progress.end()
      await this.#jobs.succeed(jobId, { ...made, ...progress.read })
      log.info({ ...made, durationMs: Math.round(performance.now() - startedAt) }, 'the job succeeded')
    } catch (cause) {
      await progress.end()
      if (signal.aborted && !(stop.reason instanceof AppError)) {
        // The job is another worker's by now: how it ends is for that one to say.
        return log.warn({ err: signal.reason as unknown }, 'the lease of the job was lost')
      }
      // A task that was told to stop may fail in any way: why it was told so is what counts.
      const error = asAppError(stop.aborted && stop.reason instanceof AppError ? stop.reason : cause)
      const retries = RETRYABLE.has(error.code) && (!isLast || error.code === 'SHUTTING_DOWN')
      const level = FORESEEN.has(error.code) ? 'info' : retries ? 'warn' : 'error'
      log[level]({ err: error.cause ?? error, retries }, 'the job failed')
      const told = { code: error.code, message: error.message }
      if (!retries) return await this.#jobs.fail(jobId, told)
      await this.#jobs.requeue(jobId, told)
      throw error
    } finally {
      stopListening()
    }
  }
}

function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  return new AppError('INTERNAL', 'Something went wrong on the server; the log has the details.', { cause: error })
}

/** Writes the newest progress of a job at most every so often, one write at a time. */
class ProgressWriter {
  readonly #jobs: JobService
  readonly #job: Job
  readonly #onCancel: () => void
  readonly #onError: (error: unknown) => void
  #next: { stage: string; share: number } | null = null
  #read: ReadProgress | null = null
  #writing: Promise<void> | null = null
  #timer: NodeJS.Timeout | null = null

  constructor(jobs: JobService, job: Job, onCancel: () => void, onError: (error: unknown) => void) {
    this.#jobs = jobs
    this.#job = job
    this.#onCancel = onCancel
    this.#onError = onError
  }

  /** How far reading came, by the last word of the task. */
  get read(): ReadProgress | null {
    return this.#read
  }

  report(stage: string, share: number, read?: ReadProgress): void {
    this.#next = { stage, share: Math.min(1, Math.max(0, share)) }
    this.#read = read ?? this.#read
    if (this.#timer === null && this.#writing === null) this.#write()
  }

  /** Waits for the write under way; nothing is written after it. */
  async end(): Promise<void> {
    this.#next = null
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#writing
    this.#next = null
    if (this.#timer !== null) clearTimeout(this.#timer)
  }

  #write(): void {
    if (this.#next === null) return
    const { stage, share } = this.#next
    this.#next = null
    this.#writing = this.#jobs
      .progress(this.#job.id, { stage, progress: share, ...this.#read })
      .then((cancelRequested) => {
        if (cancelRequested) this.#onCancel()
      })
      .catch(this.#onError)
      .finally(() => {
        this.#writing = null
        this.#timer = setTimeout(() => {
          this.#timer = null
          this.#write()
        }, PROGRESS_INTERVAL_MS)
      })
  }
}
