import { createHash, randomUUID } from 'node:crypto'
import { AppError, notFound, type UserError } from '../../errors.ts'
import { columnMappingSchema, mappingHash, type ColumnMapping } from '../../ingest/column-mapping.ts'
import { keyName, ObjectTooLargeError, type ObjectStore } from '../../storage/object-store.ts'
import type { ExperimentService } from '../experiment/experiment.service.ts'
import { hasEnded, type Job, type JobService } from '../job/job.service.ts'
import { idempotencyKeyProblems, keyConflict, withGoodKey } from '../idempotency/idempotency-key.ts'
import type { IdempotencyService, IdempotentCall, Make } from '../idempotency/idempotency.service.ts'
import { requirePageSize, type Page, type PageRequest } from '../pagination.ts'
import type { Batch, BatchError, BatchRepository, BatchStatus } from './batch.repository.ts'
import { uploadTooLarge } from './received-bytes.ts'

export type { Batch, BatchError, BatchStatus }

/** How a caller wants a file to be read. */
export interface ReadingRequest {
  experimentId: string
  /** Null: the file follows the event contract. */
  mapping?: unknown
  /** A mapping that was saved under this name is used. */
  mappingName?: string | null
  /** Saves the mapping under this name. */
  saveMappingAs?: string | null
  maxRejectRate?: number | null
  idempotencyKey?: string | null
}

/** How a file is read: a request that was checked. */
export interface Reading {
  experimentId: string
  mapping: ColumnMapping | null
  maxRejectRate: number
}

export interface UploadRequest extends ReadingRequest {
  fileName: string
  bytes: AsyncIterable<Uint8Array>
  source?: Batch['source']
}

/** A file whose bytes are stored. */
export interface StoredFile {
  /** Id that its batch gets, if it becomes one of its own. */
  batchId: string
  rawKey: string
  fileName: string
  sizeBytes: number
  sha256: string
  source: Batch['source']
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
  readonly #idempotency: IdempotencyService
  readonly #settings: BatchSettings

  constructor(
    repository: BatchRepository,
    experiments: ExperimentService,
    jobs: JobService,
    store: ObjectStore,
    idempotency: IdempotencyService,
    settings: BatchSettings,
  ) {
    this.#repository = repository
    this.#experiments = experiments
    this.#jobs = jobs
    this.#store = store
    this.#idempotency = idempotency
    this.#settings = settings
  }

