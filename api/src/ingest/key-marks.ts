import { inRuns } from './in-runs.ts'

/** So many that one in sixteen other marks passes by chance, and not more than stay near the processor. */
const BITS_PER_MARK = 16
const MOST_BITS = 2 ** 26

/**
 * The marks of many keys: of each key its second lane, which is 32 bits of a hash. Tells which ones of a long list of
 * marks are among them. That a mark is says of its key that it may be, as one other key in 2^32 has the same.
 */
export class KeyMarks {
  /** A bit for each mark, at its lower bits: nearly all others are found out by it alone. */
  readonly #bits: Uint32Array
  /** The marks by their lower bits; 0 is empty. */
  readonly #slots: Int32Array
  readonly #hasZero: boolean
  #found = 0

  constructor(marks: Int32Array) {
    this.#bits = new Uint32Array(powerOfTwo(Math.min(MOST_BITS, marks.length * BITS_PER_MARK)) / 32)
    this.#slots = new Int32Array(powerOfTwo(marks.length * 2))
    this.#hasZero = marks.includes(0)
    inRuns(marks.length, (from, to) => this.#addRun(marks, from, to))
  }

  /**
   * Finds the places of a list at which there is one of the marks.
   *
   * @param found is given the places, in order
   * @returns how many there are
   */
  find(list: Int32Array, length: number, found: Int32Array): number {
    this.#found = 0
    inRuns(length, (from, to) => this.#findRun(list, from, to, found))
    return this.#found
  }

  #addRun(marks: Int32Array, from: number, to: number): void {
    const bitMask = this.#bits.length * 32 - 1
    for (let i = from; i < to; i++) {
      const mark = marks[i]!
      const bit = mark & bitMask
      this.#bits[bit >>> 5]! |= 1 << (bit & 31)
      this.#slots[this.#slotOf(mark)] = mark
    }
  }

  #findRun(list: Int32Array, from: number, to: number, found: Int32Array): void {
    const bits = this.#bits
    const bitMask = bits.length * 32 - 1
    let count = this.#found
    for (let i = from; i < to; i++) {
      const mark = list[i]!
      const bit = mark & bitMask
      if (((bits[bit >>> 5]! >>> (bit & 31)) & 1) === 0) continue
      if (mark === 0 ? this.#hasZero : this.#slots[this.#slotOf(mark)] === mark) found[count++] = i
    }
    this.#found = count
  }

  /** The slot that holds the mark, or the empty one where it belongs. */
  #slotOf(mark: number): number {
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = mark & mask
    while (slots[slot] !== 0 && slots[slot] !== mark) slot = (slot + 1) & mask
    return slot
  }
}

function powerOfTwo(least: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(32, least)))
}
