import pl, { type Expr } from 'nodejs-polars'
import { eventColumn } from '../event-columns.ts'
import { onceByName } from './expressions.ts'

/** A range of units: those whose upper bits are the same. Null where it is open; the first is included, the last is not. */
export interface UnitRange {
  from: bigint | null
  to: bigint | null
  /** How many upper bits all units of the range have in common. */
  commonBits: number
}

/** How many upper bits ranges must have in common so that none is expected to hold more than some rows. */
export function commonBitsFor(rows: number, rowsPerRange: number): number {
  return Math.max(0, Math.ceil(Math.log2(rows / rowsPerRange)))
}

/** All units in ranges of those with the same upper bits. Units are hashes, so the ranges hold equal shares of them. */
export function unitRanges(commonBits: number): UnitRange[] {
  const count = 2 ** commonBits
  const width = 2n ** BigInt(64 - commonBits)
  const bound = (index: number) => -(2n ** 63n) + width * BigInt(index)
  return Array.from({ length: count }, (_, index) => ({
    from: index === 0 ? null : bound(index),
    to: index === count - 1 ? null : bound(index + 1),
    commonBits,
  }))
}

/** Whether a row's unit is in the range. Rows are sorted by unit, so whole row groups outside of it are skipped. */
export function isInRange({ from, to }: UnitRange): Expr {
  if (from === null && to === null) return pl.lit(true)
  if (from === null) return isBelow(String(to))
  return to === null ? isFrom(String(from)) : isFrom(String(from)).and(isBelow(String(to)))
}

const isFrom = onceByName((bound) => pl.col(eventColumn.unit).gtEq(int64(BigInt(bound))))
const isBelow = onceByName((bound) => pl.col(eventColumn.unit).lt(int64(BigInt(bound))))

/** A literal of 64 bits: as a JavaScript number it would lose its last digits. */
export function int64(number: bigint): Expr {
  return pl.lit(String(number)).cast(pl.Int64)
}
