import { murmurHash128 } from './murmur-hash.ts'

/** Texts of few different values, by number: each is looked at once, however many rows have it. */
export class TextDictionary {
  /** The texts, by number. */
  readonly texts: string[] = []
  /** MurmurHash3 of each text in four lanes. */
  hashes = new Int32Array(4 * 64)
  readonly #seed: number
  readonly #most: number
  /** Number of the text in each slot, plus one; 0 is empty. */
  #slots = new Int32Array(256)
  #bytes = new Uint8Array(1024)
  /** Where each text begins in the bytes; one more entry says where the last one ends. */
  #starts: number[] = [0]

  /**
   * @param seed of the hashes
   * @param most how many texts it may hold
   */
  constructor(seed: number, most: number) {
    this.#seed = seed
    this.#most = most
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
    if (to > this.#bytes.length) this.#bytes = longer(this.#bytes, new Uint8Array(to * 2))
    this.#bytes.set(bytes.subarray(start, end), from)
    this.#starts.push(to)
    if (code * 4 === this.hashes.length) this.hashes = longer(this.hashes, new Int32Array(code * 8))
    murmurHash128(bytes, start, end, this.#seed, this.hashes, code * 4)
    this.texts.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'))
    this.#slots[slot] = code + 1
    if (this.texts.length * 2 > this.#slots.length) this.#grow()
    return code
  }

  #grow(): void {
    const slots = new Int32Array(this.#slots.length * 4)
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
}

function longer<Values extends Uint8Array | Int32Array>(values: Values, into: Values): Values {
  into.set(values)
  return into
}
