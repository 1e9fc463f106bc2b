import pl from 'nodejs-polars'
import type { PartFile } from '../engine.ts'
import { eventColumn, EXPOSURE } from '../event-columns.ts'
import { commonBitsFor, isInRange, unitRanges } from './unit-ranges.ts'

export interface CountUnitsRequest {
  /** Parts of the one version, of the other, and of both. */
  before: PartFile[]
  after: PartFile[]
  both: PartFile[]
}

/** Distinct units of two versions, and how they overlap. */
export interface CountChange {
  before: number
  after: number
  /** In the later version only. */
  added: number
  /** In the earlier version only. */
  removed: number
}

export interface UnitChange {
  /** Units with any event. */
  all: CountChange
  /** Units with an exposure, whenever it was. */
  exposed: CountChange
}

/** Rows that are read at a time: bounds the memory. */
const ROWS_PER_RANGE = 8_000_000

/** Counts the units of two versions exactly. Reads their units and event types, one range of units after the other. */
export async function countUnits({ before, after, both }: CountUnitsRequest): Promise<UnitChange> {
  const parts = [
    ...both.map((part) => ({ ...part, isBefore: 1, isAfter: 1 })),
    ...before.map((part) => ({ ...part, isBefore: 1, isAfter: 0 })),
    ...after.map((part) => ({ ...part, isBefore: 0, isAfter: 1 })),
  ]
  const rows = parts.reduce((sum, part) => sum + part.rows, 0)
  const total: UnitChange = { all: nothing(), exposed: nothing() }
  if (parts.length === 0) return total
  for (const range of unitRanges(commonBitsFor(rows, ROWS_PER_RANGE))) {
    const seen = parts.map(({ path, isBefore, isAfter }) => {
      const exposed = pl.col(eventColumn.eventType).cast(pl.Utf8).eq(pl.lit(EXPOSURE)).cast(pl.Int64)
      return pl
        .scanParquet(path)
        .filter(isInRange(range))
        .select(
          pl.col(eventColumn.unit),
          pl.lit(isBefore).cast(pl.Int64).alias('before'),
          pl.lit(isAfter).cast(pl.Int64).alias('after'),
          exposed.mul(pl.lit(isBefore)).cast(pl.Int64).alias('exposed before'),
          exposed.mul(pl.lit(isAfter)).cast(pl.Int64).alias('exposed after'),
        )
    })
    const flags = ['before', 'after', 'exposed before', 'exposed after'] as const
    const units = (seen.length === 1 ? seen[0]! : pl.concat(seen))
      .groupBy([eventColumn.unit])
      .agg(...flags.map((flag) => pl.col(flag).max()))
    const inBoth = (one: string, other: string) => pl.col(one).mul(pl.col(other)).sum()
    const counted = await units
      .select(
        ...flags.map((flag) => pl.col(flag).sum()),
        inBoth('before', 'after').alias('both'),
        inBoth('exposed before', 'exposed after').alias('exposed both'),
      )
      .collect()
    const [row] = counted.toRecords() as Record<string, number | bigint | null>[]
    const count = (name: string) => Number(row?.[name] ?? 0)
    add(total.all, count('before'), count('after'), count('both'))
    add(total.exposed, count('exposed before'), count('exposed after'), count('exposed both'))
  }
  return total
}

function nothing(): CountChange {
  return { before: 0, after: 0, added: 0, removed: 0 }
}

function add(change: CountChange, before: number, after: number, both: number): void {
  change.before += before
  change.after += after
  change.added += after - both
  change.removed += before - both
}
