import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import { mersenne } from 'pure-rand/generator/mersenne'
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator'

/** Random numbers that are the same for the same seed: the Mersenne Twister of Matsumoto and Nishimura (1998). */
export class SeededRandom {
  readonly #generator: RandomGenerator

  /** @param seed a whole number; its lowest 32 bits count */
  constructor(seed: number) {
    this.#generator = mersenne(seed)
  }

  /** Uniform in [0, 1), in steps of 2^-53. */
  uniform(): number {
    return uniformFloat64(this.#generator)
  }

  /** 32 random bits, as a whole number from 0 to 2^32 - 1. */
  bits(): number {
    return this.#generator.next() >>> 0
  }
}
