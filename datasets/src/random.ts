/**
 * Randomness that gives the same bytes everywhere: xoshiro128** (Blackman and Vigna, 2018), which needs nothing but
 * 32-bit integer arithmetic.
 *
 * A stream is addressed by (seed, index, purpose), so that any visitor's draws can be made again at any time, without
 * having kept them. This is what lets the generator run in constant memory: see event-log.ts.
 */

/** Four 32-bit words made from the seed's text. */
export type Seed = readonly [number, number, number, number]

const TWO_POW_MINUS_32 = 2 ** -32

/** The finaliser of MurmurHash3: a bijection of the 32-bit integers in which every input bit moves every output bit. */
export function scramble32(value: number): number {
  let h = value | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** The seed for a text: FNV-1a over its UTF-16 code units, four times with different starts. */
export function seedOf(text: string): Seed {
  const word = (start: number): number => {
    let h = 0x811c9dc5 ^ start
    for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
    return scramble32(h)
  }
  return [word(0x243f6a88), word(0x85a308d3), word(0x13198a2e), word(0x03707344)]
}

/** 32 random bits as a number in [0, 1). */
export function asUniform(bits: number): number {
  return bits * TWO_POW_MINUS_32
}

/** The index of one of the shares, which sum to 1, by a number that is uniform in [0, 1). */
export function pickShare(shares: readonly number[], uniform: number): number {
  let rest = uniform
  for (let i = 0; i < shares.length - 1; i++) {
    rest -= shares[i] as number
    if (rest < 0) return i
  }
  return shares.length - 1
}

/** A re-addressable source of random numbers. One object serves many streams, so that drawing allocates nothing. */
export class RandomStream {
  readonly #w: number
  readonly #x: number
  readonly #y: number
  readonly #z: number
  #a = 0
  #b = 0
  #c = 0
  #d = 1

  constructor([w, x, y, z]: Seed) {
    this.#w = w
    this.#x = x
    this.#y = y
    this.#z = z
  }

  /**
   * Moves to the start of the stream (index, purpose). For one purpose, no two indexes below 2^32 share a state, and
   * the other way round.
   */
  startAt(index: number, purpose: number): this {
    const a = scramble32(index ^ this.#w) | 0
    const b = scramble32((a + purpose) ^ this.#x) | 0
    const c = scramble32(b ^ this.#y) | 0
    // The one state that xoshiro cannot leave is all zeros: the low bit keeps it out.
    return this.startFrom(a, b, c, scramble32((a ^ c) + this.#z) | 1)
  }

  /** Moves to the generator's state of the four words, which must not all be 0. */
  startFrom(a: number, b: number, c: number, d: number): this {
    this.#a = a
    this.#b = b
    this.#c = c
    this.#d = d
    return this
  }

  /** The next 32 random bits, as an unsigned integer. */
  nextUint32(): number {
    const a = this.#a
    const b = this.#b
    const c = this.#c ^ a
    const d = this.#d ^ b
    this.#a = a ^ d
    this.#b = b ^ c
    this.#c = c ^ (b << 9)
    this.#d = (d << 11) | (d >>> 21)
    const times5 = Math.imul(b, 5)
    return Math.imul((times5 << 7) | (times5 >>> 25), 9) >>> 0
  }

  /** Uniform in [0, 1), in steps of 2^-32. */
  uniform(): number {
    return asUniform(this.nextUint32())
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability
  }

  /** A uniform integer in [0, count). */
  below(count: number): number {
    return Math.floor(this.uniform() * count)
  }

  /** A standard normal number, by Box and Muller. Always two draws, so that later draws do not move. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.nextUint32() + 0.5) * TWO_POW_MINUS_32))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }
}
