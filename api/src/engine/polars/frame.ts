import pl, { type DataFrame, type DataType, type Series } from 'nodejs-polars'

/**
 * What Polars' own types make hard to say: its frames are typed by their columns, ours get their columns from files.
 *
 * A frame is a proxy: reading `frame.height` asks the native library for all its columns. Read it once, not in a loop.
 */
export type Frame = DataFrame

/** A column from a typed array or a list; the types are not inferred but given. */
export function column(name: string, values: ArrayLike<unknown>, dtype: DataType): Series {
  return pl.Series(name, values as unknown[], dtype) as Series
}

export function frameOf(columns: Series[]): Frame {
  return pl.DataFrame(columns) as Frame
}

/** The frame with a column added or replaced. */
export function withColumn(frame: Frame, series: Series): Frame {
  return frame.withColumn(series) as Frame
}

/** Frames one under another; columns that some lack are null there. */
export function stack(frames: Frame[]): Frame {
  return pl.concat(frames, { how: 'diagonal' }) as Frame
}

/** The rows whose number in the list is 1; those with 0 are left out. */
export function keptRows(frame: Frame, keep: Uint8Array): Frame {
  return keep.includes(0) ? (frame.filter(column('keep', keep, pl.UInt8).cast(pl.Bool)) as Frame) : frame
}

/** The 64-bit integers of a column without nulls. */
export function int64Values(frame: Frame, name: string): BigInt64Array {
  return frame.getColumn(name).toTypedArray() as BigInt64Array
}

/** The doubles of a column, nulls as NaN. */
export function float64Values(frame: Frame, name: string): Float64Array {
  const filled = frame.select(pl.col(name).cast(pl.Float64).fillNull(pl.lit(Number.NaN)))
  return filled.getColumn(name).toTypedArray() as Float64Array
}
