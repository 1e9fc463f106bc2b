import { PgBoss, type ConstructorOptions, type Db, type JobWithMetadata } from 'pg-boss'
import type { Logger } from '../logger.ts'
import type { JobKind } from '../modules/job/job.service.ts'

/** What lies in the queue: everything else is in the job's own row. */
interface QueuedJob {
  jobId: string
}

/** One attempt at a job, as the queue hands it to a worker. */
export interface Attempt {
  jobId: string
  /** Aborted when the lease is lost. */
  signal: AbortSignal
  /** No further attempt follows if this one fails. */
  isLast: boolean
}

export type QueueConnection = Pick<
  ConstructorOptions,
  'connectionString' | 'host' | 'port' | 'database' | 'user' | 'password'
>

const queues: Record<JobKind, { name: string; onePerExperiment: boolean }> = {
  // Batches of one experiment land one after the other: comparing each with what is there costs least this way.
  INGEST_BATCH: { name: 'ingest-batch', onePerExperiment: true },
  RUN_ANALYSIS: { name: 'run-analysis', onePerExperiment: false },
  VERIFY_ANALYSIS: { name: 'verify-analysis', onePerExperiment: false },
  COPY_EVENTS: { name: 'copy-events', onePerExperiment: true },
  COMPACT_DATASET: { name: 'compact-dataset', onePerExperiment: true },
  ERASE_USER: { name: 'erase-user', onePerExperiment: true },
  CALIBRATE_EXPERIMENT: { name: 'calibrate-experiment', onePerExperiment: false },
  TRAIN_MODEL: { name: 'train-model', onePerExperiment: false },
}

/** Where jobs go whose attempts are used up without the worker having said so: it was killed each time. */
const ABANDONED = 'abandoned'

const RETRIES = 3
/** A worker that is silent for this long is taken for dead; its job goes to another one. */
const HEARTBEAT_SECONDS = 10
/** On a busy machine connecting takes its time, and would be told as an error; a database that is gone refuses at once. */
const CONNECTION_TIMEOUT_MS = 60_000
/** How often the queue looks for dead workers. */
const SUPERVISE_SECONDS = 5

/** The queue: leases, retries with back-off, and waking workers, all in PostgreSQL (pg-boss). */
export class JobQueue {
  readonly #boss: PgBoss
  readonly #timeoutSeconds: number
  #isStopping = false

  constructor(connection: QueueConnection, timeoutSeconds: number, logger: Logger) {
    this.#timeoutSeconds = timeoutSeconds
    this.#boss = new PgBoss({
      ...connection,
      schema: 'queue',
      max: 4,
      connectionTimeoutMillis: CONNECTION_TIMEOUT_MS,
      application_name: 'fairlift-queue',
      useListenNotify: true,
      superviseIntervalSeconds: SUPERVISE_SECONDS,
      monitorIntervalSeconds: SUPERVISE_SECONDS,
      schedule: false,
    })
    this.#boss.on('error', (error) => {
      // A database that goes down together with the server ends connections that are about to end themselves.
      logger[this.#isStopping ? 'debug' : 'error']({ err: error }, 'the job queue reports an error')
    })
    this.#boss.on('warning', (warning) => logger.warn({ warning }, 'the job queue warns'))
  }

  async start(): Promise<void> {
    await this.#boss.start()
    const settings = {
      retryLimit: RETRIES,
      retryDelay: 1,
      retryBackoff: true,
      retryDelayMax: 60,
      expireInSeconds: this.#timeoutSeconds + 60,
      heartbeatSeconds: HEARTBEAT_SECONDS,
      deadLetter: ABANDONED,
      notify: true,
    }
    await this.#boss.createQueue(ABANDONED, { notify: true })
    for (const { name } of Object.values(queues)) {
      await this.#boss.createQueue(name, settings)
      await this.#boss.updateQueue(name, settings)
    }
  }

  /**
   * Puts a job into the queue, as part of the transaction that `db` runs in: it is there if and only if that counts.
   *
   * @param isAlone the job does not run beside another one of its kind and experiment that is alone too
   */
  async send(kind: JobKind, jobId: string, experimentId: string, isAlone: boolean, db: Db): Promise<void> {
    const { name, onePerExperiment } = queues[kind]
    await this.#boss.send(name, { jobId } satisfies QueuedJob, {
      db,
      ...(onePerExperiment || isAlone ? { group: { id: experimentId } } : {}),
    })
  }

  /** Takes jobs of a kind, `concurrency` at a time. A handler that throws gives the job back for another attempt. */
  async work(kind: JobKind, concurrency: number, handle: (attempt: Attempt) => Promise<void>): Promise<void> {
    const { name } = queues[kind]
    await this.#boss.work(
      name,
      {
        batchSize: 1,
        includeMetadata: true,
        localConcurrency: concurrency,
        // Jobs without a group are free of it.
        groupConcurrency: 1,
        pollingIntervalSeconds: 0.5,
        // A retry is due at a time that nobody announces: the slow polling of announced queues would miss it by far.
        notifyPollingIntervalSeconds: 0.5,
      },
      async ([job]: JobWithMetadata<QueuedJob>[]): Promise<void> => {
        if (job === undefined) return
        await handle({ jobId: job.data.jobId, signal: job.signal, isLast: job.retryCount >= job.retryLimit })
      },
    )
  }

  /** Hears of jobs whose workers died each time. */
  async workAbandoned(handle: (jobId: string) => Promise<void>): Promise<void> {
    await this.#boss.work<QueuedJob>(ABANDONED, { batchSize: 1, pollingIntervalSeconds: 2 }, async ([job]) => {
      if (job !== undefined) await handle(job.data.jobId)
    })
  }

  /** Stops taking jobs and waits for those under way, up to the time given; what is not done goes back. */
  async stop(timeoutMs: number): Promise<void> {
    this.#isStopping = true
    await this.#boss.stop({ graceful: true, timeout: timeoutMs })
  }
}
