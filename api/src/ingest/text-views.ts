import { shared, type ViewColumn } from './block-columns.ts'

/** 32-bit lanes of a view. */
export const VIEW_LANES = 4
const VIEW_BYTES = 16
/** A text of so many bytes is within its view. */
const INLINE_BYTES = 12

/**
 * A column of texts as Arrow's string views, which Polars takes as they are: the length, then the text itself where it is
 * short, else its first four bytes and where it is among the long ones.
 */
export class TextViews {
  /** Four lanes a text; an empty one stands for none. */
  lanes: Int32Array
  #bytes: Uint8Array
  #long = shared.bytes(0)
  #longLength = 0

  constructor(capacity: number) {
    this.lanes = shared.int32(capacity * VIEW_LANES)
    this.#bytes = new Uint8Array(this.lanes.buffer)
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
    this.#longLength = 0
  }

  /** Makes room for more texts. */
  grow(capacity: number): void {
    const { lanes } = this
    this.lanes = shared.int32(capacity * VIEW_LANES)
    this.lanes.set(lanes)
    this.#bytes = new Uint8Array(this.lanes.buffer)
  }

  /** The bytes of the long texts. */
  #longTexts(): Uint8Array {
    return this.#long.subarray(0, this.#longLength)
  }

  #addLong(bytes: Uint8Array, start: number, end: number): number {
    const from = this.#longLength
    const length = from + end - start
    if (length > this.#long.length) {
      const longer = shared.bytes(Math.max(1 << 16, length * 2))
      longer.set(this.#longTexts())
      this.#long = longer
    }
    const long = this.#long
    for (let i = start, to = from; i < end; i++, to++) long[to] = bytes[i]!
    this.#longLength = length
    return from
  }
}
