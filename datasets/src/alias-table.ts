import type { RandomStream } from './random.ts'

/** Draws from a finite distribution in constant time, by Vose's alias method ("A linear algorithm ...", 1991). */
export class AliasTable {
  readonly #threshold: Float64Array
  readonly #alias: Int32Array

  /** `weights` are non-negative and sum to 1. */
  constructor(weights: readonly number[]) {
    const size = weights.length
    this.#threshold = new Float64Array(size).fill(1)
    this.#alias = new Int32Array(size)
    const scaled = Float64Array.from(weights, (weight) => weight * size)
    const small: number[] = []
    const large: number[] = []
    scaled.forEach((weight, index) => (weight < 1 ? small : large).push(index))
    while (small.length > 0 && large.length > 0) {
      const less = small.pop() as number
      const more = large.at(-1) as number
      this.#threshold[less] = scaled[less] as number
      this.#alias[less] = more
      scaled[more] = (scaled[more] as number) - (1 - (scaled[less] as number))
      if ((scaled[more] as number) < 1) small.push(large.pop() as number)
    }
    // What is left in either list is 1 up to rounding, and its threshold says so already.
  }

  /** The index of one weight. */
  draw(stream: RandomStream): number {
    const column = stream.below(this.#threshold.length)
    return stream.uniform() < (this.#threshold[column] as number) ? column : (this.#alias[column] as number)
  }
}
