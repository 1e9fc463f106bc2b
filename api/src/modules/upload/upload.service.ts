import { randomUUID } from 'node:crypto'
import { notFound, type UserError } from '../../errors.ts'
import type { DirectUpload, DirectUploads, StartedUpload, UploadAddress } from '../../storage/direct-uploads.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import { withGoodKey } from '../idempotency/idempotency-key.ts'
import type { IdempotencyService, IdempotentCall } from '../idempotency/idempotency.service.ts'
import {
  rawKeyOf,
  shownFileName,
  type BatchPayload,
  type BatchService,
  type Reading,
  type ReadingRequest,
} from '../batch/batch.service.ts'
import { uploadTooLarge } from '../batch/received-bytes.ts'
import type { JobService } from '../job/job.service.ts'
import type { Transaction } from '../repository.ts'
import type { Upload, UploadRepository } from './upload.repository.ts'

export interface RequestUploadRequest extends ReadingRequest {
  fileName: string
  sizeBytes: number
  /** Of the page that asks, and will send the bytes; null for a program. */
  origin: string | null
}

/** An upload that was agreed to, and where its bytes go. */
export type RequestedUpload = Pick<Upload, 'id' | 'sizeBytes' | 'expiresAt'> & UploadAddress

export interface RequestUploadPayload {
  upload: RequestedUpload | null
  /** What the idempotency key names already: then there is nothing to send. */
  batch: BatchPayload['batch']
  job: BatchPayload['job']
  userErrors: UserError[]
}

/** What `request` comes to, before the address is made. */
interface Agreement {
  upload: Upload | null
  batch: BatchPayload['batch']
  job: BatchPayload['job']
  userErrors: UserError[]
}

export interface UploadSettings {
  maxUploadBytes: number
  /** How long a client has to send the bytes and tell of it. */
  lifetimeMs: number
}

/** Uploads past GraphQL: agreed on first, then sent straight into the store, then told to be complete. */
export class UploadService {
  readonly #repository: UploadRepository
  readonly #batches: BatchService
  readonly #jobs: JobService
  readonly #store: ObjectStore
  readonly #direct: DirectUploads
  readonly #idempotency: IdempotencyService
  readonly #settings: UploadSettings

  constructor(
    repository: UploadRepository,
    batches: BatchService,
    jobs: JobService,
    store: ObjectStore,
    direct: DirectUploads,
    idempotency: IdempotencyService,
    settings: UploadSettings,
  ) {
    this.#repository = repository
    this.#batches = batches
    this.#jobs = jobs
    this.#store = store
    this.#direct = direct
    this.#idempotency = idempotency
    this.#settings = settings
  }

