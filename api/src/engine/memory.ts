/** Where typed arrays come from. */
export interface Memory {
  /** Zeros. */
  float64(length: number): Float64Array
  int32(length: number): Int32Array
  uint8(length: number): Uint8Array
  /** Whatever it may hold: to be filled by who asks for it. */
  bytes(length: number): Uint8Array<ArrayBuffer>
}

/** Memory of its own for each array. */
export const freshMemory: Memory = {
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  bytes: (length) => new Uint8Array(length),
}

/** Shorter arrays are cheap to make. */
const LEAST_BYTES = 4096
/** What is kept beyond it is given back. */
const MOST_FREE_BYTES = 64 * 2 ** 20

/** Free buffers of this thread, by the power of two that is their size. */
const free = new Map<number, ArrayBuffer[]>()
let freeBytes = 0

/** Questions come in bursts; after one, other work may need the memory. */
const KEPT_MS = 2000
let clearing: NodeJS.Timeout | undefined

function clear(): void {
  free.clear()
  freeBytes = 0
}

/**
 * Memory that is given back when a question is answered, and taken again for the next one. The arrays of one question over
 * a million units are some megabytes that the garbage collector counts but cannot see into: with fresh ones it searches
 * the whole heap after every other question, which takes as long as the answer.
 *
 * Nothing that was taken may be read after the release.
 */
export class Scratch implements Memory {
  readonly #taken: ArrayBuffer[] = []

  /** Lends memory to work, and takes it back. */
  static during<Result>(work: (memory: Memory) => Result): Result {
    const scratch = new Scratch()
    try {
      return work(scratch)
    } finally {
      scratch.#release()
    }
  }

  /** The same for work that waits in between. */
  static async throughout<Result>(work: (memory: Memory) => Promise<Result>): Promise<Result> {
    const scratch = new Scratch()
    try {
      return await work(scratch)
    } finally {
      scratch.#release()
    }
  }

  float64(length: number): Float64Array {
    return new Float64Array(this.#take(length * 8), 0, length).fill(0)
  }

  int32(length: number): Int32Array {
    return new Int32Array(this.#take(length * 4), 0, length).fill(0)
  }

  uint8(length: number): Uint8Array {
    return new Uint8Array(this.#take(length), 0, length).fill(0)
  }

  bytes(length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#take(length), 0, length)
  }

  #take(bytes: number): ArrayBuffer {
    if (bytes < LEAST_BYTES) return new ArrayBuffer(bytes)
    const size = 2 ** Math.ceil(Math.log2(bytes))
    let buffer = free.get(size)?.pop()
    if (buffer === undefined) buffer = new ArrayBuffer(size)
    else freeBytes -= size
    this.#taken.push(buffer)
    return buffer
  }

  #release(): void {
    for (const buffer of this.#taken.splice(0)) {
      const size = buffer.byteLength
      if (freeBytes + size > MOST_FREE_BYTES) continue
      freeBytes += size
      const known = free.get(size)
      if (known === undefined) free.set(size, [buffer])
      else known.push(buffer)
    }
    clearTimeout(clearing)
    clearing = setTimeout(clear, KEPT_MS).unref()
  }
}
