import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type CreateExperimentInput, type FairliftClient, type Job, type Upload } from '@fairlift/sdk'
import { startDatabase, type TestDatabase } from './database.ts'
import { eventFile } from './event-file.ts'
import { newFolder } from './new-folder.ts'
import { computeChildrenOf, signal } from './processes.ts'
import { startServer, type TestServer } from './server.ts'
import { until } from './until.ts'
import { startWorker, type TestWorker } from './worker.ts'

/** Its workers do what the test asks for and nothing besides: what is copied in the background would come in between. */
const QUIET = { EVENTS_TABLE: 'none' }

/** Users of the large file: in pieces of 1 MB its reading takes seconds. */
export const LARGE_FILE_USERS = 150_000
let madeLargeFile: Blob | null = null
export function largeFile(): Blob {
  return (madeLargeFile ??= eventFile({ users: LARGE_FILE_USERS, mark: 'large' }))
}

/**
 * An API process and workers apart from it: one database, one folder of files. What a site started it ends.
 */
export class JobSite {
  readonly database: TestDatabase
  readonly dataDir: string
  api: TestServer
  readonly client: FairliftClient
  readonly #env: Record<string, string>
  readonly #workers: TestWorker[] = []
  #experiments = 0

  private constructor(database: TestDatabase, dataDir: string, api: TestServer, env: Record<string, string>) {
    this.database = database
    this.dataDir = dataDir
    this.api = api
    this.client = createClient({ url: api.url })
    this.#env = env
  }

  /** @param env variables of the API and of the workers */
  static async start(env: Record<string, string> = {}): Promise<JobSite> {
    const database = await startDatabase()
    try {
      const dataDir = await newFolder()
      const variables = { DATABASE_URL: database.url, COMPUTE_CONCURRENCY: '1', INGEST_CHUNK_MB: '1', ...QUIET, ...env }
      const api = await startServer({ dataDir, env: { ...variables, ROLE: 'api' } })
      return new JobSite(database, dataDir, api, variables)
    } catch (error) {
      await database.remove()
      throw error
    }
  }

  /** Ends the API as a crash would, and starts it again under its address. */
  async restartApi(): Promise<void> {
    await this.api.kill()
    const port = Number(new URL(this.api.url).port)
    this.api = await startServer({ dataDir: this.dataDir, port, env: { ...this.#env, ROLE: 'api' } })
  }

  async startWorker(env: Record<string, string> = {}): Promise<TestWorker> {
    const worker = await startWorker({
      dataDir: this.dataDir,
      env: { DATABASE_URL: this.database.url, ...this.#env, ...env },
    })
    this.#workers.push(worker)
    return worker
  }

  /**
   * Sends a large file, waits until the only worker is in the midst of it, and lets its compute child stand still there,
   * so that the test and not the machine decides what comes first.
   */
  async freezeInMidJob(worker: TestWorker, experimentId: string): Promise<{ upload: Upload; job: Job; child: number }> {
    const upload = this.client.uploadEvents({ experimentId, file: largeFile() })
    const { id } = (await upload.job)!
    const job = await this.jobThat(id, 'has read some rows', ({ stage }) => stage?.includes('rows checked') === true)
    const [child] = computeChildrenOf(worker.pid)
    if (child === undefined) throw new Error('The worker has no compute child.')
    signal(child, 'SIGSTOP')
    return { upload, job, child }
  }

  /** Ends the workers that are left, without any politeness. */
  async killWorkers(): Promise<void> {
    await Promise.all(this.#workers.splice(0).map((worker) => worker.kill()))
  }

  async newExperiment(settings: Partial<CreateExperimentInput> = {}): Promise<string> {
    const { id } = await this.client.createExperiment({
      key: `experiment-${process.pid}-${++this.#experiments}`,
      name: 'Jobs',
      ...settings,
    })
    return id
  }

  /** Waits until the job is in a state. */
  jobThat(id: string, what: string, is: (job: Job) => boolean): Promise<Job> {
    return until(`job ${id} that ${what}`, async () => {
      const job = await this.client.job(id)
      return is(job) && job
    })
  }

  /** Names of the curated files of an experiment. */
  async curatedFiles(experimentId: string): Promise<string[]> {
    const folder = join(this.dataDir, 'files', 'objects', 'curated', experimentId, 'events')
    return readdir(folder).catch(() => [])
  }

  /** What work in progress has left. */
  async workFolders(): Promise<string[]> {
    return readdir(join(this.dataDir, 'work')).catch(() => [])
  }

  async close(): Promise<void> {
    this.client.close()
    await this.killWorkers()
    await this.api.stop()
    await this.database.remove()
    await rm(this.dataDir, { recursive: true, force: true, maxRetries: 10 })
  }
}

/** Every state of a job, to its end. */
export async function statesOf(client: FairliftClient, jobId: string): Promise<Job[]> {
  const states: Job[] = []
  for await (const job of client.watchJob(jobId)) states.push(job)
  return states
}
