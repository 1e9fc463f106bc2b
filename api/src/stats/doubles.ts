const bits = new DataView(new ArrayBuffer(8))

/** The position of a double among all doubles: whole numbers in the same order. */
export function ordinalOf(x: number): bigint {
  bits.setFloat64(0, x + 0)
  const pattern = bits.getBigInt64(0)
  return pattern < 0n ? -(pattern & 0x7fffffffffffffffn) : pattern
}

/** The double at a position. */
export function doubleAt(ordinal: bigint): number {
  bits.setBigInt64(0, ordinal < 0n ? -ordinal : ordinal)
  return ordinal < 0n ? -bits.getFloat64(0) : bits.getFloat64(0)
}
