import { freshMemory, type Memory } from './memory.ts'

/**
 * Finds the row of a unit. Units are 64-bit hashes, held as two halves of 32 bits; open addressing over flat arrays, so
 * that millions of units need no object each.
 *
 * The slot is taken from the upper bits that tell units apart: units that come sorted, as those of a part do, walk through
 * memory in order.
 */
export class UnitIndex {
  size = 0
  /** The units by row: low half, high half. */
  units: Int32Array
  /** Row of the unit in each slot, plus one; 0 is empty. */
  #slots: Int32Array
  #shift: number

  readonly #commonBits: number
  readonly #memory: Memory

  /**
   * @param commonBits how many upper bits all units have in common: they tell none apart
   * @param expected how many units there may be: growing step by step costs more
   */
  constructor(commonBits = 0, expected = 0, memory = freshMemory) {
    this.#memory = memory
    const bits = Math.max(FIRST_BITS, Math.ceil(Math.log2(Math.max(1, expected) * 2)))
    this.#commonBits = commonBits
    this.#slots = memory.int32(2 ** bits)
    this.#shift = 32 - bits
    // Half of the slots stay empty.
    this.units = memory.int32(2 ** bits)
  }

  /** How many rows there is room for without growing. */
  get capacity(): number {
    return this.units.length >> 1
  }

  /** The unit's row, or -1. */
  find(low: number, high: number): number {
    return this.#slots[this.#slotOf(low, high)]! - 1
  }

  /** The unit's row, which is `size` of before when it is new. */
  add(low: number, high: number): number {
    let slot = this.#slotOf(low, high)
    const row = this.#slots[slot]! - 1
    if (row >= 0) return row
    if (this.size >= this.capacity) {
      this.#grow()
      slot = this.#slotOf(low, high)
    }
    this.units[this.size * 2] = low
    this.units[this.size * 2 + 1] = high
    this.#slots[slot] = ++this.size
    return this.size - 1
  }

  /**
   * Where in a list of units, low half and high half of each, the units of the rows are: -1 for those that are not there.
   * The list may be far longer than there are rows.
   */
  placesIn(list: Int32Array): Int32Array {
    const places = new Int32Array(this.size).fill(-1)
    const bits = this.#bits()
    const length = list.length / 2
    for (let from = 0; from < length; from += RUN)
      this.#findPlaces(list, from, Math.min(length, from + RUN), bits, places)
    return places
  }

  #findPlaces(list: Int32Array, from: number, to: number, bits: Uint32Array, places: Int32Array): void {
    const mask = bits.length * 32 - 1
    for (let place = from; place < to; place++) {
      const low = list[place * 2]!
      const bit = low & mask
      if (((bits[bit >>> 5]! >>> (bit & 31)) & 1) === 0) continue
      const row = this.find(low, list[place * 2 + 1]!)
      if (row >= 0) places[row] = place
    }
  }

  /** A bit for each unit, at the lower bits of its low half: where it is not set, no unit has these. */
  #bits(): Uint32Array {
    const bits = new Uint32Array(Math.max(1, 2 ** Math.ceil(Math.log2(this.size * BITS_PER_UNIT + 1)) / 32))
    const mask = bits.length * 32 - 1
    for (let row = 0; row < this.size; row++) {
      const bit = this.units[row * 2]! & mask
      bits[bit >>> 5]! |= 1 << (bit & 31)
    }
    return bits
  }

  #slotOf(low: number, high: number): number {
    const { units } = this
    const slots = this.#slots
    const mask = slots.length - 1
    let slot = (high << this.#commonBits) >>> this.#shift
    for (;;) {
      const row = slots[slot]! - 1
      if (row < 0 || (units[row * 2] === low && units[row * 2 + 1] === high)) return slot
      slot = (slot + 1) & mask
    }
  }

  #grow(): void {
    const slots = this.#memory.int32(this.#slots.length * 2)
    const units = this.#memory.int32(this.units.length * 2)
    units.set(this.units)
    this.#slots = slots
    this.#shift--
    this.units = units
    for (let row = 0; row < this.size; row++) slots[this.#slotOf(units[row * 2]!, units[row * 2 + 1]!)] = row + 1
  }
}
const FIRST_BITS = 11
/** One in sixteen other units passes by chance. */
const BITS_PER_UNIT = 16
/** Units looked up at a time: a loop that is called often is compiled for speed before it has gone through a million. */
const RUN = 4096
