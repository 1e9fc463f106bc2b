import { KernelMemory, kernelOver, type Kernel } from '../kernel/kernel-memory.ts'

/** Where typed arrays come from. */
export interface Memory {
  /** Zeros. */
  float64(length: number): Float64Array
  int32(length: number): Int32Array
  uint8(length: number): Uint8Array
  /** Whatever it may hold: to be filled by who asks for it. */
  bytes(length: number): Uint8Array
}

/** Memory of its own for each array. */
export const freshMemory: Memory = {
  float64: (length) => new Float64Array(length),
  int32: (length) => new Int32Array(length),
  uint8: (length) => new Uint8Array(length),
  bytes: (length) => new Uint8Array(length),
}

/** What is kept beyond it is given back. */
const MOST_KEPT_BYTES = 64 * 2 ** 20

/** Questions come in bursts; after one, other work may need the memory. */
const KEPT_MS = 2000

/** Sizes are powers of two, this one at least. */
const LEAST_BYTES = 64

/** One piece of the kernel's memory: what is given back is lent again. */
class Arena {
  readonly kernel: Kernel
  readonly #memory = new KernelMemory()
  /** Addresses that are free, by the power of two that is their size. */
  readonly #free = new Map<number, Uint8Array[]>()
  bytes = 0
  /** How much work has something of it. */
  users = 0

  constructor() {
    this.kernel = kernelOver(this.#memory.memory)
  }

  take(size: number): Uint8Array {
    const known = this.#free.get(size)?.pop()
    if (known !== undefined) return known
    this.bytes += size
    return this.#memory.bytes(size)
  }

  giveBack(pieces: Uint8Array[]): void {
    for (const piece of pieces) {
      const known = this.#free.get(piece.length)
      if (known === undefined) this.#free.set(piece.length, [piece])
      else known.push(piece)
    }
  }
}

/** The arena of this thread. Such memory only grows: to get it back, all of it is let go. */
let arena: Arena | null = null
let clearing: NodeJS.Timeout | undefined

/**
 * Memory of the kernel's that is given back when a question is answered, and taken again for the next one. The arrays of one
 * question over a million units are some megabytes that the garbage collector counts but cannot see into: with fresh ones
 * it searches the whole heap after every other question, which takes as long as the answer.
 *
 * Nothing that was taken may be read after the release.
 */
export class Scratch implements Memory {
  readonly #arena: Arena
  readonly #taken: Uint8Array[] = []

  private constructor() {
    clearTimeout(clearing)
    arena ??= new Arena()
    this.#arena = arena
    this.#arena.users++
  }

  /** Lends memory to work, and takes it back. */
  static during<Result>(work: (memory: Scratch) => Result): Result {
    const scratch = new Scratch()
    try {
      return work(scratch)
    } finally {
      scratch.#release()
    }
  }

  /** The same for work that waits in between. */
  static async throughout<Result>(work: (memory: Scratch) => Promise<Result>): Promise<Result> {
    const scratch = new Scratch()
    try {
      return await work(scratch)
    } finally {
      scratch.#release()
    }
  }

  /** The loops that work on what is lent, by its addresses. */
  get kernel(): Kernel {
    return this.#arena.kernel
  }

  float64(length: number): Float64Array {
    const { buffer, byteOffset } = this.#take(length * 8)
    return new Float64Array(buffer, byteOffset, length).fill(0)
  }

  int32(length: number): Int32Array {
    const { buffer, byteOffset } = this.#take(length * 4)
    return new Int32Array(buffer, byteOffset, length).fill(0)
  }

  uint8(length: number): Uint8Array {
    return this.bytes(length).fill(0)
  }

  bytes(length: number): Uint8Array {
    return this.#take(length).subarray(0, length)
  }

  /** Whether the kernel sees an array: what is lent is of its memory, of which a thread has one at a time. */
  sees({ buffer }: ArrayBufferView): boolean {
    return buffer instanceof SharedArrayBuffer
  }

  #take(bytes: number): Uint8Array {
    const piece = this.#arena.take(2 ** Math.ceil(Math.log2(Math.max(LEAST_BYTES, bytes))))
    this.#taken.push(piece)
    return piece
  }

  #release(): void {
    const own = this.#arena
    own.giveBack(this.#taken.splice(0))
    own.users--
    if (own.users > 0 || own !== arena) return
    if (own.bytes > MOST_KEPT_BYTES) arena = null
    else clearing = setTimeout(() => (arena = null), KEPT_MS).unref()
  }
}
