import pl, { type Expr } from 'nodejs-polars'
import { eventColumn } from '../event-columns.ts'

/** A range of units: the first is included, the last is not; null where it is open. */
export interface UnitRange {
  from: bigint | null
  to: bigint | null
}

/** Ranges that hold equal shares of the users: units are hashes. */
export function unitRanges(count: number): UnitRange[] {
  const width = 2n ** 64n / BigInt(count)
  const bound = (index: number) => -(2n ** 63n) + width * BigInt(index)
  return Array.from({ length: count }, (_, index) => ({
    from: index === 0 ? null : bound(index),
    to: index === count - 1 ? null : bound(index + 1),
  }))
}

/** Whether a row's unit is in the range. Rows are sorted by unit, so whole row groups outside of it are skipped. */
export function isInRange({ from, to }: UnitRange): Expr {
  const unit = pl.col(eventColumn.unit)
  const after = from === null ? pl.lit(true) : unit.gtEq(int64(from))
  return to === null ? after : after.and(unit.lt(int64(to)))
}

/** A literal of 64 bits: as a JavaScript number it would lose its last digits. */
export function int64(number: bigint): Expr {
  return pl.lit(String(number)).cast(pl.Int64)
}
