/** 2^27 + 1: splits a double into two halves of 26 bits, whose products are exact. */
const SPLITTER = 134217729

/**
 * a b - product, exactly, where `product` is a b rounded. Hazard: factors above 1e300 overflow in the splitting.
 *
 * See Dekker (1971), "A floating-point technique for extending the available precision".
 */
export function productError(a: number, b: number, product: number): number {
  const [aHigh, aLow] = split(a)
  const [bHigh, bLow] = split(b)
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow)
}

/** a + b - sum, exactly, where `sum` is a + b rounded. See Knuth (1998), "The art of computer programming", 4.2.2. */
export function sumError(a: number, b: number, sum: number): number {
  const bRounded = sum - a
  return a - (sum - bRounded) + (b - bRounded)
}

function split(x: number): [high: number, low: number] {
  const scaled = SPLITTER * x
  const high = scaled - (scaled - x)
  return [high, x - high]
}
