import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DirectUpload, DirectUploads, FinishedUpload, StartedUpload } from './direct-uploads.ts'
import { FileSink, TooManyBytesError } from './file-sink.ts'
import { ObjectExistsError, requireKey, type ObjectStore } from './object-store.ts'
import { sha256Of } from './sha256-of.ts'

/** The bytes of one request: from which of the object's to which, or null for all of them. */
export type ByteRange = { first: number; last: number } | null

/** The upload is finished, was discarded, or never began. */
export class UploadGoneError extends Error {}

/** The bytes do not follow on those that are there. */
export class UploadPositionError extends Error {
  readonly receivedBytes: number

  constructor(receivedBytes: number, message: string) {
    super(message)
    this.receivedBytes = receivedBytes
  }
}

/** The request had another number of bytes than it said. Nothing of it is kept. */
export class UploadLengthError extends Error {}

/** More uploads than this are never under way at once: what is forgotten of one is only read again. */
const MAX_KEPT_HASHES = 1000

/** Takes uploads into files beside the stored objects; what has come of them survives the process. */
export class LocalUploads implements DirectUploads {
  readonly #folder: string
  readonly #store: ObjectStore
  readonly #urlOf: (upload: DirectUpload) => string
  /** Hashes of what has come, so that nothing is read for them again. */
  readonly #hashes = new Map<string, { hash: Hash; bytes: number }>()
  /** Requests that are being read, one for an upload at most. */
  readonly #reading = new Map<string, { source: Readable; done: Promise<unknown> }>()

  /**
   * @param folder on the disk of the store's objects
   * @param urlOf the address by which this server is sent an upload; a path where it goes by the name that the caller uses
   */
  constructor(folder: string, store: ObjectStore, urlOf: (upload: DirectUpload) => string) {
    this.#folder = folder
    this.#store = store
    this.#urlOf = urlOf
  }

  async begin(upload: DirectUpload): Promise<StartedUpload> {
    const path = this.#path(upload.id)
    await mkdir(this.#folder, { recursive: true })
    await (await open(path, 'a')).close()
    const headers = [{ name: 'content-type', value: 'application/octet-stream' }]
    return { url: this.#urlOf(upload), method: 'PUT', headers, session: null }
  }

  /** How many bytes of an upload are there. Throws UploadGoneError. */
  async receivedBytes(id: string): Promise<number> {
    const size = await sizeOf(this.#path(id))
    if (size === null) throw gone()
    return size
  }

  /**
   * Takes the bytes of a request. When they stop coming, those that came are kept. A request for an upload that another
   * one is still being read for takes its place: that other one is of a connection that its sender has given up.
   *
   * @param sizeBytes of the whole object
   * @returns how many bytes of the object are there
   * @throws UploadGoneError, UploadPositionError, UploadLengthError, and what the source throws
   */
  async receive(
    { id, sizeBytes }: Pick<DirectUpload, 'id' | 'sizeBytes'>,
    range: ByteRange,
    source: Readable,
  ): Promise<number> {
    await this.#endReading(id)
    const done = this.#receive(id, sizeBytes, range, source)
    this.#reading.set(id, { source, done: done.catch(() => undefined) })
    try {
      return await done
    } finally {
      this.#reading.delete(id)
    }
  }

  async finish({ id, key, sizeBytes }: DirectUpload): Promise<FinishedUpload> {
    await this.#endReading(id)
    const path = this.#path(id)
    const receivedBytes = await sizeOf(path)
    if (receivedBytes === null) {
      const stored = await this.#store.stat(key)
      if (stored === null) return { isComplete: false, receivedBytes: 0 }
      return { isComplete: true, object: { ...stored, sha256: await sha256Of(this.#store, key) } }
    }
    if (receivedBytes < sizeBytes) return { isComplete: false, receivedBytes }
    const kept = this.#hashes.get(id)
    const sha256 = kept?.bytes === sizeBytes ? kept.hash.copy().digest('hex') : await hashOf(path)
    try {
      await this.#store.putFile(key, path)
    } catch (error) {
      // Whoever finishes it at the same time was quicker, or a process that died right after.
      if (!(error instanceof ObjectExistsError)) throw error
    }
    await this.discard({ id })
    return { isComplete: true, object: { key, sizeBytes, sha256 } }
  }

  async discard({ id }: Pick<DirectUpload, 'id'>): Promise<void> {
    this.#hashes.delete(id)
    await rm(this.#path(id), { force: true })
  }

  async #receive(id: string, sizeBytes: number, range: ByteRange, source: Readable): Promise<number> {
    const file = await openExisting(this.#path(id))
    try {
      const { size } = await file.stat()
      const { first, last } = range ?? { first: 0, last: sizeBytes - 1 }
      if (size === sizeBytes) throw new UploadPositionError(size, 'All bytes of the upload are there already.')
      if (range !== null && first !== size) {
        throw new UploadPositionError(size, `${size} bytes are there: go on with byte ${size}, not ${first}.`)
      }
      if (first < size) await file.truncate(first)
      const sink = new FileSink(file, first, this.#hashUpTo(id, first), last + 1, true)
      try {
        // The connection stays open when the bytes are not as they should be: an answer goes over it.
        await pipeline(source.iterator({ destroyOnReturn: false }), sink)
      } catch (error) {
        await sink.idle()
        const isTooLong = error instanceof TooManyBytesError
        await file.truncate(isTooLong ? first : sink.position)
        if (isTooLong) throw wrongLength(last - first + 1, null)
        this.#keepHash(id, sink)
        throw error
      }
      if (sink.position <= last) {
        await file.truncate(first)
        throw wrongLength(last - first + 1, sink.position - first)
      }
      this.#keepHash(id, sink)
      if (sink.position === sizeBytes) await file.datasync()
      return sink.position
    } finally {
      await file.close()
    }
  }

  /** The hash of the bytes before a position, or null where it is not known. */
  #hashUpTo(id: string, bytes: number): Hash | null {
    const kept = this.#hashes.get(id)
    this.#hashes.delete(id)
    if (bytes === 0) return createHash('sha256')
    return kept?.bytes === bytes ? kept.hash : null
  }

  #keepHash(id: string, { hash, position }: FileSink): void {
    if (hash === null) return
    this.#hashes.set(id, { hash, bytes: position })
    if (this.#hashes.size > MAX_KEPT_HASHES) this.#hashes.delete(this.#hashes.keys().next().value!)
  }

  async #endReading(id: string): Promise<void> {
    for (let other = this.#reading.get(id); other !== undefined; other = this.#reading.get(id)) {
      other.source.destroy(new Error('Another request for the same upload took its place.'))
      await other.done
    }
  }

  #path(id: string): string {
    requireKey(id)
    return join(this.#folder, id)
  }
}

function gone(): UploadGoneError {
  return new UploadGoneError('There is no such upload any more: it was completed, or it expired.')
}

function wrongLength(announced: number, came: number | null): UploadLengthError {
  return new UploadLengthError(
    `The request announced ${announced} bytes, and ${came ?? 'more'} came. Nothing of it was kept.`,
  )
}

async function openExisting(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+')
  } catch (error) {
    throw isMissing(error) ? gone() : error
  }
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash)
  return hash.digest('hex')
}
