import { kernelCode } from './_generated/kernel.ts'

const PAGE_BYTES = 65_536
const MOST_PAGES = 65_536
/** Address 0 stands for nothing. */
const FIRST_ADDRESS = 1024
const ALIGNMENT = 16
/** The kernel reads text in pieces of 16 bytes, and may read beyond the last one. */
const BYTES_AFTER = 16

/** The loops of api/kernel, with addresses in a KernelMemory; they are told of there. */
export interface Kernel {
  /** @param rows address of the rows (row-kernel.ts) */
  takeRows(rows: number): void
  deal(dealt: number, starts: number, heapBits: number, events: number, unitHigh: number, count: number): void
  sortHeaps(
    dealt: number,
    ends: number,
    heaps: number,
    largest: number,
    unitHigh: number,
    unitLow: number,
    time: number,
  ): number
  gatherWords(out: number, values: number, order: number, count: number): void
  gatherHalves(out: number, low: number, high: number, order: number, count: number): void
  gatherWhole(out: number, values: number, order: number, count: number): void
  gatherDoubles(out: number, valid: number, values: number, order: number, count: number): number
  gatherCodes(out: number, valid: number, codes: number, order: number, count: number): number
  gatherViews(out: number, valid: number, views: number, order: number, count: number): number
  gatherContentKeys(out: number, contents: number, order: number, count: number): void
  gatherKeys(out: number, contents: number, named: number, ids: number, order: number, count: number): void
  /** @param marks address of the marks (ingest/key-marks.ts) */
  addMarks(marks: number, list: number, count: number): void
  findMarks(marks: number, list: number, count: number, found: number): number
  /** @param block address of the block (engine/block.ts) */
  readBlock(block: number): void
  addPlaces(cells: number, codes: number, rows: number, from: number, count: number, none: number, step: number): void
  /** @param moments address of the moments (engine/group-moments.ts) */
  takeUnits(moments: number, columns: number, cells: number, active: number, count: number): void
  takeIdle(moments: number): void
  listValues(lists: number, values: number, variants: number, count: number): void
  /** Returns the address of the sorted ones: where they were, or the room. */
  sortDoubles(values: number, room: number, counts: number, count: number): number
  countRuns(values: number, counts: number, count: number): number
  /** @param quality address of what is seen (engine/unit-quality.ts) */
  lookAtUnits(quality: number, count: number): void
  markPlaces(slots: number, places: number, count: number): void
  numberPlaces(slots: number, count: number, places: number): number
  addAt(target: number, slots: number, places: number, values: number, type: number, count: number): void
  pickFirst(places: number, size: number, fileRows: number, rows: number, from: number): number
  pickLater(slots: number, places: number, fileRows: number, rows: number, from: number): number
  pickBytes(target: number, rows: number, values: number, from: number, count: number): void
  pickDoubles(target: number, rows: number, values: number, type: number, from: number, count: number): void
  pickCodes(
    target: number,
    rows: number,
    codes: number,
    type: number,
    from: number,
    count: number,
    meanings: number,
    renewed: number,
  ): void
  noteFacts(hasType: number, times: number, types: number, time: number, order: number, count: number): void
}

/** The keys of a chunk, and what is written of a chunk: the one is made while the other is in use. */
type Purpose = 'KEYS' | 'PART'

/**
 * Memory that JavaScript, the loops in WebAssembly and other threads see alike: an array here is one address there. What
 * was given out stays until all of it goes; pages that are never written to take no memory.
 */
export class KernelMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MOST_PAGES, shared: true })
  #end = FIRST_ADDRESS
  readonly #scratch: Partial<Record<Purpose, Uint8Array>> = {}

  /** Memory for what is soon of no more use: what it held for the same purpose before is lost. */
  scratch(purpose: Purpose, bytes: number): Uint8Array {
    const there = this.#scratch[purpose]
    if (there !== undefined && there.length >= bytes) return there
    return (this.#scratch[purpose] = this.bytes(Math.ceil(bytes * 1.1)))
  }

  int16(length: number): Int16Array {
    return new Int16Array(...this.#take(length * 2), length)
  }

  int32(length: number): Int32Array {
    return new Int32Array(...this.#take(length * 4), length)
  }

  uint32(length: number): Uint32Array {
    return new Uint32Array(...this.#take(length * 4), length)
  }

  float64(length: number): Float64Array {
    return new Float64Array(...this.#take(length * 8), length)
  }

  bytes(length: number): Uint8Array {
    return new Uint8Array(...this.#take(length), length)
  }

  /** Memory that nobody had before, which is zeros, and the address in it. */
  #take(bytes: number): [ArrayBufferLike, number] {
    const address = this.#end
    this.#end = Math.ceil((address + bytes) / ALIGNMENT) * ALIGNMENT
    const missing = this.#end + BYTES_AFTER - this.memory.buffer.byteLength
    // What was given out before stays where it is: shared memory does not move.
    if (missing > 0) this.memory.grow(Math.ceil(missing / PAGE_BYTES))
    return [this.memory.buffer, address]
  }
}

let compiled: WebAssembly.Module | null = null
const kernels = new WeakMap<WebAssembly.Memory, Kernel>()

/** The loops over a memory, which another thread may have made. */
export function kernelOver(memory: WebAssembly.Memory): Kernel {
  const known = kernels.get(memory)
  if (known !== undefined) return known
  compiled ??= new WebAssembly.Module(Buffer.from(kernelCode, 'base64'))
  const kernel = new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernel
  kernels.set(memory, kernel)
  return kernel
}
