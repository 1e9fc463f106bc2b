import { createHash, randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { RawLimits } from '../../ingest/read-raw.ts'
import type { RemoveUserResult } from '../../ingest/remove-user.ts'
import type { WrittenPart } from '../../ingest/write-part.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetPart, DatasetRepository } from '../dataset/dataset.repository.ts'
import type { EventRepository } from '../event/event.repository.ts'
import type { Job } from '../job/job.service.ts'
import type { Transaction } from '../repository.ts'
import type { ErasureRepository, SearchedBatch } from './erasure.repository.ts'
import type { EraseUserJob } from './erasure.service.ts'
import { namesUser, TELLING_LENGTH, withoutUser } from './redact.ts'

/** What stands where a text named the user. */
const REMOVED_TEXT = 'This text named a user who was erased.'
/** How often it looks whether the files sent before have been read. */
const READING_INTERVAL_MS = 300

/** A part that held the user, and what is in its place. */
interface Replaced {
  before: DatasetPart
  after: (WrittenPart & { objectKey: string; keysObjectKey: string }) | null
  events: number
}

/**
 * Takes a user out of an experiment: out of the parts of all versions, the unit tables, the table of events, and the raw
 * files, which are removed as a whole. All of it counts in one transaction; old files are removed after it. Done again
 * after a crash at any point, it ends as if it had been done once.
 */
export class UserErasureService {
  readonly #repository: ErasureRepository
  readonly #events: EventRepository
  readonly #datasets: DatasetRepository
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #rawLimits: RawLimits

  constructor(
    repository: ErasureRepository,
    events: EventRepository,
    datasets: DatasetRepository,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
    rawLimits: RawLimits,
  ) {
    this.#repository = repository
    this.#events = events
    this.#datasets = datasets
    this.#store = store
    this.#compute = compute
    this.#folders = folders
    this.#rawLimits = rawLimits
  }

  /** @throws what the compute pool throws; nothing that is thrown names the user */
  async erase(job: Job, context: TaskContext): Promise<void> {
    const { userId, reason, files } = job.input as EraseUserJob
    try {
      // An earlier attempt came so far that it counts, and ended before the old files were gone.
      const doomed = files ?? (await this.#eraseAll(job, userId, reason, context))
      for (const key of doomed) await this.#store.delete(key)
    } catch (error) {
      throw withoutUser(error, userId)
    }
  }

  async #eraseAll(job: Job, userId: string, reason: string | null, context: TaskContext): Promise<string[]> {
    const { id: jobId, experimentId, createdAt } = job
    const { signal, report } = context
    report('Waiting for the files sent before', 0)
    while (await this.#repository.isReading(experimentId, createdAt)) await delay(READING_INTERVAL_MS, null, { signal })
    const stored: string[] = []
    let isCommitting = false
    try {
      return await this.#folders.use((workFolder) =>
        this.#repository.transaction(async (tx) => {
          await this.#datasets.lockForLanding(experimentId, tx)
          const replaced = await this.#rewriteParts(experimentId, userId, workFolder, stored, context, tx)
          const newest = await this.#datasets.latest(experimentId, tx)
          await this.#replaceParts(experimentId, replaced, tx)
          const version =
            replaced.length === 0 ? null : await this.#datasets.addVersion({ experimentId, kind: 'ERASURE' }, tx)
          await this.#events.eraseUser(experimentId, userId, tx)
          // Tables are made of parts: where no part held the user, none does, and they stay.
          const unitFiles = version === null ? [] : await this.#repository.forgetUnitTables(experimentId, tx)
          report('Looking through the files as they were received', 0.8)
          const raw = await this.#removeRawFiles(job, userId, replaced, workFolder, signal, tx)
          const isInNewest = ({ removedIn }: DatasetPart) => newest !== null && removedIn === null
          await this.#repository.insert(
            {
              experimentId,
              jobId,
              userHash: createHash('sha256').update(userId).digest('hex'),
              reason,
              events: replaced.reduce((sum, { before, events }) => sum + (isInNewest(before) ? events : 0), 0),
              parts: replaced.length,
              rawFiles: raw.batches,
              datasetVersion: version?.number ?? null,
              erasedAt: new Date(),
            },
            tx,
          )
          const old = replaced.flatMap(({ before }) => [before.objectKey, before.keysObjectKey ?? []].flat())
          const doomed = [...old, ...unitFiles, ...raw.files]
          await this.#repository.noteFiles(jobId, doomed, tx)
          signal.throwIfAborted()
          isCommitting = true
          return doomed
        }),
      )
    } catch (error) {
      // Once the commit was sent its answer may be lost though it counts: then the new files must stay.
      if (!isCommitting) await Promise.all(stored.map((key) => this.#store.delete(key).catch(() => undefined)))
      throw error
    }
  }

  /** Writes the parts that hold the user anew, and stores them under keys of their own. */
  async #rewriteParts(
    experimentId: string,
    userId: string,
    workFolder: string,
    stored: string[],
    { signal, report }: TaskContext,
    tx: Transaction,
  ): Promise<Replaced[]> {
    const parts = await this.#repository.allParts(experimentId, tx)
    const searched = await Promise.all(
      parts.map(async ({ id, objectKey, keysObjectKey, minUnit, maxUnit }) => ({
        id,
        minUnit,
        maxUnit,
        path: await this.#store.localFile(objectKey, workFolder),
        keysPath: keysObjectKey === null ? null : await this.#store.localFile(keysObjectKey, workFolder),
      })),
    )
    const { held }: RemoveUserResult =
      searched.length === 0
        ? { held: [] }
        : await this.#compute.run(
            'removeUser',
            { experimentId, userId, parts: searched, workFolder },
            { signal, onProgress: ({ share }) => report('Looking through the data', share * 0.7) },
          )
    const replaced: Replaced[] = []
    for (const { id, events, part } of held) {
      const before = parts.find((one) => one.id === id)!
      if (part === null) {
        replaced.push({ before, after: null, events })
        continue
      }
      const objectKey = `curated/${experimentId}/events/${randomUUID()}.parquet`
      const keysObjectKey = `${objectKey}.keys`
      stored.push(objectKey, keysObjectKey)
      await this.#store.putFile(objectKey, part.path)
      await this.#store.putFile(keysObjectKey, part.keysPath)
      replaced.push({ before, after: { ...part, objectKey, keysObjectKey }, events })
    }
    return replaced
  }

  async #replaceParts(experimentId: string, replaced: Replaced[], tx: Transaction): Promise<void> {
    for (const { before, after } of replaced) {
      const change =
        after === null
          ? null
          : {
              objectKey: after.objectKey,
              keysObjectKey: after.keysObjectKey,
              rows: after.rows,
              bytes: after.bytes,
              sha256: after.sha256,
              minTime: new Date(after.minTimeMs),
              maxTime: new Date(after.maxTimeMs),
              minUnit: after.minUnit,
              maxUnit: after.maxUnit,
              eventTypes: after.eventTypes,
              attributes: after.attributes,
            }
      await this.#repository.replacePart(before.id, change, tx)
    }
    for (const range of sizeChanges(replaced)) await this.#repository.resizeVersions(experimentId, range, tx)
  }

  /** Removes the raw files that held the user or may have, and what was noted of the user's rows. */
  async #removeRawFiles(
    { experimentId, createdAt }: Job,
    userId: string,
    replaced: Replaced[],
    workFolder: string,
    signal: AbortSignal,
    tx: Transaction,
  ): Promise<{ batches: number; files: string[] }> {
    const sure = await this.#repository.batchesByIds(
      [...new Set(replaced.flatMap(({ before }) => before.batchId ?? []))],
      tx,
    )
    const doubtful: SearchedBatch[] = []
    for (const batch of await this.#repository.doubtfulBatches(experimentId, createdAt, tx)) {
      const isKnown = sure.some(({ id }) => batch.id === id)
      if (!isKnown && (await this.#store.stat(batch.rawKey)) !== null) doubtful.push(batch)
    }
    const texts = await this.#repository.textsWith(experimentId, userId.slice(0, TELLING_LENGTH), tx)
    const named = texts.errors.filter(({ value, message }) => namesUser(value, userId) || namesUser(message, userId))
    const namedIn = new Set(named.map(({ batchId }) => batchId))
    const found = await this.#compute.run(
      'findUser',
      {
        userId,
        paths: await Promise.all(doubtful.map(({ rawKey }) => this.#store.localFile(rawKey, workFolder))),
        rawLimits: this.#rawLimits,
      },
      { signal },
    )
    const holding = [...sure, ...doubtful.filter(({ id }, index) => found[index]! || namedIn.has(id))]
    for (const batch of holding) await this.#repository.updateBatch(batch.id, withoutRaw(batch, userId), tx)
    await this.#repository.replaceErrorTexts(
      named.map(({ id }) => id),
      REMOVED_TEXT,
      tx,
    )
    const told = texts.jobs.filter(({ message }) => namesUser(message, userId)).map(({ id }) => id)
    await this.#repository.replaceJobMessages(told, REMOVED_TEXT, tx)
    return {
      batches: holding.length,
      files: holding.flatMap(({ rawKey, rejectsKey }) => [rawKey, rejectsKey ?? []].flat()),
    }
  }
}

