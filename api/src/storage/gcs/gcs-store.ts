import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import type { FileMetadata } from '@google-cloud/storage'
import {
  ObjectMissingError,
  ObjectTooLargeError,
  requireKey,
  type ByteSpan,
  type ListedObject,
  type ObjectStore,
  type ReadAs,
  type StoredObject,
} from '../object-store.ts'
import type { Buckets } from './buckets.ts'
import type { FileCache, WantedFile } from './file-cache.ts'
import { checkOf } from './object-check.ts'
import { readObject } from './read-object.ts'
import { isMissing, unavailable } from './storage-errors.ts'
import { writeObject } from './write-object.ts'

/** How long an address is good: it is followed at once, and a download that has begun goes on. */
const ADDRESS_LIFETIME_MS = 15 * 60_000
/** Objects that are asked for at a time, which is as many as the storage tells. */
const PAGE = 1000

/** Objects in the buckets of Google Cloud Storage. */
export class GcsObjectStore implements ObjectStore {
  readonly #buckets: Buckets
  readonly #cache: FileCache

  constructor(buckets: Buckets, cache: FileCache) {
    this.#buckets = buckets
    this.#cache = cache
  }

  async put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    { limitBytes = Infinity }: { limitBytes?: number } = {},
  ): Promise<StoredObject & { sha256: string }> {
    const hash = createHash('sha256')
    async function* hashed(): AsyncGenerator<Uint8Array, void, undefined> {
      let bytes = 0
      for await (const chunk of source) {
        bytes += chunk.length
        if (bytes > limitBytes) throw new ObjectTooLargeError(key, limitBytes)
        hash.update(chunk)
        yield chunk
      }
    }
    const sizeBytes = await writeObject(this.#buckets.file(key), key, hashed())
    return { key, sizeBytes, sha256: hash.digest('hex') }
  }

  async putFile(key: string, path: string): Promise<StoredObject> {
    const file = this.#buckets.file(key)
    return { key, sizeBytes: await writeObject(file, key, createReadStream(path, { highWaterMark: 1 << 20 })) }
  }

  async read(key: string, span?: ByteSpan): Promise<AsyncIterable<Buffer>> {
    const found = await this.#find(key)
    const last = Number(found.size) - 1
    if (span === undefined) return this.#bytes(key, found, { first: 0, last }, true)
    return this.#bytes(key, found, { first: span.first, last: Math.min(span.last, last) }, false)
  }

  async localFile(key: string, folder: string): Promise<string> {
    const found = await this.#find(key)
    const path = join(folder, 'stored', ...key.split('/'))
    const wanted: WantedFile = {
      // Asked first whether it is there: what was deleted is gone for everybody at once, also where it is kept.
      name: `${this.#cacheName(key)}${found.generation}`,
      sizeBytes: Number(found.size),
      download: () => this.#bytes(key, found, { first: 0, last: Number(found.size) - 1 }, true),
      isIntact: async (file) => {
        const check = checkOf(found)
        for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 })) check.update(chunk as Buffer)
        return check.matches()
      },
    }
    await this.#cache.place(wanted, path)
    return path
  }

  async readUrl(key: string, { contentType, contentDisposition }: ReadAs): Promise<string | null> {
    const file = this.#buckets.file(key)
    if (!this.#buckets.canSign) return null
    try {
      const [url] = await file.getSignedUrl({
        version: 'v4',
        action: 'read',
        expires: Date.now() + ADDRESS_LIFETIME_MS,
        responseType: contentType,
        responseDisposition: contentDisposition,
      })
      return url
    } catch (error) {
      throw unavailable(error, file.bucket.name)
    }
  }

  async stat(key: string): Promise<StoredObject | null> {
    const found = await this.#metadata(key)
    return found === null ? null : { key, sizeBytes: Number(found.size) }
  }

  async delete(key: string): Promise<void> {
    const file = this.#buckets.file(key)
    await file.delete({ ignoreNotFound: true }).catch((error: unknown) => {
      throw unavailable(error, file.bucket.name)
    })
    await this.#cache.forget(this.#cacheName(key))
  }

  async *list(prefix: string): AsyncGenerator<ListedObject> {
    for (const bucket of this.#buckets.having(prefix)) {
      let pageToken: string | undefined
      do {
        const fields = 'items(name,size,timeCreated),nextPageToken'
        const options = { prefix, autoPaginate: false, maxResults: PAGE, pageToken, fields }
        const [items, next] = await bucket.getFiles(options).catch((error: unknown) => {
          throw unavailable(error, bucket.name)
        })
        // With `fields` the client gives what the storage told.
        for (const { name, size, timeCreated } of items as unknown as FileMetadata[]) {
          if (!isKey(name!)) continue // something that is not ours, such as the "folder" that a console makes
          yield { key: name!, sizeBytes: Number(size), modifiedAt: new Date(timeCreated!) }
        }
        pageToken = (next as { pageToken?: string } | null)?.pageToken
      } while (pageToken !== undefined)
    }
  }

  #bytes(key: string, found: FileMetadata, span: ByteSpan, isWhole: boolean): AsyncGenerator<Buffer, void, undefined> {
    const file = this.#buckets.file(key)
    const object = {
      key,
      bucket: file.bucket.name,
      open: (part: ByteSpan, signal: AbortSignal) => this.#buckets.media(file, String(found.generation), part, signal),
    }
    return readObject(object, span, isWhole ? checkOf(found) : null)
  }

  async #find(key: string): Promise<FileMetadata> {
    const found = await this.#metadata(key)
    if (found !== null) return found
    await this.#cache.forget(this.#cacheName(key))
    throw new ObjectMissingError(key)
  }

  async #metadata(key: string): Promise<FileMetadata | null> {
    const file = this.#buckets.file(key)
    try {
      const [found] = await file.getMetadata()
      return found
    } catch (error) {
      if (isMissing(error)) return null
      throw unavailable(error, file.bucket.name)
    }
  }

  /** What the names of an object's kept files begin with. */
  #cacheName(key: string): string {
    const { bucket } = this.#buckets.file(key)
    return `${createHash('sha256').update(`${bucket.name}/${key}`).digest('hex').slice(0, 40)}-`
  }
}

function isKey(name: string): boolean {
  try {
    requireKey(name)
    return true
  } catch {
    return false
  }
}
