import { join } from 'node:path'
import type { DatabaseClient } from '@fairlift/db'
import type { Env } from '../env.ts'
import { repeat } from '../jobs/repeat.ts'
import type { WorkFolders } from '../jobs/work-folders.ts'
import type { Logger } from '../logger.ts'
import { SweepRepository } from '../modules/sweep/sweep.repository.ts'
import { SweepService } from '../modules/sweep/sweep.service.ts'
import type { LocalObjectStore } from '../storage/local.ts'
import { LocalUploads } from '../storage/local-uploads.ts'

const HOUR_MS = 3_600_000

/** Removes what nothing refers to, now and then. Returns how to end it. */
export function startSweeping(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  store: LocalObjectStore,
  folders: WorkFolders,
): () => Promise<void> {
  const uploads = new LocalUploads(join(env.DATA_DIR, 'files', 'uploads'), store, () => '')
  const graceMs = env.SWEEP_GRACE_HOURS * HOUR_MS
  const sweeps = new SweepService(new SweepRepository(client), store, [store, folders], uploads, graceMs)
  return repeat(
    env.SWEEP_INTERVAL_HOURS * HOUR_MS,
    async (signal) => {
      const removed = await sweeps.sweep(signal)
      if (removed !== null) logger.info({ ...removed }, 'what nothing refers to was removed')
    },
    (error) => logger.error({ err: error }, 'sweeping failed; it is tried again'),
  )
}