/** What a batch is without its raw file. One that was still to be read cannot be any more. */
function withoutRaw({ status, error, warnings }: SearchedBatch, userId: string) {
  const clean = <Text extends { message: string }>(text: Text): Text =>
    namesUser(text.message, userId) ? { ...text, message: REMOVED_TEXT } : text
  const erased = {
    code: 'ERASED',
    message:
      'The file was removed before it was read, because it named a user who was erased. Send it without the user.',
  }
  const isUnread = status === 'RECEIVED' || status === 'PROCESSING'
  return {
    rawDeletedAt: new Date(),
    error: isUnread ? erased : error && clean(error),
    warnings: warnings?.map(clean) ?? null,
    ...(isUnread ? { status: 'FAILED' as const } : {}),
  }
}

/** By how much which versions shrink: a part counts from the version that added it to the one that removed it. */
function sizeChanges(replaced: Replaced[]): { from: number; to: number | null; rows: number; bytes: number }[] {
  const steps = new Map<number, { rows: number; bytes: number }>()
  const step = (version: number, rows: number, bytes: number): void => {
    const known = steps.get(version) ?? { rows: 0, bytes: 0 }
    steps.set(version, { rows: known.rows + rows, bytes: known.bytes + bytes })
  }
  for (const { before, after } of replaced) {
    const [rows, bytes] = [(after?.rows ?? 0) - before.rows, (after?.bytes ?? 0) - before.bytes]
    step(before.addedIn, rows, bytes)
    if (before.removedIn !== null) step(before.removedIn, -rows, -bytes)
  }
  const versions = [...steps.keys()].sort((a, b) => a - b)
  let [rows, bytes] = [0, 0]
  return versions.map((from, index) => {
    rows += steps.get(from)!.rows
    bytes += steps.get(from)!.bytes
    return { from, to: versions[index + 1] ?? null, rows, bytes }
  })
}
