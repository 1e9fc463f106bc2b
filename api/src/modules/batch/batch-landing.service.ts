import { randomUUID } from 'node:crypto'
import type { TaskContext } from '../../jobs/define-task.ts'
import { AppError } from '../../errors.ts'
import type { ColumnMapping } from '../../ingest/column-mapping.ts'
import type { CompareResult, KnownPart } from '../../ingest/compare-parts.ts'
import { FileError, shown } from '../../ingest/contract.ts'
import type { CurateResult } from '../../ingest/curate.ts'
import type { ConflictPolicy } from '../../ingest/deduplicate.ts'
import { KEY_VERSION } from '../../ingest/event-keys.ts'
import type { WrittenPart } from '../../ingest/write-part.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetPart, DatasetRepository, NewDatasetPart } from '../dataset/dataset.repository.ts'
import type { Experiment, ExperimentService } from '../experiment/experiment.service.ts'
import type { MetricService } from '../metric/metric.service.ts'
import type { Transaction } from '../repository.ts'
import type { Batch, BatchRepository } from './batch.repository.ts'
import { experimentContext } from './experiment-context.ts'

export interface LandingSettings {
  maxUnpackedBytes: number
  chunkBytes: number
}

/** A known part that loses events, what takes its place, and the batch whose events these are. */
type ReplacedPart = CompareResult['replaced'][number] & { batchId: string | null }

/** Shares of the whole job that its stages take, for the progress bar. */
const READING_SHARE = 0.9

/**
 * Turns a raw file into a version of the dataset: reads and checks it in a compute child, compares it with what is
 * there, and makes it visible in one transaction or not at all.
 */
export class BatchLandingService {
  readonly #batches: BatchRepository
  readonly #datasets: DatasetRepository
  readonly #experiments: ExperimentService
  readonly #metrics: MetricService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #settings: LandingSettings

  constructor(
    batches: BatchRepository,
    datasets: DatasetRepository,
    experiments: ExperimentService,
    metrics: MetricService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
    settings: LandingSettings,
  ) {
    this.#batches = batches
    this.#datasets = datasets
    this.#experiments = experiments
    this.#metrics = metrics
    this.#store = store
    this.#compute = compute
    this.#folders = folders
    this.#settings = settings
  }

