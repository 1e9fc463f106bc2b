// type-graphql's decorators need it before any of their classes is defined.
import 'reflect-metadata'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDatabase, migrateDatabase, Notifications } from '@fairlift/db'
import { databaseConnection } from '../database-connection.ts'
import type { Env } from '../env.ts'
import { FileSigner } from '../http/file-signer.ts'
import { keptSecret } from '../http/kept-secret.ts'
import { ComputePool } from '../jobs/compute/pool.ts'
import { JobQueue } from '../jobs/queue.ts'
import { JobRunner } from '../jobs/runner.ts'
import { WorkFolders } from '../jobs/work-folders.ts'
import type { Logger } from '../logger.ts'
import { openAccess } from './access.ts'
import { serve } from './serve.ts'
import { createServices } from './services.ts'
import { openStorage } from './storage.ts'
import { startSweeping, startTidying } from './sweeping.ts'

/** A running server. */
export interface Fairlift {
  /** Where clients reach it; null for a worker. */
  url: string | null
  /** Whether the data folder held data of an earlier start. */
  reused: boolean
  /** The first API key, with all scopes, where this start made it. It is not kept, and never told again. */
  firstApiKey: string | null
  /** Settles when the server cannot go on, with the reason. */
  broken: Promise<string>
  /** Ends the work under way and lets go of everything. */
  stop(): Promise<void>
}

/** What stopping waits for running jobs before it gives them back. */
const STOP_TIMEOUT_MS = 8000
/** A picture takes a second; on a machine that is busy, some. */
const DRAWING_TIMEOUT_MS = 120_000

/** Puts everything together and starts it. What was started is stopped again when a later step fails. */
export async function startFairlift(env: Env, logger: Logger): Promise<Fairlift> {
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) {
      await step().catch((error: unknown) => logger.error({ err: error }, 'a part did not stop cleanly'))
    }
  }
  try {
    return { ...(await start(env, logger, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(env: Env, logger: Logger, stops: (() => Promise<void>)[]): Promise<Omit<Fairlift, 'stop'>> {
  const broken = Promise.withResolvers<string>()
  await mkdir(env.DATA_DIR, { recursive: true })
  const folders = new WorkFolders(join(env.DATA_DIR, 'work'))
  // First of all: the folder of work that is gone holds on to the files that it was given.
  await folders.sweep()
  const storage = await openStorage(env)
  const { connection, reused, ended } = await databaseConnection(env, logger, stops)
  void ended.then((reason) => reason !== null && broken.resolve(reason))

  const client = createDatabase({
    ...connection,
    max: env.DB_POOL_SIZE,
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  })
  stops.push(() => client.close())
  await migrateDatabase(client)
  const notifications = new Notifications(connection, (error) => logger.warn({ err: error }, 'notifications were lost'))
  stops.push(() => notifications.close())
  await notifications.start()
  const queue = new JobQueue(connection, env.COMPUTE_TIMEOUT_SECONDS, logger)
  stops.push(() => queue.stop(STOP_TIMEOUT_MS))
  await queue.start()

  const limits = { memoryBytes: env.COMPUTE_MEMORY_MB * 2 ** 20, timeoutMs: env.COMPUTE_TIMEOUT_SECONDS * 1000 }
  const compute = new ComputePool({ ...limits, concurrency: env.COMPUTE_CONCURRENCY })
  stops.push(() => compute.close())
  compute.warmUp()

  const parts = createServices(env, logger, client, notifications, queue, storage.store, folders, compute)
  await parts.services.metrics.ensureStandard()
  if (env.ROLE !== 'api') {
    const runner = new JobRunner(queue, parts.services.jobs, parts.tasks, logger)
    stops.push(async () => runner.abort())
    await runner.start(env.COMPUTE_CONCURRENCY)
    stops.push(startSweeping(env, logger, client, storage, folders))
    parts.copies.catchUp().catch((error: unknown) => logger.warn({ err: error }, 'copying events was not taken up'))
  }
  if (env.ROLE === 'api') stops.push(startTidying(env, logger, storage, folders))
  if (env.ROLE === 'worker') return { url: null, reused, firstApiKey: null, broken: broken.promise }

  const access = await openAccess(env, logger, client, parts.idempotency, stops)
  let url = env.PUBLIC_URL ?? ''
  const signer = new FileSigner(env.SIGNING_SECRET ?? (await keptSecret(env.DATA_DIR)), () => url)
  // Nobody should wait for a picture until a computation has ended. Its child starts with the first picture.
  const drawing = new ComputePool({ ...limits, concurrency: 1, timeoutMs: DRAWING_TIMEOUT_MS })
  stops.push(() => drawing.close())
  const server = await serve(env, logger, client, storage, signer, drawing, parts, access)
  stops.push(() => server.close())
  const port = await server.listen(env.HOST, env.PORT)
  url ||= `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${port}`
  return { url, reused, firstApiKey: await access.makeFirstApiKey(), broken: broken.promise }
}
