import { randomUUID } from 'node:crypto'
import { Repeater } from '@repeaterjs/repeater'
import { AppError, notFound } from '../../errors.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { Transaction } from '../repository.ts'
import type { Job, JobFilter, JobKind, JobProgress, JobRepository, JobStatus, ReadCount } from './job.repository.ts'

export type { Job, JobFilter, JobKind, JobStatus }

/** Where jobs wait for a worker. */
export interface JobSender {
  /** @param isAlone the job does not run beside another one of its kind and experiment that is alone too */
  send(kind: JobKind, jobId: string, experimentId: string, isAlone: boolean, transaction: Transaction): Promise<void>
}

/** Hears of changes of jobs, whichever process made them. */
export interface JobNotices {
  on(event: 'job', listener: (notice: { id: string; cancelRequested: boolean }) => void): unknown
  on(event: 'resumed', listener: () => void): unknown
  off(event: 'job', listener: (notice: { id: string; cancelRequested: boolean }) => void): unknown
  off(event: 'resumed', listener: () => void): unknown
}

export interface JobRequest {
  kind: JobKind
  experimentId: string
  input: unknown
  batchId?: string
  /** Names what is done: the same is one job for as long as that has not failed. */
  idempotencyKey?: string | null
  /** The server's own doing, which follows from what it has taken: there is room for it however many jobs wait. */
  isOwn?: boolean
  /**
   * Nobody asked for it but the experiment's autoRun: `supersede` may cancel it while it waits, until somebody asks for
   * the same. Such jobs of one experiment run one after the other, so that the newest ends last.
   */
  autoRun?: boolean
}

export class JobService {
  readonly #repository: JobRepository
  readonly #sender: JobSender
  readonly #notices: JobNotices
  readonly #maxWaiting: number

  /** @param maxWaiting jobs of one experiment that may wait */
  constructor(repository: JobRepository, sender: JobSender, notices: JobNotices, maxWaiting: number) {
    this.#repository = repository
    this.#sender = sender
    this.#notices = notices
    this.#maxWaiting = maxWaiting
  }

