import { inRuns } from './in-runs.ts'
import { LaneList } from './lane-list.ts'

/** So many that few keys share one, and not more than stay near the processor. */
const BITS_PER_KEY = 16
const MOST_BITS = 2 ** 26

/**
 * A set of 128-bit event keys in flat arrays, with no object per key: ten million keys take 230 MB where a JavaScript Set
 * of texts takes gigabytes. Open addressing with linear probing; keys are hashes already.
 *
 * A slot is one 32-bit number: the key's number, and in the bits above it a piece of the key, so that a key that is not
 * there is nearly always found out without looking at any other.
 *
 * Each key has a number, in the order of insertion.
 */
export class KeySet {
  readonly #keys = new LaneList(4)
  /** Number of the key in each slot, plus one, and the upper bits of its third lane; 0 is empty. */
  #slots: Int32Array
  /** Of a slot, the bits of the number. */
  #mask: number

  constructor(expected = 1024) {
    this.#slots = new Int32Array(slotsFor(expected))
    this.#mask = this.#slots.length - 1
  }

  get size(): number {
    return this.#keys.length
  }

  /** Adds a key; returns its number if it was there already, else -1. */
  add(a: number, b: number, c: number, d: number): number {
    if (this.#keys.length * 3 >= this.#slots.length * 2) this.#resize(this.#slots.length * 2)
    const slot = this.#find(a, b, c, d)
    const entry = this.#slots[slot]!
    if (entry !== 0) return (entry & this.#mask) - 1
    const number = this.#keys.grow()
    const block = this.#keys.blockOf(number)
    const at = this.#keys.offsetOf(number)
    block[at] = a
    block[at + 1] = b
    block[at + 2] = c
    block[at + 3] = d
    this.#slots[slot] = (c & ~this.#mask) | (number + 1)
    return -1
  }

  /** The key's number, or -1. */
  indexOf(a: number, b: number, c: number, d: number): number {
    const entry = this.#slots[this.#find(a, b, c, d)]!
    return entry === 0 ? -1 : (entry & this.#mask) - 1
  }

  /** Of each key the second lane. */
  secondLanes(): Int32Array {
    const lanes = new Int32Array(this.size)
    inRuns(this.size, (from, to) => {
      for (let number = from; number < to; number++)
        lanes[number] = this.#keys.blockOf(number)[this.#keys.offsetOf(number) + 1]!
    })
    return lanes
  }

  /**
   * One bit for each key, at its second lane's lower bits: where it is not set, no key has these. The list's length is a
   * power of two.
   */
  bits(): Uint32Array {
    const length = 2 ** Math.ceil(Math.log2(Math.min(MOST_BITS, Math.max(32, this.size * BITS_PER_KEY))) - 5)
    const bits = new Uint32Array(length)
    const mask = length * 32 - 1
    for (let number = 0; number < this.size; number++) {
      const bit = this.#keys.blockOf(number)[this.#keys.offsetOf(number) + 1]! & mask
      bits[bit >>> 5]! |= 1 << (bit & 31)
    }
    return bits
  }

  /** The slot that holds the key, or the empty one where it belongs. */
  #find(a: number, b: number, c: number, d: number): number {
    const slots = this.#slots
    const mask = this.#mask
    const tag = c & ~mask
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!
      if (entry === 0) return slot
      if ((entry & ~mask) !== tag) continue
      const number = (entry & mask) - 1
      const block = this.#keys.blockOf(number)
      const at = this.#keys.offsetOf(number)
      if (block[at] === a && block[at + 1] === b && block[at + 2] === c && block[at + 3] === d) return slot
    }
  }

  /** Makes room for so many keys in all, so that it need not grow step by step. */
  reserve(expected: number): void {
    const slots = slotsFor(expected)
    if (slots > this.#slots.length) this.#resize(slots)
  }

  #resize(length: number): void {
    const slots = new Int32Array(length)
    const mask = length - 1
    for (let number = 0; number < this.#keys.length; number++) {
      const block = this.#keys.blockOf(number)
      const at = this.#keys.offsetOf(number)
      let slot = block[at]! & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = (block[at + 2]! & ~mask) | (number + 1)
    }
    this.#slots = slots
    this.#mask = mask
  }
}

/** At most two thirds of the slots are taken, so that a key's number plus one fits into the bits that tell slots apart. */
function slotsFor(keys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, keys * 1.5)))
}
