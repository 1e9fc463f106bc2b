import { IdempotencyStrategy, RETRYABLE_ERR_FN_DEFAULT, Storage, type Bucket, type File } from '@google-cloud/storage'
import { requireKey, type ByteSpan } from '../object-store.ts'
import { isStatus, isTransient } from './storage-errors.ts'

export interface BucketSettings {
  raw: string
  curated: string
  artifacts: string
  /** Address of the API; null for Google's own. With http:// it is an emulator, which asks for no credentials. */
  apiEndpoint: string | null
}

/** First names of keys, in the order of the keys. */
const FIRST_NAMES = ['artifacts', 'curated', 'raw'] as const

/** Failures of the line that the client itself would not try again. */
const BROKEN_LINE = new Set(['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'EHOSTUNREACH', 'UND_ERR_SOCKET'])

/** Pauses grow from a second to this. A request of a person should not wait much longer than it takes to say what is wrong. */
const LONGEST_PAUSE_SECONDS = 2

/** The settings or the account do not fit the buckets: one sentence that says what to do. */
export class BucketsError extends Error {}

/** The buckets, and which of them an object is in: its key's first name tells. */
export class Buckets {
  readonly #buckets: Record<(typeof FIRST_NAMES)[number], Bucket>
  readonly #storage: Storage
  readonly #isEmulated: boolean
  #canSign = true

  constructor({ apiEndpoint, ...names }: BucketSettings) {
    this.#isEmulated = apiEndpoint?.startsWith('http://') ?? false
    // It finds its credentials itself: those of the machine, or the file that GOOGLE_APPLICATION_CREDENTIALS names.
    this.#storage = new Storage({
      ...(apiEndpoint === null ? {} : { apiEndpoint, useAuthWithCustomEndpoint: !this.#isEmulated }),
      retryOptions: {
        maxRetries: 3,
        maxRetryDelay: LONGEST_PAUSE_SECONDS,
        // Objects are written where there are none, and everything else may be done twice.
        idempotencyStrategy: IdempotencyStrategy.RetryAlways,
        retryableErrorFn: (error) => RETRYABLE_ERR_FN_DEFAULT(error) || BROKEN_LINE.has(String(error.code)),
      },
    })
    this.#buckets = {
      raw: this.#storage.bucket(names.raw),
      curated: this.#storage.bucket(names.curated),
      artifacts: this.#storage.bucket(names.artifacts),
    }
  }

  /** Where the storage is asked. */
  get origin(): string {
    return new URL(this.#storage.apiEndpoint).origin
  }

  /** Whether addresses can be signed: an emulator may be used without an account. */
  get canSign(): boolean {
    return this.#canSign
  }

  /** The object of a key. Throws RangeError. */
  file(key: string): File {
    requireKey(key)
    const [first, ...rest] = key.split('/')
    const bucket = Object.entries(this.#buckets).find(([name]) => name === first)?.[1]
    if (bucket === undefined || rest.length === 0) {
      throw new RangeError(`A key begins with ${FIRST_NAMES.map((name) => `"${name}/"`).join(', ')}, got "${key}"`)
    }
    return bucket.file(key)
  }

  /** The buckets in which keys with a prefix may be, in the order of the keys. */
  having(prefix: string): Bucket[] {
    const names = FIRST_NAMES.filter((name) => prefix.startsWith(`${name}/`) || `${name}/`.startsWith(prefix))
    return names.map((name) => this.#buckets[name])
  }

  /**
   * Asks for some bytes of one generation of an object. (The client's own way, when one download breaks, also ends those
   * that share its connections.)
   */
  async media(file: File, generation: string, { first, last }: ByteSpan, signal: AbortSignal): Promise<Response> {
    const [bucket, name] = [file.bucket.name, file.name].map(encodeURIComponent)
    const url = `${this.#storage.apiEndpoint}/storage/v1/b/${bucket}/o/${name}?alt=media&generation=${generation}`
    const headers = this.#isEmulated ? new Headers() : await this.#storage.authClient.getRequestHeaders(url)
    headers.set('range', `bytes=${first}-${last}`)
    headers.set('accept-encoding', 'identity')
    return fetch(url, { headers, signal })
  }

  /**
   * Finds out at start what would otherwise fail at the first file. That the storage does not answer just now is no
   * reason not to start.
   *
   * @param signs whether addresses for downloads will be signed
   * @throws BucketsError
   */
  async check(signs: boolean): Promise<void> {
    if (!this.#isEmulated) await this.#checkCredentials()
    await Promise.all(FIRST_NAMES.map((name) => this.#checkBucket(name)))
    if (signs) await this.#checkSigning()
  }

  async #checkCredentials(): Promise<void> {
    try {
      await this.#storage.authClient.getClient()
    } catch (error) {
      throw new BucketsError(
        `Files are kept in Google Cloud Storage, and there are no credentials for it: give the machine a service account, or set GOOGLE_APPLICATION_CREDENTIALS to a key file. (${firstLine(error)})`,
        { cause: error },
      )
    }
  }

  async #checkBucket(name: (typeof FIRST_NAMES)[number]): Promise<void> {
    const bucket = this.#buckets[name]
    try {
      await bucket.getFiles({ autoPaginate: false, maxResults: 1, prefix: `${name}/` })
    } catch (error) {
      const named = `GCS_BUCKET_${name.toUpperCase()}="${bucket.name}"`
      if (isStatus(error, 404)) throw new BucketsError(`${named}: there is no such bucket.`, { cause: error })
      if (isStatus(error, 401) || isStatus(error, 403)) {
        throw new BucketsError(
          `${named}: the account of this server may not list its objects. deploy/README.md says which roles it needs. (${firstLine(error)})`,
          { cause: error },
        )
      }
      if (!isTransient(error)) throw new BucketsError(`${named}: ${firstLine(error)}`, { cause: error })
    }
  }

  async #checkSigning(): Promise<void> {
    try {
      await this.#buckets.raw
        .file('raw/none')
        .getSignedUrl({ version: 'v4', action: 'read', expires: Date.now() + 60_000 })
    } catch (error) {
      if (this.#isEmulated) this.#canSign = false
      else if (!isTransient(error) || /permission|denied|client_email/i.test(firstLine(error))) {
        throw new BucketsError(
          `The account of this server cannot sign addresses for downloads: give it the role "Service Account Token Creator" on itself. (${firstLine(error)})`,
          { cause: error },
        )
      }
    }
  }
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().split('\n')[0]!.slice(0, 300)
}
