import type { Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'

/** What waits while a write is under way goes to the disk together: fewer, larger writes cost far less. */
const WAITING_BYTES = 1 << 20

/** More came than may. */
export class TooManyBytesError extends Error {
  constructor(limitBytes: number) {
    super(`More than ${limitBytes} bytes came.`)
    this.name = 'TooManyBytesError'
  }
}

/** Writes a stream into an open file, from a position on, and hashes it on the way. */
export class FileSink extends Writable {
  readonly #file: FileHandle
  readonly #limitBytes: number
  readonly #ownsChunks: boolean
  #hash: Hash | null
  #position: number
  #writing: Promise<unknown> = Promise.resolve()

  /**
   * @param hash is given what is written. Null: nothing is hashed
   * @param limitBytes what the file may have at most: what would go beyond it is not written, and fails the stream with
   *   TooManyBytesError
   * @param ownsChunks nobody else looks at the chunks: their memory is given back as soon as they are written
   */
  constructor(file: FileHandle, position: number, hash: Hash | null, limitBytes: number, ownsChunks = false) {
    super({ highWaterMark: WAITING_BYTES })
    this.#file = file
    this.#position = position
    this.#hash = hash
    this.#limitBytes = limitBytes
    this.#ownsChunks = ownsChunks
  }

  /** Where the next byte goes: all before it are written. */
  get position(): number {
    return this.#position
  }

  /** Of all bytes before the position. Null when that is not known, as after a write that failed. */
  get hash(): Hash | null {
    return this.#hash
  }

  /** Settles when no write is under way: a stream that was destroyed begins none. */
  async idle(): Promise<void> {
    await this.#writing.catch(() => undefined)
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#write([chunk], done)
  }

  override _writev(items: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#write(
      items.map(({ chunk }) => chunk),
      done,
    )
  }

  #write(chunks: Buffer[], done: (error?: Error | null) => void): void {
    this.#writing = this.#append(chunks)
    this.#writing.then(() => done(), done)
  }

  async #append(chunks: Buffer[]): Promise<void> {
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0)
    if (this.#position + bytes > this.#limitBytes) throw new TooManyBytesError(this.#limitBytes)
    const hash = this.#hash
    this.#hash = null
    const writing = this.#file.writev(chunks, this.#position)
    // The disk works while this thread hashes.
    for (const chunk of chunks) hash?.update(chunk)
    const { bytesWritten } = await writing
    if (bytesWritten !== bytes) throw new Error(`Only ${bytesWritten} of ${bytes} bytes could be written.`)
    this.#position += bytes
    this.#hash = hash
    if (this.#ownsChunks) chunks.forEach(release)
  }
}

/** The collector sees a chunk as small, however much it holds: left to it, gigabytes pile up and are swept at length. */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
}