  /**
   * Lands a batch. Called again for the same batch, after a crash at any point, it ends as if it had been called once.
   *
   * @throws AppError FILE_REJECTED, BATCH_QUARANTINED, and what the compute pool throws
   */
  async land(batchId: string, { signal, report }: TaskContext): Promise<void> {
    const [batch] = await this.#batches.byIds([batchId])
    if (batch === undefined) throw new AppError('NOT_FOUND', `There is no batch "${batchId}".`)
    if (batch.status === 'LANDED') return
    if (batch.status === 'QUARANTINED' || batch.status === 'FAILED') throw refusal(batch)
    const experiment = await this.#experiments.get(batch.experimentId)
    await this.#batches.update(batch.id, { status: 'PROCESSING' })
    try {
      await this.#folders.use(async (workFolder) => {
        const result = await this.#curate(batch, experiment, workFolder, { signal, report })
        if (result.quarantine !== null) await this.#quarantine(batch, result)
        else await this.#commit(batch, experiment, result, workFolder, { signal, report })
      })
    } catch (error) {
      // What came to nothing through no fault of the file waits again: for another attempt, or to be sent again.
      await this.#batches.waitAgain(batch.id).catch(() => undefined)
      throw error
    }
  }

  async #curate(
    batch: Batch,
    experiment: Experiment,
    workFolder: string,
    { signal, report }: TaskContext,
  ): Promise<CurateResult> {
    const [variants, metrics, known] = await Promise.all([
      this.#experiments.variantsOf([experiment.id]),
      this.#metrics.ofExperiments([experiment.id]),
      this.#partsOf(experiment.id),
    ])
    report('Reading the file', 0, { rowsRead: 0, bytesRead: 0, bytesTotal: batch.sizeBytes })
    try {
      return await this.#compute.run(
        'curate',
        {
          path: await this.#store.localFile(batch.rawKey, workFolder),
          workFolder,
          sha256: batch.sha256,
          mapping: batch.mapping as ColumnMapping | null,
          experiment: experimentContext(experiment, variants, metrics),
          conflictPolicy: experiment.conflictPolicy,
          // Which of two events is the last is known only when the batch lands.
          known:
            experiment.conflictPolicy === 'KEEP_FIRST' ? await this.#knownFiles(known, 'KEEP_FIRST', workFolder) : [],
          maxRejectRate: batch.maxRejectRate,
          rawLimits: { maxUnpackedBytes: this.#settings.maxUnpackedBytes },
          chunkBytes: this.#settings.chunkBytes,
          receivedAt: batch.createdAt.toISOString(),
        },
        {
          signal,
          onProgress: ({ rows, bytesRead, bytesTotal }) =>
            report(`${rows.toLocaleString('en')} rows checked`, (bytesRead / Math.max(1, bytesTotal)) * READING_SHARE, {
              rowsRead: rows,
              bytesRead,
              bytesTotal,
            }),
        },
      )
    } catch (error) {
      if (!(error instanceof FileError)) throw error
      await this.#refuse(batch, error)
      throw new AppError('FILE_REJECTED', error.message, {
        cause: error,
        details: { reason: error.code, column: error.column, value: error.value, batchId: batch.id },
      })
    }
  }

  /** The file as a whole cannot be read: nothing lands, and the batch says why. */
  async #refuse(batch: Batch, { code, message, column, value }: FileError): Promise<void> {
    await this.#batches.transaction(async (tx) => {
      await this.#batches.update(batch.id, { status: 'FAILED', error: { code, message } }, tx)
      const shownValue = value === null ? null : shown(value)
      await this.#batches.replaceErrors(batch.id, [{ row: null, column, code, value: shownValue, message }], tx)
    })
  }

  async #quarantine(batch: Batch, result: CurateResult): Promise<never> {
    const error = result.quarantine!
    const changes = { ...(await this.#reportOf(batch, result)), status: 'QUARANTINED' as const, events: 0, error }
    await this.#batches.transaction(async (tx) => {
      await this.#batches.update(batch.id, changes, tx)
      await this.#batches.replaceErrors(batch.id, result.samples, tx)
    })
    throw refusal({ ...batch, status: 'QUARANTINED', error })
  }

  /** Makes the batch visible. Batches of one experiment land one after the other, each compared with all before it. */
  async #commit(
    batch: Batch,
    experiment: Experiment,
    result: CurateResult,
    workFolder: string,
    { signal, report }: TaskContext,
  ): Promise<void> {
    const changes = await this.#reportOf(batch, result)
    const stored: string[] = []
    let isCommitting = false
    try {
      await this.#datasets.transaction(async (tx) => {
        await this.#datasets.lockForLanding(experiment.id, tx)
        // A worker that was thought dead may have landed it meanwhile: then its counts are the right ones.
        if (await this.#batches.hasLanded(batch.id, tx)) return
        const { sizeBytes: bytesTotal } = batch
        report('Comparing with what is there', READING_SHARE, {
          rowsRead: result.rows,
          bytesRead: bytesTotal,
          bytesTotal,
        })
        const { parts, duplicates, conflicts, replaced } = await this.#compare(
          experiment,
          result,
          workFolder,
          tx,
          signal,
        )
        report('Storing', 0.97)
        const added: NewDatasetPart[] = []
        for (const part of parts) added.push(await this.#storePart(batch, batch.id, part, result.keyVersion, stored))
        for (const { part, batchId } of replaced) {
          // What corrections leave of an older part is still the older batch's.
          if (part !== null) added.push(await this.#storePart(batch, batchId, part, result.keyVersion, stored))
        }
        const removed = replaced.map(({ id }) => id)
        const isChange = added.length + removed.length > 0
        const version = isChange
          ? await this.#datasets.addVersion({ experimentId: experiment.id, batchId: batch.id, added, removed }, tx)
          : await this.#datasets.latest(experiment.id, tx)
        await this.#batches.update(
          batch.id,
          {
            ...changes,
            status: 'LANDED',
            events: parts.reduce((sum, { rows }) => sum + rows, 0),
            duplicates: result.duplicates + duplicates,
            conflicts: result.conflicts + conflicts,
            datasetVersion: version?.number ?? null,
            landedAt: new Date(),
          },
          tx,
        )
        await this.#batches.replaceErrors(batch.id, result.samples, tx)
        signal.throwIfAborted()
        isCommitting = true
      })
    } catch (error) {
      // Once the commit was sent its answer may be lost though it counts: then the parts must stay.
      if (!isCommitting) await Promise.all(stored.map((key) => this.#store.delete(key).catch(() => undefined)))
      throw error
    }
  }

  async #compare(
    experiment: Experiment,
    { parts, comparedWith }: CurateResult,
    workFolder: string,
    tx: Transaction,
    signal: AbortSignal,
  ): Promise<Omit<CompareResult, 'replaced'> & { replaced: ReplacedPart[] }> {
    const nothing = { parts, duplicates: 0, conflicts: 0, replaced: [] }
    if (parts.length === 0) return nothing
    const isCompared = new Set(comparedWith)
    const known = (await this.#partsOf(experiment.id, tx)).filter(({ id }) => !isCompared.has(id))
    if (known.length === 0) return nothing
    const { conflictPolicy } = experiment
    const result = await this.#compute.run(
      'compareParts',
      { parts, known: await this.#knownFiles(known, conflictPolicy, workFolder), conflictPolicy },
      { signal },
    )
    const batchIds = new Map(known.map(({ id, batchId }) => [id, batchId]))
    return { ...result, replaced: result.replaced.map((one) => ({ ...one, batchId: batchIds.get(one.id) ?? null })) }
  }

  async #partsOf(experimentId: string, tx?: Transaction): Promise<DatasetPart[]> {
    const latest = await this.#datasets.latest(experimentId, tx)
    return latest === null ? [] : this.#datasets.partsOf(experimentId, latest.number, tx)
  }

  /** What a batch is compared with. The events themselves, which are many times their keys, are fetched where needed only. */
  #knownFiles(parts: DatasetPart[], conflictPolicy: ConflictPolicy, workFolder: string): Promise<KnownPart[]> {
    return Promise.all(
      parts.map(async ({ id, objectKey, keysObjectKey, keyVersion, minTime, maxTime }) => {
        const areKeysEnough = conflictPolicy === 'KEEP_FIRST' && keysObjectKey !== null && keyVersion === KEY_VERSION
        return {
          id,
          path: areKeysEnough ? null : await this.#store.localFile(objectKey, workFolder),
          keysPath: keysObjectKey === null ? null : await this.#store.localFile(keysObjectKey, workFolder),
          minTimeMs: minTime.getTime(),
          maxTimeMs: maxTime.getTime(),
        }
      }),
    )
  }

  async #storePart(
    batch: Batch,
    batchId: string | null,
    part: WrittenPart,
    keyVersion: string,
    stored: string[],
  ): Promise<NewDatasetPart> {
    const id = randomUUID()
    const objectKey = `curated/${batch.experimentId}/events/${id}.parquet`
    const keysObjectKey = `curated/${batch.experimentId}/events/${id}.keys`
    // Noted first: a write that fails half-way may have left one of the two.
    stored.push(objectKey, keysObjectKey)
    await this.#store.putFile(objectKey, part.path)
    await this.#store.putFile(keysObjectKey, part.keysPath)
    const { rows, bytes, sha256, minUnit, maxUnit, eventTypes, attributes } = part
    return {
      id,
      batchId,
      objectKey,
      keysObjectKey,
      rows,
      bytes,
      sha256,
      minTime: new Date(part.minTimeMs),
      maxTime: new Date(part.maxTimeMs),
      minUnit,
      maxUnit,
      keyVersion,
      eventTypes,
      attributes,
    }
  }

  /** What reading found, with the list of all rejected rows stored beside the raw file. */
  async #reportOf(batch: Batch, result: CurateResult) {
    const { format, compression, rows, accepted, rejected, duplicates, conflicts, errorCounts, warnings, rejectsPath } =
      result
    const rejectsKey = rejectsPath === null ? null : `raw/${batch.id}/rejects-${randomUUID().slice(0, 8)}.csv`
    if (rejectsKey !== null) await this.#store.putFile(rejectsKey, rejectsPath!)
    return { format, compression, rows, accepted, rejected, duplicates, conflicts, errorCounts, warnings, rejectsKey }
  }
}

function refusal({ id, status, error }: Pick<Batch, 'id' | 'status' | 'error'>): AppError {
  const code = status === 'QUARANTINED' ? 'BATCH_QUARANTINED' : 'FILE_REJECTED'
  return new AppError(code, error?.message ?? 'The batch was refused.', {
    details: { batchId: id, reason: error?.code },
  })
}
