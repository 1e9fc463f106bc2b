/** A range of units: those whose upper bits are the same. Null where it is open; the first is included, the last is not. */
export interface UnitRange {
  from: bigint | null
  to: bigint | null
  /** How many upper bits all units of the range have in common. */
  commonBits: number
}

/**
 * All units in a power of two of equal ranges, so many that none is expected to hold more than some rows. Units are
 * hashes, so the ranges hold equal shares of them.
 */
export function unitRanges(rows: number, rowsPerRange: number): UnitRange[] {
  const commonBits = Math.max(0, Math.ceil(Math.log2(rows / rowsPerRange)))
  const count = 2 ** commonBits
  const width = 2n ** BigInt(64 - commonBits)
  const bound = (index: number) => -(2n ** 63n) + width * BigInt(index)
  return Array.from({ length: count }, (_, index) => ({
    from: index === 0 ? null : bound(index),
    to: index === count - 1 ? null : bound(index + 1),
    commonBits,
  }))
}
