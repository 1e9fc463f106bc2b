import type { ViewColumn } from './block-columns.ts'
import type { KernelMemory } from '../kernel/kernel-memory.ts'

/** 32-bit lanes of a view. */
export const VIEW_LANES = 4
const VIEW_BYTES = 16
/** A text of so many bytes is within its view. */
const INLINE_BYTES = 12

/**
 * A column of texts as Arrow's string views, which Polars takes as they are: the length, then the text itself where it is
 * short, else its first four bytes and where it is among the long ones. It lies in memory as api/kernel/texts.ts reads it.
 */
export class TextViews {
  /** Four lanes a text; an empty one stands for none. */
  lanes: Int32Array
  #bytes: Uint8Array
  #long: Uint8Array
  readonly #memory: KernelMemory
  /** Addresses of the lanes and of the long texts, bytes of the long texts, and for how many there is room. */
  readonly #state: Int32Array

  constructor(capacity: number, memory: KernelMemory) {
    this.#memory = memory
    this.#state = memory.int32(4)
    this.#long = memory.bytes(0)
    this.lanes = memory.int32(capacity * VIEW_LANES)
    this.#bytes = bytesOf(this.lanes)
    this.#tellAddresses()
  }

  /** Where it is in memory. */
  get address(): number {
    return this.#state.byteOffset
  }

  column(): ViewColumn {
    return { lanes: this.lanes, longTexts: this.#longTexts() }
  }

  /** Writes a text given as the bytes from `start` to before `end`. */
  set(index: number, bytes: Uint8Array, start: number, end: number): void {
    const lanes = this.lanes
    const lane = index * VIEW_LANES
    lanes[lane] = end - start
    lanes[lane + 1] = 0
    lanes[lane + 2] = 0
    lanes[lane + 3] = 0
    const own = this.#bytes
    let to = index * VIEW_BYTES + 4
    if (end - start <= INLINE_BYTES) {
      for (let i = start; i < end; i++) own[to++] = bytes[i]!
      return
    }
    for (let i = start; i < start + 4; i++) own[to++] = bytes[i]!
    lanes[lane + 3] = this.#addLong(bytes, start, end)
  }

  clear(): void {
    this.#state[LONG_LENGTH] = 0
  }

  /** Makes room for more texts. */
  grow(capacity: number): void {
    const { lanes } = this
    this.lanes = this.#memory.int32(capacity * VIEW_LANES)
    this.lanes.set(lanes)
    this.#bytes = bytesOf(this.lanes)
    this.#tellAddresses()
  }

  /** The bytes of the long texts. */
  #longTexts(): Uint8Array {
    return this.#long.subarray(0, this.#state[LONG_LENGTH])
  }

  #addLong(bytes: Uint8Array, start: number, end: number): number {
    const from = this.#state[LONG_LENGTH]!
    const length = from + end - start
    if (length > this.#long.length) {
      const longer = this.#memory.bytes(Math.max(1 << 16, length * 2))
      longer.set(this.#longTexts())
      this.#long = longer
      this.#tellAddresses()
    }
    const long = this.#long
    for (let i = start, to = from; i < end; i++, to++) long[to] = bytes[i]!
    this.#state[LONG_LENGTH] = length
    return from
  }

  #tellAddresses(): void {
    this.#state[0] = this.lanes.byteOffset
    this.#state[1] = this.#long.byteOffset
    this.#state[3] = this.#long.length
  }
}

const LONG_LENGTH = 2

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
