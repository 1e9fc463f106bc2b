/**
 * A set of 128-bit event keys in flat arrays: 16 bytes a slot, no object per key, so ten million keys take 270 MB where
 * a JavaScript Set of texts takes gigabytes. Open addressing with linear probing; keys are hashes already.
 *
 * Each key has a number, in the order of insertion.
 */
export class KeySet {
  size = 0
  #lanes: Int32Array
  /** Number of the key in each slot, plus one; 0 is empty. */
  #numbers: Int32Array
  #mask: number

  constructor(expected = 1024) {
    const slots = slotsFor(expected)
    this.#lanes = new Int32Array(slots * 4)
    this.#numbers = new Int32Array(slots)
    this.#mask = slots - 1
  }

  /** Adds a key; returns its number if it was there already, else -1. */
  add(a: number, b: number, c: number, d: number): number {
    if (this.size * 3 >= this.#numbers.length * 2) this.#resize(this.#numbers.length * 2)
    const slot = this.#find(a, b, c, d)
    const number = this.#numbers[slot]! - 1
    if (number >= 0) return number
    this.#place(slot, a, b, c, d, this.size)
    this.size++
    return -1
  }

  /** The key's number, or -1. */
  indexOf(a: number, b: number, c: number, d: number): number {
    return this.#numbers[this.#find(a, b, c, d)]! - 1
  }

  #find(a: number, b: number, c: number, d: number): number {
    const lanes = this.#lanes
    let slot = a & this.#mask
    while (this.#numbers[slot] !== 0) {
      const at = slot * 4
      if (lanes[at] === a && lanes[at + 1] === b && lanes[at + 2] === c && lanes[at + 3] === d) return slot
      slot = (slot + 1) & this.#mask
    }
    return slot
  }

  #place(slot: number, a: number, b: number, c: number, d: number, number: number): void {
    const at = slot * 4
    this.#lanes[at] = a
    this.#lanes[at + 1] = b
    this.#lanes[at + 2] = c
    this.#lanes[at + 3] = d
    this.#numbers[slot] = number + 1
  }

  /** Makes room for so many keys in all, so that it need not grow step by step. */
  reserve(expected: number): void {
    const slots = slotsFor(expected)
    if (slots > this.#numbers.length) this.#resize(slots)
  }

  #resize(slots: number): void {
    const lanes = this.#lanes
    const numbers = this.#numbers
    this.#lanes = new Int32Array(slots * 4)
    this.#numbers = new Int32Array(slots)
    this.#mask = this.#numbers.length - 1
    for (let slot = 0; slot < numbers.length; slot++) {
      if (numbers[slot] === 0) continue
      const [a, b, c, d] = [lanes[slot * 4]!, lanes[slot * 4 + 1]!, lanes[slot * 4 + 2]!, lanes[slot * 4 + 3]!]
      this.#place(this.#find(a, b, c, d), a, b, c, d, numbers[slot]! - 1)
    }
  }
}

/** At most two thirds of the slots are taken. */
function slotsFor(keys: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(16, keys * 1.5)))
}
