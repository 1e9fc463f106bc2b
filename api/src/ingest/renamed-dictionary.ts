import type { KernelMemory } from '../kernel/kernel-memory.ts'
import { TextDictionary } from './text-dictionary.ts'

/**
 * A dictionary whose texts stand for others, as a file's names of the variants do for their ids. It lies in memory as
 * api/kernel/texts.ts reads it.
 */
export class RenamedDictionary {
  /** What the texts stand for. */
  readonly meanings: TextDictionary
  readonly #texts: TextDictionary
  readonly #rename: (text: string) => string | null
  /** The meaning of each text, by number; -1 for one that has none. */
  readonly #meaningOf: Int32Array
  /** How many meanings are known. */
  #known = 0
  readonly #addresses: Int32Array

  /**
   * @param seed of the meanings' hashes
   * @param rename what a text stands for; null when it stands for nothing
   */
  constructor(seed: number, most: number, rename: (text: string) => string | null, memory: KernelMemory) {
    this.meanings = new TextDictionary(seed, most, memory)
    this.#texts = new TextDictionary(0, most, memory)
    this.#rename = rename
    this.#meaningOf = memory.int32(most)
    this.#addresses = memory.int32(3)
    this.#addresses.set([this.#texts.address, this.#meaningOf.byteOffset, this.meanings.address])
  }

  /** Where it is in memory. */
  get address(): number {
    return this.#addresses.byteOffset
  }

  /** The number of what a text stands for; -1 when it stands for nothing, or is one too many. */
  codeOf(bytes: Uint8Array, start: number, end: number): number {
    const text = this.#texts.codeOf(bytes, start, end)
    if (text < 0) return -1
    if (text === this.#known) {
      const meaning = this.#rename(this.#texts.texts[text]!)
      this.#meaningOf[this.#known++] = meaning === null ? -1 : this.codeOfMeaning(meaning)
    }
    return this.#meaningOf[text]!
  }

  codeOfMeaning(meaning: string): number {
    const bytes = new TextEncoder().encode(meaning)
    return this.meanings.codeOf(bytes, 0, bytes.length)
  }
}
