import { randomUUID } from 'node:crypto'
import type { MergeResult } from '../../ingest/merge-parts.ts'
import type { WrittenPart } from '../../ingest/write-part.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import { jobMutation, type JobPayload } from '../job/job-mutation.ts'
import type { JobService } from '../job/job.service.ts'
import type { DatasetPart, DatasetRepository, NewDatasetPart } from './dataset.repository.ts'

/** A part with fewer rows is small. */
const SMALL_ROWS = 200_000
/** Merged parts have so many rows at most: they are held in memory while they are sorted. */
const MOST_ROWS = 1_000_000
/** With more small parts than this they are merged without being asked. */
const MANY_PARTS = 32

/**
 * Merges the small parts that small batches leave. The new version has the same events in fewer files; versions before it
 * keep theirs. Batches land meanwhile: only putting the merged parts in place waits its turn.
 */
export class CompactionService {
  readonly #datasets: DatasetRepository
  readonly #experiments: ExperimentService
  readonly #jobs: JobService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #idempotency: IdempotencyService

  constructor(
    datasets: DatasetRepository,
    experiments: ExperimentService,
    jobs: JobService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
    idempotency: IdempotencyService,
  ) {
    this.#datasets = datasets
    this.#experiments = experiments
    this.#jobs = jobs
    this.#store = store
    this.#compute = compute
    this.#folders = folders
    this.#idempotency = idempotency
  }

  /**
   * Queues a compaction.
   *
   * @throws AppError NOT_FOUND, QUEUE_FULL
   */
  request(experimentId: string, call: IdempotentCall | null): Promise<JobPayload> {
    const mutation = jobMutation(this.#jobs, async () => {
      await this.#experiments.get(experimentId)
      return { request: { kind: 'COMPACT_DATASET', experimentId, input: {} } }
    })
    return this.#idempotency.once(call, mutation)
  }

  /** Queues a compaction where there are many small parts and none waits. */
  async requestWhenDue(experimentId: string): Promise<void> {
    const small = (await this.#newestParts(experimentId)).filter(({ rows }) => rows < SMALL_ROWS)
    if (small.length <= MANY_PARTS || (await this.#jobs.isWaiting('COMPACT_DATASET', experimentId))) return
    await this.#jobs.enqueue({ kind: 'COMPACT_DATASET', experimentId, input: {}, isOwn: true })
  }

  /** Merges what is small now. Parts that change meanwhile are left for the next time. */
  async run(experimentId: string, { signal, report }: TaskContext): Promise<void> {
    const groups = groupsOf(await this.#newestParts(experimentId))
    if (groups.length === 0) return
    report('Merging files', 0)
    await this.#folders.use(async (workFolder) => {
      const merged = await this.#compute.run(
        'mergeParts',
        { groups: await Promise.all(groups.map((parts) => this.#files(parts, workFolder))), workFolder },
        { signal, onProgress: ({ share }) => report('Merging files', share * 0.9) },
      )
      report('Putting them in place', 0.9)
      await this.#commit(experimentId, groups, merged, signal)
    })
  }

  async #commit(experimentId: string, groups: DatasetPart[][], merged: MergeResult, signal: AbortSignal) {
    const stored: string[] = []
    let isCommitting = false
    try {
      await this.#datasets.transaction(async (tx) => {
        await this.#datasets.lockForLanding(experimentId, tx)
        const before = (await this.#datasets.latest(experimentId, tx))!
        // A correction may have replaced a part meanwhile, and an erasure its file.
        const now = new Set((await this.#datasets.partsOf(experimentId, before.number, tx)).map(placeOf))
        const added: NewDatasetPart[] = []
        const removed: string[] = []
        for (const [index, parts] of groups.entries()) {
          if (!parts.every((part) => now.has(placeOf(part)))) continue
          const part = await this.#storePart(experimentId, merged.parts[index]!, merged.keyVersion, stored)
          added.push(part)
          removed.push(...parts.map(({ id }) => id))
          await this.#datasets.continueIn(
            part.id!,
            parts.map(({ id }) => id),
            tx,
          )
        }
        if (added.length === 0) return
        const version = await this.#datasets.addVersion({ experimentId, kind: 'COMPACTION', added, removed }, tx)
        await this.#datasets.copyUnitTables(experimentId, before.number, version.number, tx)
        signal.throwIfAborted()
        isCommitting = true
      })
    } catch (error) {
      // Once the commit was sent its answer may be lost though it counts: then the parts must stay.
      if (!isCommitting) await Promise.all(stored.map((key) => this.#store.delete(key).catch(() => undefined)))
      throw error
    }
  }

  async #storePart(
    experimentId: string,
    part: WrittenPart,
    keyVersion: string,
    stored: string[],
  ): Promise<NewDatasetPart> {
    const id = randomUUID()
    const objectKey = `curated/${experimentId}/events/${id}.parquet`
    const keysObjectKey = `${objectKey}.keys`
    stored.push(objectKey, keysObjectKey)
    await this.#store.putFile(objectKey, part.path)
    await this.#store.putFile(keysObjectKey, part.keysPath)
    const { rows, bytes, sha256, minUnit, maxUnit, eventTypes, attributes } = part
    const times = { minTime: new Date(part.minTimeMs), maxTime: new Date(part.maxTimeMs) }
    const own = { id, batchId: null, objectKey, keysObjectKey, keyVersion }
    return { ...own, ...times, rows, bytes, sha256, minUnit, maxUnit, eventTypes, attributes }
  }

  async #newestParts(experimentId: string): Promise<DatasetPart[]> {
    const latest = await this.#datasets.latest(experimentId)
    return latest === null ? [] : this.#datasets.partsOf(experimentId, latest.number)
  }

  #files(parts: DatasetPart[], workFolder: string): Promise<{ path: string; keysPath: string | null }[]> {
    return Promise.all(
      parts.map(async ({ objectKey, keysObjectKey }) => ({
        path: await this.#store.localFile(objectKey, workFolder),
        keysPath: keysObjectKey === null ? null : await this.#store.localFile(keysObjectKey, workFolder),
      })),
    )
  }
}

function placeOf({ id, objectKey }: DatasetPart): string {
  return `${id} ${objectKey}`
}

/** Small parts that lie near each other in time, as many together as may be: a batch is compared with few of them then. */
function groupsOf(parts: DatasetPart[]): DatasetPart[][] {
  const small = parts.filter(({ rows }) => rows < SMALL_ROWS).sort((a, b) => a.minTime.getTime() - b.minTime.getTime())
  const groups: DatasetPart[][] = []
  let rows = Infinity
  for (const part of small) {
    if (rows + part.rows > MOST_ROWS) {
      groups.push([])
      rows = 0
    }
    groups.at(-1)!.push(part)
    rows += part.rows
  }
  return groups.filter((group) => group.length > 1)
}
