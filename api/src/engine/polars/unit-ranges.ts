/** A range of units. Null where it is open; the first is included, the last is not. */
export interface UnitRange {
  from: bigint | null
  to: bigint | null
}

/** All units in ranges of equal width. Units are hashes, so the ranges hold equal shares of them. */
export function unitRanges(count: number): UnitRange[] {
  const width = 2n ** 64n / BigInt(count)
  const bound = (index: number) => -(2n ** 63n) + width * BigInt(index)
  return Array.from({ length: count }, (_, index) => ({
    from: index === 0 ? null : bound(index),
    to: index === count - 1 ? null : bound(index + 1),
  }))
}
