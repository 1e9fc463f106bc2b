import type { StreamSource } from './multipart.ts'

/** A file that is read piece by piece. */
export interface PieceSource {
  /**
   * The bytes from one position to another, or up to the end of the file. Asked for in order; of a stream, what was
   * given last can be had again, from wherever in it.
   */
  read(first: number, end: number): Promise<Blob | Uint8Array<ArrayBuffer>>
  /** Reads no more. */
  close(): void
}

export function piecesOf(file: Blob | StreamSource): PieceSource {
  return file instanceof Blob
    ? { read: async (first, end) => file.slice(first, end), close: () => undefined }
    : new StreamPieces(file)
}

/** Pieces of a stream: what was not sent for sure is kept, so that it can be sent again. */
class StreamPieces implements PieceSource {
  readonly #name: string
  readonly #chunks: AsyncIterator<Uint8Array>
  /** What was read and may be asked for, and where in the file it begins. */
  #kept: Uint8Array[] = []
  #keptFrom = 0
  #keptBytes = 0

  constructor({ name, stream }: StreamSource) {
    this.#name = name
    this.#chunks = stream()[Symbol.asyncIterator]()
  }

  close(): void {
    // A source that ends with an error told it when it was read.
    this.#chunks.return?.().catch(() => undefined)
  }

  async read(first: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (first < this.#keptFrom) {
      throw new RangeError(`The stream "${this.#name}" is past byte ${first} and cannot go back.`)
    }
    while (this.#keptFrom + this.#keptBytes < end) {
      const { done, value } = await this.#chunks.next()
      if (done) break
      this.#kept.push(value)
      this.#keptBytes += value.byteLength
    }
    const whole = new Uint8Array(this.#keptBytes)
    let at = 0
    for (const chunk of this.#kept) {
      whole.set(chunk, at)
      at += chunk.byteLength
    }
    const rest = whole.subarray(first - this.#keptFrom)
    this.#kept = [rest]
    this.#keptFrom = first
    this.#keptBytes = rest.byteLength
    return rest.subarray(0, end - first)
  }
}