  /**
   * Begins a piece of work, or finds the job that its idempotency key names.
   *
   * @throws AppError QUEUE_FULL
   */
  async enqueue(request: JobRequest, transaction?: Transaction): Promise<Job> {
    const { kind, experimentId, input, batchId, idempotencyKey, autoRun = false, isOwn = false } = request
    if (transaction === undefined) return this.#repository.transaction((tx) => this.enqueue(request, tx))
    const known =
      idempotencyKey == null
        ? null
        : await this.#repository.byIdempotencyKey(experimentId, kind, idempotencyKey, transaction)
    // Who asks for what waits for autoRun's sake makes it a job that must end; one that was just superseded is no answer.
    const isSupersedable = known?.autoRun && known.status === 'QUEUED'
    const kept = isSupersedable && !autoRun ? await this.#repository.keep(known.id, transaction) : known
    if (kept !== null) return kept
    if (!autoRun && !isOwn) await this.requireRoom(experimentId, transaction)
    const id = randomUUID()
    const job = await this.#repository.insert(
      { id, kind, experimentId, input, batchId: batchId ?? null, idempotencyKey: idempotencyKey ?? null, autoRun },
      transaction,
    )
    if (job === null) {
      // Another request with the same key was quicker; it has committed, or the insert would have waited for it.
      const winner = await this.#repository.byIdempotencyKey(experimentId, kind, idempotencyKey!, transaction)
      if (winner === null)
        throw new AppError('CONFLICT', `The idempotency key "${idempotencyKey}" is being used. Try again.`)
      return winner
    }
    await this.#sender.send(kind, id, experimentId, autoRun, transaction)
    return job
  }

  /**
   * Makes sure that one more job of an experiment may wait; in a transaction nobody else takes its place until the end.
   *
   * @throws AppError QUEUE_FULL
   */
  async requireRoom(experimentId: string, transaction?: Transaction): Promise<void> {
    if (transaction !== undefined) await this.#repository.lockQueue(experimentId, transaction)
    const waiting = await this.#repository.countWaiting(experimentId, transaction)
    if (waiting < this.#maxWaiting) return
    throw new AppError(
      'QUEUE_FULL',
      `${waiting} jobs of the experiment wait, and ${this.#maxWaiting} may (MAX_QUEUED_JOBS_PER_EXPERIMENT). Nothing was begun: try again when some are done, or cancel some (jobs, cancelJob).`,
      { details: { experimentId, waiting, limit: this.#maxWaiting } },
    )
  }

  /** Those of the jobs that are, or will be, an answer to who asked for them: neither failed nor cancelled. */
  async answersAmong(ids: readonly string[]): Promise<Job[]> {
    const jobs = await this.#repository.byIds(ids)
    return jobs.filter(({ status }) => status !== 'FAILED' && status !== 'CANCELLED')
  }

  /** Notes work that could not even be begun, so that whoever looks at the jobs sees why it is missing. */
  async refuse({ kind, experimentId, input }: JobRequest, error: { code: string; message: string }): Promise<Job> {
    const job = { id: randomUUID(), kind, experimentId, input, status: 'FAILED' as const, error, autoRun: true }
    return (await this.#repository.insert({ ...job, finishedAt: new Date() }))!
  }

  /** Cancels what waits for autoRun's sake only, of the kind and experiment of a job that takes its place. */
  async supersede(by: Pick<Job, 'id' | 'kind' | 'experimentId'>, message: string): Promise<void> {
    await this.#repository.supersede(by, { code: 'CANCELLED', message })
  }

  /** Whether any job of these kinds waits or runs, of whichever experiment. */
  isAnyLive(kinds: JobKind[]): Promise<boolean> {
    return this.#repository.isAnyLive(kinds)
  }

  /** Whether a job of a kind and an experiment waits or runs. */
  isLive(kind: JobKind, experimentId: string): Promise<boolean> {
    return this.#repository.isLive(kind, experimentId)
  }

  /** Whether a job of a kind and an experiment waits. */
  isWaiting(kind: JobKind, experimentId: string): Promise<boolean> {
    return this.#repository.isWaiting(kind, experimentId)
  }

  async get(id: string): Promise<Job> {
    const [job] = await this.#repository.byIds([id])
    if (job === undefined) throw notFound('job', id)
    return job
  }

  byIds(ids: readonly string[]): Promise<Job[]> {
    return this.#repository.byIds(ids)
  }

  ofBatches(batchIds: readonly string[]): Promise<Job[]> {
    return this.#repository.ofBatches(batchIds)
  }

  /** The jobs that made models. */
  ofModels(modelIds: readonly string[]): Promise<Job[]> {
    return this.#repository.ofModels(modelIds)
  }

  page(request: PageRequest, filter: JobFilter): Promise<Page<Job>> {
    requirePageSize(request.first)
    return this.#repository.page(request, filter)
  }

  /** Asks a job to stop. One that waits has ended when this returns; one that runs ends soon after. */
  async cancel(id: string): Promise<Job> {
    const job = await this.#repository.cancel(id)
    if (job === null) throw notFound('job', id)
    return job
  }

  /** The job as it is now, and again after every change, until it has ended or the reader goes. */
  watch(id: string): AsyncIterableIterator<Job> {
    return new Repeater<Job>(async (push, stop) => {
      // Listening begins before the first look, so that no change falls between the two.
      const changes = new ChangeSignal()
      const onJob = (notice: { id: string }): void => {
        if (notice.id === id) changes.set()
      }
      const onResumed = (): void => changes.set()
      this.#notices.on('job', onJob)
      this.#notices.on('resumed', onResumed)
      let isStopped = false
      void stop.then(() => {
        isStopped = true
        changes.set()
      })
      try {
        let last: Job | null = null
        while (!isStopped) {
          const job = await this.get(id)
          if (job.updatedAt.getTime() !== last?.updatedAt.getTime() || job.status !== last.status) await push(job)
          if (hasEnded(job.status)) return stop()
          last = job
          await changes.wait()
        }
      } finally {
        this.#notices.off('job', onJob)
        this.#notices.off('resumed', onResumed)
      }
    })
  }

  /** Begins an attempt; null when there is nothing to do. */
  begin(id: string): Promise<Job | null> {
    return this.#repository.begin(id)
  }

  /** Notes progress; returns whether the job was asked to stop. */
  progress(id: string, progress: JobProgress): Promise<boolean> {
    return this.#repository.progress(id, progress)
  }

  /** Calls back when the job is asked to stop; returns how to end this. */
  onCancelRequest(id: string, callback: () => void): () => void {
    const listener = (notice: { id: string; cancelRequested: boolean }): void => {
      if (notice.id === id && notice.cancelRequested) callback()
    }
    this.#notices.on('job', listener)
    return () => this.#notices.off('job', listener)
  }

  async succeed(
    id: string,
    made: Partial<Pick<Job, 'batchId' | 'analysisId' | 'calibrationId' | 'modelId' | ReadCount>>,
  ): Promise<void> {
    await this.#repository.end(id, { status: 'SUCCEEDED', error: null, ...made })
  }

  /** Ends a job that was asked to stop and whose worker did not live to do so. */
  async endCancelled(id: string): Promise<void> {
    const [job] = await this.#repository.byIds([id])
    if (job?.cancelRequested) await this.fail(id, { code: 'CANCELLED', message: 'The job was cancelled.' })
  }

  async fail(id: string, error: { code: string; message: string }): Promise<void> {
    await this.#repository.end(id, { status: error.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED', error })
  }

  /** Puts a job back for another attempt. */
  async requeue(id: string, error: { code: string; message: string }): Promise<void> {
    await this.#repository.requeue(id, error)
  }
}

export function hasEnded(status: JobStatus): boolean {
  return status === 'SUCCEEDED' || status === 'FAILED' || status === 'CANCELLED'
}

/** A flag to wait for. Set any number of times before the wait, it ends one wait. */
class ChangeSignal {
  #isSet = false
  #wake: (() => void) | null = null

  set(): void {
    this.#isSet = true
    this.#wake?.()
  }

  async wait(): Promise<void> {
    if (!this.#isSet) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#isSet = false
    this.#wake = null
  }
}
