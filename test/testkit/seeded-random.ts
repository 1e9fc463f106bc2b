/** Numbers that look random and are the same for the same seed, so that a run that fails can be repeated. */
export interface SeededRandom {
  /** At least 0, below 1. */
  next(): number
  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number
  /** One of a list that is not empty. */
  pick<Item>(items: readonly Item[]): Item
  /** The items in another order. */
  shuffled<Item>(items: readonly Item[]): Item[]
}

/** Mulberry32, a generator of 32 bits: more than enough to choose what happens next. */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    pick: (items) => items[below(items.length)]!,
    shuffled(items) {
      const left = [...items]
      return items.map(() => left.splice(below(left.length), 1)[0]!)
    },
  }
}
