/** Records of one block, as a power of two: a list grows by this much and is never copied. */
const BLOCK_BITS = 16
const BLOCK_RECORDS = 1 << BLOCK_BITS
const BLOCK_MASK = BLOCK_RECORDS - 1

/**
 * A growing list of records of a few 32-bit numbers in flat arrays: millions of them take the bytes that they have, and
 * growing does not hold the old and the new list at one time.
 */
export class LaneList {
  length = 0
  readonly #width: number
  readonly #blocks: Int32Array[] = []

  /**
   * @param width numbers of one record.
   * @param length records of zeros to begin with.
   */
  constructor(width: number, length = 0) {
    this.#width = width
    while (this.length < length) {
      this.#blocks.push(new Int32Array(BLOCK_RECORDS * width))
      this.length = Math.min(length, this.length + BLOCK_RECORDS)
    }
  }

  /** The block that holds a record; where it begins there, `offsetOf` says. */
  blockOf(index: number): Int32Array {
    return this.#blocks[index >> BLOCK_BITS]!
  }

  /** Where a record begins in its block. */
  offsetOf(index: number): number {
    return (index & BLOCK_MASK) * this.#width
  }

  /** Makes room for one more record, of zeros; returns its index. */
  grow(): number {
    const index = this.length++
    if (index >> BLOCK_BITS === this.#blocks.length) this.#blocks.push(new Int32Array(BLOCK_RECORDS * this.#width))
    return index
  }
}
