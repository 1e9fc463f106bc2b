import type { DatabaseClient } from '@fairlift/db'
import type { Env } from '../env.ts'
import { repeat } from '../jobs/repeat.ts'
import type { WorkFolders } from '../jobs/work-folders.ts'
import type { Logger } from '../logger.ts'
import { SweepRepository } from '../modules/sweep/sweep.repository.ts'
import { SweepService } from '../modules/sweep/sweep.service.ts'
import type { FileStorage } from './storage.ts'

const HOUR_MS = 3_600_000

/** Removes what nothing refers to, now and then: the work of one worker at a time. Returns how to end it. */
export function startSweeping(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  { store, disks, uploadsAt }: FileStorage,
  folders: WorkFolders,
): () => Promise<void> {
  const { uploads } = uploadsAt(() => '')
  const graceMs = env.SWEEP_GRACE_HOURS * HOUR_MS
  const sweeps = new SweepService(new SweepRepository(client), store, [...disks, folders], uploads, graceMs)
  return repeat(
    env.SWEEP_INTERVAL_HOURS * HOUR_MS,
    async (signal) => {
      const removed = await sweeps.sweep(signal)
      if (removed !== null) logger.info({ ...removed }, 'what nothing refers to was removed')
    },
    (error) => logger.error({ err: error }, 'sweeping failed; it is tried again'),
  )
}

/**
 * Removes what is left on the disk of a process that does no jobs, and what it keeps of buckets and nobody has used for
 * long. Returns how to end it.
 */
export function startTidying(
  env: Env,
  logger: Logger,
  { disks }: FileStorage,
  folders: WorkFolders,
): () => Promise<void> {
  const graceMs = env.SWEEP_GRACE_HOURS * HOUR_MS
  return repeat(
    env.SWEEP_INTERVAL_HOURS * HOUR_MS,
    async () => {
      for (const disk of [...disks, folders]) await disk.sweepWhileWorking(new Date(Date.now() - graceMs))
    },
    (error) => logger.error({ err: error }, 'tidying up failed; it is tried again'),
  )
}