  /**
   * Agrees on an upload: checks how the file is to be read, and says where its bytes go. The same idempotency key gives
   * the upload that is under way, or what came of it.
   *
   * @throws AppError NOT_FOUND, UPLOAD_TOO_LARGE, QUEUE_FULL
   */
  async request(request: RequestUploadRequest, call: IdempotentCall | null): Promise<RequestUploadPayload> {
    const { fileName, sizeBytes } = request
    if (sizeBytes > this.#settings.maxUploadBytes) throw uploadTooLarge(this.#settings.maxUploadBytes)
    const { upload, ...payload } = await this.#idempotency.once<Agreement>(withGoodKey(call), {
      again: ([id]) => this.#agreedBefore(id!),
      refuse: (userErrors) => ({ upload: null, batch: null, job: null, userErrors }),
      make: async () => {
        const { reading, userErrors } = await this.#batches.prepare(request)
        if (sizeBytes < 1) {
          const message = `A file has 1 byte at least, got ${sizeBytes}.`
          userErrors.push({ code: 'INVALID', field: ['sizeBytes'], message })
        }
        if (reading === null || userErrors.length > 0) return { upload: null, batch: null, job: null, userErrors }
        await this.#jobs.requireRoom(reading.experimentId)
        return async (tx) => {
          const upload = await this.#add(reading, fileName, sizeBytes, tx)
          return { answer: { upload, batch: null, job: null, userErrors: [] }, ids: [upload.id] }
        }
      },
    })
    if (upload === null) return { upload, ...payload }
    const { id, expiresAt } = upload
    const { session: _, ...address } = await this.#begin(directUploadOf(upload), request.origin)
    return { ...payload, upload: { id, sizeBytes, expiresAt, ...address } }
  }

  /** What an upload was agreed as, or what came of it. Null: it ran out, and another one is needed. */
  async #agreedBefore(id: string): Promise<Agreement | null> {
    const upload = await this.#repository.byId(id)
    if (upload === null) return null
    if (upload.batchId !== null) {
      const { batch, job } = await this.#batches.takenBefore(upload.batchId, batchIdOf(upload))
      return { upload: null, batch, job, userErrors: [] }
    }
    if (upload.status === 'EXPIRED' || upload.expiresAt < new Date()) return null
    return { upload, batch: null, job: null, userErrors: [] }
  }

  /**
   * Makes a batch of an upload whose bytes are all there. Called again it answers the same.
   *
   * @throws AppError NOT_FOUND
   */
  async complete(id: string): Promise<BatchPayload> {
    const upload = await this.#repository.byId(id)
    if (upload === null) throw notFound('upload', id)
    const ownId = batchIdOf(upload)
    if (upload.batchId !== null) return this.#batches.takenBefore(upload.batchId, ownId)
    if (upload.status === 'EXPIRED' || upload.expiresAt < new Date()) {
      return conflict(`The upload expired on ${upload.expiresAt.toISOString()}. Request another one.`)
    }
    const finished = await this.#direct.finish(directUploadOf(upload))
    if (!finished.isComplete) {
      // Who completes it at the same time may have found that the same bytes are another batch.
      const batchId = (await this.#repository.byId(id))?.batchId
      if (batchId != null) return this.#batches.takenBefore(batchId, ownId)
      const { receivedBytes } = finished
      return conflict(
        `${receivedBytes} of ${upload.sizeBytes} bytes are there. Send the rest to the upload's address, then complete it.`,
      )
    }
    const { sizeBytes, sha256 } = finished.object
    if (sizeBytes !== upload.sizeBytes) {
      await this.#store.delete(upload.objectKey)
      await this.#repository.expire(id)
      return conflict(`${sizeBytes} bytes came where ${upload.sizeBytes} were announced. Request another upload.`)
    }
    const { objectKey: rawKey, fileName } = upload
    const file = { batchId: ownId, rawKey, fileName, sizeBytes, sha256, source: 'UPLOAD' as const }
    const payload = await this.#batches.take(file, upload.input as Reading)
    const { id: batchId } = payload.batch!
    await this.#repository.complete(id, batchId)
    if (batchId !== ownId) await this.#store.delete(rawKey)
    return payload
  }

  async #begin(upload: DirectUpload, origin: string | null): Promise<StartedUpload> {
    const begun = await this.#direct.begin(upload, origin)
    if (begun.session === null || begun.session === upload.session) return begun
    const session = await this.#repository.keepSession(upload.id, begun.session)
    if (session === begun.session) return begun
    // Asked for twice at the same time: the bytes of both go to one.
    await this.#direct.discard({ ...upload, session: begun.session })
    return this.#direct.begin({ ...upload, session }, origin)
  }

  #add(reading: Reading, fileName: string, sizeBytes: number, tx: Transaction): Promise<Upload> {
    const upload = {
      experimentId: reading.experimentId,
      fileName: shownFileName(fileName),
      sizeBytes,
      objectKey: rawKeyOf(randomUUID(), fileName),
      input: reading,
      expiresAt: new Date(Date.now() + this.#settings.lifetimeMs),
    }
    return this.#repository.insert(upload, tx)
  }
}

function directUploadOf({ id, objectKey, sizeBytes, expiresAt, session }: Upload): DirectUpload {
  return { id, key: objectKey, sizeBytes, expiresAt, session }
}

/** The object's key was made for a batch of this id. */
function batchIdOf({ objectKey }: Upload): string {
  return objectKey.split('/')[1]!
}

function conflict(message: string): BatchPayload {
  return {
    batch: null,
    job: null,
    reused: false,
    userErrors: [{ code: 'CONFLICT', field: ['uploadId'], message }],
  }
}
