import { randomUUID } from 'node:crypto'
import { AppError, notFound, type UserError } from '../../errors.ts'
import { columnMappingSchema, mappingHash, type ColumnMapping } from '../../ingest/column-mapping.ts'
import { keyName, ObjectTooLargeError, type ObjectStore } from '../../storage/object-store.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import { hasEnded, type Job, type JobService } from '../job/job.service.ts'
import { idempotencyKeyProblems } from '../idempotency-key.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { Batch, BatchError, BatchRepository, BatchStatus } from './batch.repository.ts'
import { uploadTooLarge } from './received-bytes.ts'

export type { Batch, BatchError, BatchStatus }

export interface UploadRequest {
  experimentId: string
  fileName: string
  bytes: AsyncIterable<Uint8Array>
  /** Null: the file follows the event contract. */
  mapping?: unknown
  /** A mapping that was saved under this name is used. */
  mappingName?: string | null
  /** Saves the mapping under this name. */
  saveMappingAs?: string | null
  maxRejectRate?: number | null
  idempotencyKey?: string | null
  source?: Batch['source']
}

export interface BatchPayload {
  batch: Batch | null
  job: Job | null
  /** The same content was there already. It is read again where its job had failed or was cancelled. */
  reused: boolean
  userErrors: UserError[]
}

export interface BatchSettings {
  maxUploadBytes: number
  maxUnpackedBytes: number
  maxRejectRate: number
}

export class BatchService {
  readonly #repository: BatchRepository
  readonly #experiments: ExperimentService
  readonly #jobs: JobService
  readonly #store: ObjectStore
  readonly #settings: BatchSettings

  constructor(
    repository: BatchRepository,
    experiments: ExperimentService,
    jobs: JobService,
    store: ObjectStore,
    settings: BatchSettings,
  ) {
    this.#repository = repository
    this.#experiments = experiments
    this.#jobs = jobs
    this.#store = store
    this.#settings = settings
  }

