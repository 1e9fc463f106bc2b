import { createHmac, timingSafeEqual } from 'node:crypto'

/** A signed address is good for this long. */
const LIFETIME_MS = 24 * 3600 * 1000

/** What a signed address allows. */
export interface SignedFile {
  key: string
  fileName: string
}

/** What may be sent to a signed address: one file of this size. */
export interface SignedUpload {
  id: string
  sizeBytes: number
}

/** Makes and checks addresses by which stored files can be had, and new ones sent, without asking who one is. */
export class FileSigner {
  readonly #secret: string
  readonly #publicUrl: () => string

  /** @param publicUrl where clients reach the server; known only after it listens */
  constructor(secret: string, publicUrl: () => string) {
    this.#secret = secret
    this.#publicUrl = publicUrl
  }

  url(key: string, fileName: string, now = Date.now()): string {
    return this.signed(key, fileName, now).url
  }

  /** An address, and until when it is good. */
  signed(key: string, fileName: string, now = Date.now()): { url: string; expiresAt: Date } {
    const expires = String(now + LIFETIME_MS)
    const query = new URLSearchParams({ name: fileName, expires, signature: this.#sign([key, fileName, expires]) })
    return { url: `${this.#publicUrl()}/files/${key}?${query.toString()}`, expiresAt: new Date(Number(expires)) }
  }

  /** What the address stands for, or null when it was not made here or is too old. */
  verify(
    key: string,
    query: { name?: string; expires?: string; signature?: string },
    now = Date.now(),
  ): SignedFile | null {
    const { name = '', expires = '', signature = '' } = query
    const isOurs = this.#isSigned([key, name, expires], signature)
    return isOurs && Number(expires) >= now ? { key, fileName: name } : null
  }

  /** Where on this server an upload is sent. */
  uploadPath({ id, sizeBytes, expiresAt }: SignedUpload & { expiresAt: Date }): string {
    const [size, expires] = [String(sizeBytes), String(expiresAt.getTime())]
    const query = new URLSearchParams({ size, expires, signature: this.#sign(['upload', id, size, expires]) })
    return `/uploads/${id}?${query.toString()}`
  }

  /** The upload that an address is for, or null when it was not made here or is too old. */
  verifyUpload(
    id: string,
    query: { size?: string; expires?: string; signature?: string },
    now = Date.now(),
  ): SignedUpload | null {
    const { size = '', expires = '', signature = '' } = query
    const isOurs = this.#isSigned(['upload', id, size, expires], signature)
    return isOurs && Number(expires) >= now ? { id, sizeBytes: Number(size) } : null
  }

  /** What is signed for one purpose never fits another: the lists differ in length. */
  #sign(values: string[]): string {
    return createHmac('sha256', this.#secret).update(JSON.stringify(values)).digest('base64url')
  }

  #isSigned(values: string[], signature: string): boolean {
    const expected = Buffer.from(this.#sign(values))
    const given = Buffer.from(signature)
    return given.length === expected.length && timingSafeEqual(given, expected)
  }
}
