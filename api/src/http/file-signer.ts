import { createHmac, timingSafeEqual } from 'node:crypto'

/** A signed address is good for this long. */
const LIFETIME_MS = 24 * 3600 * 1000

/** What a signed address allows. */
export interface SignedFile {
  key: string
  fileName: string
}

/** Makes and checks addresses by which stored files can be had without asking who one is. */
export class FileSigner {
  readonly #secret: string
  readonly #publicUrl: () => string

  /** @param publicUrl where clients reach the server; known only after it listens */
  constructor(secret: string, publicUrl: () => string) {
    this.#secret = secret
    this.#publicUrl = publicUrl
  }

  url(key: string, fileName: string, now = Date.now()): string {
    const expires = String(now + LIFETIME_MS)
    const query = new URLSearchParams({ name: fileName, expires, signature: this.#sign(key, fileName, expires) })
    return `${this.#publicUrl()}/files/${key}?${query.toString()}`
  }

  /** What the address stands for, or null when it was not made here or is too old. */
  verify(
    key: string,
    query: { name?: string; expires?: string; signature?: string },
    now = Date.now(),
  ): SignedFile | null {
    const { name = '', expires = '', signature = '' } = query
    const expected = Buffer.from(this.#sign(key, name, expires))
    const given = Buffer.from(signature)
    const isOurs = given.length === expected.length && timingSafeEqual(given, expected)
    return isOurs && Number(expires) >= now ? { key, fileName: name } : null
  }

  #sign(key: string, fileName: string, expires: string): string {
    return createHmac('sha256', this.#secret)
      .update(JSON.stringify([key, fileName, expires]))
      .digest('base64url')
  }
}