  /**
   * Takes a file: stores its bytes unchanged, then queues the job that reads it. The same bytes read the same way, and
   * the same idempotency key, give the batch that is there.
   *
   * @throws AppError NOT_FOUND, UPLOAD_TOO_LARGE, UPLOAD_ABORTED
   */
  async upload(request: UploadRequest): Promise<BatchPayload> {
    const experiment = await this.#experiments.get(request.experimentId)
    const { mapping, userErrors } = await this.#mappingOf(request)
    const maxRejectRate = request.maxRejectRate ?? this.#settings.maxRejectRate
    if (!(maxRejectRate >= 0 && maxRejectRate <= 1)) {
      userErrors.push({
        code: 'INVALID',
        field: ['maxRejectRate'],
        message: `A rate is from 0 to 1, got ${maxRejectRate}.`,
      })
    }
    userErrors.push(...idempotencyKeyProblems(request.idempotencyKey), ...savingProblems(request))
    if (userErrors.length > 0) return { batch: null, job: null, reused: false, userErrors }
    if (request.idempotencyKey != null) {
      const known = await this.#repository.byIdempotencyKey(experiment.id, request.idempotencyKey)
      if (known !== null) return this.#reuse(known)
    }
    if (request.saveMappingAs != null && mapping !== null)
      await this.#repository.saveMapping(request.saveMappingAs, mapping)

    const id = randomUUID()
    const rawKey = `raw/${id}/${keyName(request.fileName)}`
    const stored = await this.#storeRaw(rawKey, request.bytes)
    const content = { sha256: stored.sha256, mappingHash: mappingHash(mapping) }
    const known = await this.#repository.byContent(experiment.id, content.sha256, content.mappingHash, maxRejectRate)
    // A file that was refused for what the experiment was then, such as its variants, may be good by now.
    const isOutdated = known?.status === 'QUARANTINED' && known.createdAt < experiment.updatedAt
    if (known !== null && !isOutdated) {
      await this.#store.delete(rawKey)
      return this.#reuse(known)
    }
    const made = await this.#repository.transaction(async (tx) => {
      const batch = await this.#repository.insert(
        {
          id,
          experimentId: experiment.id,
          source: request.source ?? 'UPLOAD',
          originalName: shownFileName(request.fileName),
          rawKey,
          sizeBytes: stored.sizeBytes,
          ...content,
          mapping,
          maxRejectRate,
          idempotencyKey: request.idempotencyKey ?? null,
        },
        tx,
      )
      if (batch === null) return null
      const job = await this.#jobs.enqueue(
        { kind: 'INGEST_BATCH', experimentId: experiment.id, input: { batchId: id }, batchId: id },
        tx,
      )
      return { batch, job }
    })
    if (made !== null) return { ...made, reused: false, userErrors: [] }
    // Another upload of the same content was quicker.
    await this.#store.delete(rawKey)
    const winner =
      (await this.#repository.byContent(experiment.id, content.sha256, content.mappingHash, maxRejectRate)) ??
      (request.idempotencyKey == null
        ? null
        : await this.#repository.byIdempotencyKey(experiment.id, request.idempotencyKey))
    if (winner === null) throw new AppError('CONFLICT', 'The same file is being uploaded at this moment. Try again.')
    return this.#reuse(winner)
  }

  /** Takes records as if they were a file of NDJSON. */
  async ingestRecords(
    request: Omit<UploadRequest, 'bytes' | 'fileName' | 'source'> & { records: unknown[] },
  ): Promise<BatchPayload> {
    const { records, ...rest } = request
    if (records.length === 0) {
      await this.#experiments.get(request.experimentId)
      const message = 'There are no records. Send at least one.'
      return { batch: null, job: null, reused: false, userErrors: [{ code: 'INVALID', field: ['records'], message }] }
    }
    async function* lines(): AsyncGenerator<Buffer> {
      for (const record of records) yield Buffer.from(JSON.stringify(record) + '\n')
    }
    return this.upload({ ...rest, bytes: lines(), fileName: 'records.ndjson', source: 'RECORDS' })
  }

  async get(id: string): Promise<Batch> {
    const [batch] = await this.#repository.byIds([id])
    if (batch === undefined) throw notFound('batch', id)
    return batch
  }

  byIds(ids: readonly string[]): Promise<Batch[]> {
    return this.#repository.byIds(ids)
  }

  /** @param versions only those that landed in these versions of the data */
  page(experimentId: string, request: PageRequest, versions?: { above: number; upTo: number }): Promise<Page<Batch>> {
    requirePageSize(request.first)
    return this.#repository.page(experimentId, request, versions)
  }

  firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Batch>>> {
    requirePageSize(first)
    return this.#repository.firstPages(experimentIds, first)
  }

  /** The first rejected rows of a batch. */
  errors(batchId: string, first: number): Promise<BatchError[]> {
    return this.#repository.errors(batchId, first)
  }

  async #reuse(batch: Batch): Promise<BatchPayload> {
    const [job = null] = await this.#jobs.ofBatches([batch.id])
    const isOver = job === null || hasEnded(job.status)
    if (!isOver || (batch.status !== 'RECEIVED' && batch.status !== 'PROCESSING'))
      return { batch, job, reused: true, userErrors: [] }
    // Its job was cancelled, or failed through no fault of the file: who sends it again wants it read.
    const again = await this.#jobs.enqueue({
      kind: 'INGEST_BATCH',
      experimentId: batch.experimentId,
      input: { batchId: batch.id },
      batchId: batch.id,
      // Several who send it at once get one job.
      idempotencyKey: `batch:${batch.id} after:${job?.id ?? 'none'}`,
    })
    return { batch, job: again, reused: true, userErrors: [] }
  }

  async #storeRaw(key: string, bytes: AsyncIterable<Uint8Array>): Promise<{ sizeBytes: number; sha256: string }> {
    const { maxUploadBytes } = this.#settings
    try {
      return await this.#store.put(key, bytes, { limitBytes: maxUploadBytes })
    } catch (cause) {
      if (cause instanceof ObjectTooLargeError) throw uploadTooLarge(maxUploadBytes, cause)
      throw cause
    }
  }

  async #mappingOf({
    mapping,
    mappingName,
  }: UploadRequest): Promise<{ mapping: ColumnMapping | null; userErrors: UserError[] }> {
    if (mappingName != null && mapping == null) {
      const saved = await this.#repository.mappingByName(mappingName)
      if (saved === null) {
        const message = `There is no saved mapping "${mappingName}".`
        return { mapping: null, userErrors: [{ code: 'NOT_FOUND', field: ['mappingName'], message }] }
      }
      return { mapping: columnMappingSchema.parse(saved), userErrors: [] }
    }
    if (mapping == null) return { mapping: null, userErrors: [] }
    const parsed = columnMappingSchema.safeParse(mapping)
    if (parsed.success) return { mapping: parsed.data, userErrors: [] }
    const userErrors = parsed.error.issues.map(({ path, message }) => ({
      code: 'INVALID',
      field: ['mapping', ...path.map(String)],
      message,
    }))
    return { mapping: null, userErrors }
  }
}

const MAX_MAPPING_NAME_LENGTH = 100

function savingProblems({ mapping, mappingName, saveMappingAs }: UploadRequest): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string) => problems.push({ code: 'INVALID', field: [field], message })
  if (mapping != null && mappingName != null)
    problem('mappingName', 'Pass a mapping or the name of a saved one, not both.')
  if (saveMappingAs == null) return problems
  if (mapping == null) problem('saveMappingAs', 'There is no mapping to save: pass one.')
  if (saveMappingAs.trim() === '' || saveMappingAs.length > MAX_MAPPING_NAME_LENGTH) {
    problem(
      'saveMappingAs',
      `The name of a mapping has 1 to ${MAX_MAPPING_NAME_LENGTH} characters, got ${saveMappingAs.length}.`,
    )
  }
  return problems
}

const MAX_FILE_NAME_LENGTH = 255

/** A file's name as it is kept: without what cannot be shown, and its end when it is long, which tells the format. */
function shownFileName(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '_').slice(-MAX_FILE_NAME_LENGTH)
}