  /**
   * Takes a file: stores its bytes unchanged, then queues the job that reads it. The same bytes read the same way, and
   * the same idempotency key, give the batch that is there; the same key with other bytes is a mistake.
   *
   * @throws AppError NOT_FOUND, UPLOAD_TOO_LARGE, UPLOAD_ABORTED, QUEUE_FULL
   */
  async upload(request: UploadRequest, call: IdempotentCall | null): Promise<BatchPayload> {
    const { fileName, bytes, source = 'UPLOAD' } = request
    const batchId = randomUUID()
    const rawKey = rawKeyOf(batchId, fileName)
    let stored: { sizeBytes: number; sha256: string } | null = null
    try {
      const payload = await this.#idempotency.once<BatchPayload>(withGoodKey(call), {
        again: async ([id]) => {
          const [batch] = await this.#repository.byIds([id!])
          if (batch === undefined) return null
          const sha256 = stored?.sha256 ?? (await sha256Of(bytes))
          return sha256 === batch.sha256 ? this.#reuse(batch) : refused([otherFile(call!, batch)])
        },
        refuse: refused,
        make: async () => {
          const { reading, userErrors } = await this.prepare(request)
          if (reading === null) return refused(userErrors)
          await this.#jobs.requireRoom(reading.experimentId)
          stored ??= await this.#storeRaw(rawKey, bytes)
          return this.#make({ batchId, rawKey, fileName, ...stored, source }, reading)
        },
      })
      if (stored !== null && payload.batch?.id !== batchId) await this.#store.delete(rawKey)
      return payload
    } catch (error) {
      // After any other error it is not known what counts: the sweeper removes what nothing refers to.
      if (error instanceof AppError && error.code === 'QUEUE_FULL') await this.#store.delete(rawKey)
      throw error
    }
  }

  /**
   * Checks how a file is to be read, before it comes.
   *
   * @throws AppError NOT_FOUND
   */
  async prepare(request: ReadingRequest): Promise<{ reading: Reading | null; userErrors: UserError[] }> {
    const { id: experimentId } = await this.#experiments.get(request.experimentId)
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
    if (userErrors.length > 0) return { reading: null, userErrors }
    if (request.saveMappingAs != null && mapping !== null)
      await this.#repository.saveMapping(request.saveMappingAs, mapping)
    return { reading: { experimentId, mapping, maxRejectRate }, userErrors }
  }

  /**
   * Makes a batch of a stored file and queues the job that reads it, or finds the batch that the same bytes are. The
   * object of a file that became no batch of its own is the caller's to remove. Called again for the same file, it ends
   * as if it had been called once.
   *
   * @throws AppError QUEUE_FULL
   */
  take(file: StoredFile, reading: Reading): Promise<BatchPayload> {
    return this.#idempotency.once<BatchPayload>(null, {
      again: () => Promise.resolve(null),
      refuse: refused,
      make: () => this.#make(file, reading),
    })
  }

  async #make(file: StoredFile, reading: Reading): Promise<Make<BatchPayload>> {
    const { batchId: id, rawKey, fileName, sizeBytes, sha256, source } = file
    const { experimentId, mapping, maxRejectRate } = reading
    const hash = mappingHash(mapping)
    const known = await this.#repository.byContent(experimentId, sha256, hash, maxRejectRate)
    // A file that was refused for what the experiment was then, such as its variants, may be good by now.
    const isOutdated =
      known?.status === 'QUARANTINED' && known.createdAt < (await this.#experiments.get(experimentId)).updatedAt
    if (known !== null && (known.id === id || !isOutdated)) {
      const answer = await this.#reuse(known, id)
      return async () => ({ answer, ids: [known.id] })
    }
    return async (tx) => {
      const batch = await this.#repository.insert(
        {
          ...{ id, experimentId, source, rawKey, sizeBytes, sha256, mapping, maxRejectRate },
          originalName: shownFileName(fileName),
          mappingHash: hash,
        },
        tx,
      )
      // Another upload of the same content was quicker.
      if (batch === null) return null
      const job = await this.#jobs.enqueue(
        { kind: 'INGEST_BATCH', experimentId, input: { batchId: id }, batchId: id },
        tx,
      )
      return { answer: { batch, job, reused: false, userErrors: [] }, ids: [id] }
    }
  }

  /** What an upload was answered with, again. */
  async takenBefore(batchId: string, ownId: string): Promise<BatchPayload> {
    return this.#reuse(await this.get(batchId), ownId)
  }

  /** Takes records as if they were a file of NDJSON. */
  async ingestRecords(
    request: Omit<UploadRequest, 'bytes' | 'fileName' | 'source'> & { records: unknown[] },
    call: IdempotentCall | null,
  ): Promise<BatchPayload> {
    const { records, ...rest } = request
    if (records.length === 0) {
      await this.#experiments.get(request.experimentId)
      const message = 'There are no records. Send at least one.'
      return refused([{ code: 'INVALID', field: ['records'], message }])
    }
    async function* lines(): AsyncGenerator<Buffer> {
      for (const record of records) yield Buffer.from(JSON.stringify(record) + '\n')
    }
    return this.upload({ ...rest, bytes: lines(), fileName: 'records.ndjson', source: 'RECORDS' }, call)
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

  /** @param ownId id of the batch that the file at hand would make: that one was there before no other */
  async #reuse(batch: Batch, ownId: string | null = null): Promise<BatchPayload> {
    const reused = batch.id !== ownId
    const [job = null] = await this.#jobs.ofBatches([batch.id])
    const isOver = job === null || hasEnded(job.status)
    if (!isOver || (batch.status !== 'RECEIVED' && batch.status !== 'PROCESSING'))
      return { batch, job, reused, userErrors: [] }
    // Its job was cancelled, or failed through no fault of the file: who sends it again wants it read.
    const again = await this.#jobs.enqueue({
      kind: 'INGEST_BATCH',
      experimentId: batch.experimentId,
      input: { batchId: batch.id },
      batchId: batch.id,
      // Several who send it at once get one job.
      idempotencyKey: `batch:${batch.id} after:${job?.id ?? 'none'}`,
    })
    return { batch, job: again, reused, userErrors: [] }
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
  }: ReadingRequest): Promise<{ mapping: ColumnMapping | null; userErrors: UserError[] }> {
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

function refused(userErrors: UserError[]): BatchPayload {
  return { batch: null, job: null, reused: false, userErrors }
}

function otherFile(call: IdempotentCall, batch: Batch): UserError {
  return keyConflict(call, { mutation: call.mutation, createdAt: batch.createdAt })
}

async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest('hex')
}

const MAX_MAPPING_NAME_LENGTH = 100

function savingProblems({ mapping, mappingName, saveMappingAs }: ReadingRequest): UserError[] {
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

/** Where the bytes of a batch are kept. */
export function rawKeyOf(batchId: string, fileName: string): string {
  return `raw/${batchId}/${keyName(fileName)}`
}

const MAX_FILE_NAME_LENGTH = 255

/** A file's name as it is kept: without what cannot be shown, and its end when it is long, which tells the format. */
export function shownFileName(name: string): string {
  return name.replaceAll(/\p{Cc}/gu, '_').slice(-MAX_FILE_NAME_LENGTH)
}
