/** How many of n users did the thing (converted). */
export interface Proportion {
  successes: number
  n: number
}

/** Errors: RangeError unless n and successes are whole numbers with 0 <= successes <= n. */
export function requireProportion(name: string, { successes, n }: Proportion): void {
  if (!(Number.isSafeInteger(n) && n >= 0)) throw new RangeError(`${name}.n must be a whole number, got ${n}`)
  if (!(Number.isSafeInteger(successes) && successes >= 0 && successes <= n)) {
    throw new RangeError(`${name}.successes must be a whole number in [0, ${n}], got ${successes}`)
  }
}
