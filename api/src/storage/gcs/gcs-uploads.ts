import { setTimeout as delay } from 'node:timers/promises'
import type { DirectUpload, DirectUploads, FinishedUpload, StartedUpload } from '../direct-uploads.ts'
import type { ObjectStore } from '../object-store.ts'
import { sha256Of } from '../sha256-of.ts'
import type { Buckets } from './buckets.ts'
import { isTransient, unavailable } from './storage-errors.ts'

const MOST_TRIES = 4
const FIRST_PAUSE_MS = 250
/** Sessions that ended long ago, or were given up. */
const GONE = new Set([404, 410, 499])

/**
 * Uploads that a bucket takes itself, by sessions of its own: their address is all that the sender needs, and the server
 * sees none of the bytes.
 */
export class GcsUploads implements DirectUploads {
  readonly #buckets: Buckets
  readonly #store: ObjectStore

  constructor(buckets: Buckets, store: ObjectStore) {
    this.#buckets = buckets
    this.#store = store
  }

  async begin({ key, sizeBytes, session }: DirectUpload, origin: string | null): Promise<StartedUpload> {
    const headers = [{ name: 'content-type', value: 'application/octet-stream' }]
    if (session !== null) return { url: session, method: 'PUT', headers, session }
    const file = this.#buckets.file(key)
    try {
      const [url] = await file.createResumableUpload({
        // The pages of this origin may then read the answers, if the bucket's rules let them.
        ...(origin === null ? {} : { origin }),
        metadata: { contentType: 'application/octet-stream', contentLength: sizeBytes },
        preconditionOpts: { ifGenerationMatch: 0 },
      })
      return { url, method: 'PUT', headers, session: url }
    } catch (error) {
      throw unavailable(error, file.bucket.name)
    }
  }

  async finish({ key, sizeBytes, session }: DirectUpload): Promise<FinishedUpload> {
    let stored = await this.#store.stat(key)
    if (stored === null) {
      const receivedBytes = session === null ? 0 : await this.#receivedBytes(key, session, sizeBytes)
      // The last bytes may have come since it was looked for.
      if (receivedBytes === sizeBytes) stored = await this.#store.stat(key)
      if (stored === null) return { isComplete: false, receivedBytes: Math.min(receivedBytes, sizeBytes) }
    }
    return { isComplete: true, object: { ...stored, sha256: await sha256Of(this.#store, key) } }
  }

  async discard({ key, session }: Pick<DirectUpload, 'id' | 'key' | 'session'>): Promise<void> {
    if (session === null) return
    const response = await this.#ask(key, session, { method: 'DELETE' })
    if (response.ok || GONE.has(response.status)) return
    throw unavailable({ status: response.status, message: await response.text() }, this.#bucketOf(key))
  }

  /** How many bytes of an upload have come; all of them when it is an object. */
  async #receivedBytes(key: string, session: string, sizeBytes: number): Promise<number> {
    const response = await this.#ask(key, session, {
      method: 'PUT',
      headers: { 'content-range': `bytes */${sizeBytes}` },
    })
    if (response.ok) return sizeBytes
    if (GONE.has(response.status)) return 0
    if (response.status !== 308) {
      throw unavailable({ status: response.status, message: await response.text() }, this.#bucketOf(key))
    }
    const range = /^bytes=0-(\d+)$/.exec(response.headers.get('range') ?? '')
    return range === null ? 0 : Number(range[1]) + 1
  }

  /** Asks about a session, whose address is all that it needs. */
  async #ask(key: string, session: string, init: RequestInit): Promise<Response> {
    for (let tries = 1; ; tries++) {
      let error: unknown
      try {
        const response = await fetch(session, init)
        if (!isTransient({ status: response.status }) || tries === MOST_TRIES) return response
        await response.body?.cancel()
      } catch (cause) {
        error = cause
        if (tries === MOST_TRIES) throw unavailable(error, this.#bucketOf(key))
      }
      await delay(FIRST_PAUSE_MS * 2 ** tries)
    }
  }

  #bucketOf(key: string): string {
    return this.#buckets.file(key).bucket.name
  }
}
