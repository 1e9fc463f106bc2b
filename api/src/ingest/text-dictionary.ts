import type { KernelMemory } from '../kernel/kernel-memory.ts'
import { murmurHash128 } from './murmur-hash.ts'

/** Texts to make room for at first. */
const FIRST_TEXTS = 64

/**
 * Texts of few different values, by number: each is looked at once, however many rows have it. It lies in memory as
 * api/kernel/texts.ts reads it.
 */
export class TextDictionary {
  /** The texts, by number. */
  readonly texts: string[] = []
  /** MurmurHash3 of each text in four lanes. */
  hashes: Int32Array
  readonly #memory: KernelMemory
  readonly #seed: number
  readonly #most: number
  /** Number of the text in each slot, plus one; 0 is empty. */
  #slots: Int32Array
  #bytes: Uint8Array
  /** Where each text begins in the bytes; one more entry says where the last one ends. */
  #starts: Int32Array
  readonly #addresses: Int32Array

  /**
   * @param seed of the hashes
   * @param most how many texts it may hold
   */
  constructor(seed: number, most: number, memory: KernelMemory) {
    this.#memory = memory
    this.#seed = seed
    this.#most = most
    this.#slots = memory.int32(FIRST_TEXTS * 4)
    this.#bytes = memory.bytes(FIRST_TEXTS * 16)
    this.#starts = memory.int32(FIRST_TEXTS + 1)
    this.hashes = memory.int32(FIRST_TEXTS * 4)
    this.#addresses = memory.int32(5)
    this.#tellAddresses()
  }

  /** Where it is in memory. */
  get address(): number {
    return this.#addresses.byteOffset
  }

  /** The number of a text given as the bytes from `start` to before `end`; -1 when it is one too many. */
  codeOf(bytes: Uint8Array, start: number, end: number, most = this.#most): number {
    let hash = end - start
    for (let i = start; i < end; i++) hash = Math.imul(hash, 31) + bytes[i]!
    hash ^= hash >>> 15
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const code = this.#slots[slot]! - 1
      if (code < 0) return this.texts.length >= most ? -1 : this.#add(bytes, start, end, slot)
      if (this.#equals(code, bytes, start, end)) return code
    }
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[code]!
    if (this.#starts[code + 1]! - from !== end - start) return false
    const own = this.#bytes
    for (let i = start, j = from; i < end; i++, j++) if (own[j] !== bytes[i]) return false
    return true
  }

  #add(bytes: Uint8Array, start: number, end: number, slot: number): number {
    const code = this.texts.length
    const from = this.#starts[code]!
    const to = from + end - start
    if (to > this.#bytes.length) this.#bytes = longer(this.#bytes, this.#memory.bytes(to * 2))
    this.#bytes.set(bytes.subarray(start, end), from)
    if (code * 4 === this.hashes.length) {
      this.hashes = longer(this.hashes, this.#memory.int32(code * 8))
      this.#starts = longer(this.#starts, this.#memory.int32(code * 2 + 1))
    }
    this.#starts[code + 1] = to
    murmurHash128(bytes, start, end, this.#seed, this.hashes, code * 4)
    this.texts.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'))
    this.#slots[slot] = code + 1
    if (this.texts.length * 2 > this.#slots.length) this.#grow()
    this.#tellAddresses()
    return code
  }

  #grow(): void {
    const slots = this.#memory.int32(this.#slots.length * 4)
    const mask = slots.length - 1
    for (let code = 0; code < this.texts.length; code++) {
      const [from, to] = [this.#starts[code]!, this.#starts[code + 1]!]
      let hash = to - from
      for (let i = from; i < to; i++) hash = Math.imul(hash, 31) + this.#bytes[i]!
      hash ^= hash >>> 15
      let slot = hash & mask
      while (slots[slot] !== 0) slot = (slot + 1) & mask
      slots[slot] = code + 1
    }
    this.#slots = slots
  }

  #tellAddresses(): void {
    const slots = this.#slots
    const arrays = [this.#bytes, this.#starts, this.hashes]
    this.#addresses.set([slots.byteOffset, slots.length - 1, ...arrays.map(({ byteOffset }) => byteOffset)])
  }
}

function longer<Values extends Uint8Array | Int32Array>(values: Values, into: Values): Values {
  into.set(values)
  return into
}
