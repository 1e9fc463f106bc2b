import pl from 'nodejs-polars'
import { column as toColumn, frameOf } from '../engine/polars/frame.ts'
import { parseTimestamps, TIME } from './parse-timestamp.ts'

export type ColumnKind = 'EMPTY' | 'FLAG' | 'INTEGER' | 'NUMBER' | 'TIMESTAMP' | 'LOCAL_TIME' | 'TEXT'

/** What the first values of a column look like. */
export interface ColumnDescription {
  name: string
  kind: ColumnKind
  /** Distinct values among the first rows. */
  distinct: number
  /** Share of the first rows that are empty. */
  empty: number
  /** The first few distinct values. */
  examples: string[]
}

/** Describes each column by the first rows of a file. */
export function describeColumns(header: string[], sample: Record<string, string | null>[]): ColumnDescription[] {
  return header.map((name) => {
    const values = sample.map((row) => row[name]?.trim() ?? '').filter((value) => value !== '')
    const distinct = [...new Set(values)]
    return {
      name,
      kind: kindOf(distinct),
      distinct: distinct.length,
      empty: sample.length === 0 ? 0 : 1 - values.length / sample.length,
      examples: distinct.slice(0, 5),
    }
  })
}

function kindOf(values: string[]): ColumnKind {
  if (values.length === 0) return 'EMPTY'
  const all = (pattern: RegExp) => values.every((value) => pattern.test(value))
  if (all(/^(0|1|true|false|yes|no|t|f|y|n)$/i)) return 'FLAG'
  // Epoch times are whole numbers too, but of nine digits or more and none far from the others.
  if (all(/^\d{10}(\d{3})?$/)) return 'TIMESTAMP'
  if (all(/^[+-]?\d+$/)) return 'INTEGER'
  if (all(/^[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d+)?$/i)) return 'NUMBER'
  if (areTimes(values, null)) return 'TIMESTAMP'
  if (areTimes(values, 'UTC')) return 'LOCAL_TIME'
  return 'TEXT'
}

/** Whether nearly all values are read as times; a few bad rows must not hide what a column is. */
function areTimes(values: string[], timezone: string | null): boolean {
  const frame = frameOf([toColumn('value', values, pl.Utf8)])
  const read = parseTimestamps(frame, 'value', { format: null, timezone })
  return read.getColumn(TIME).nullCount() <= values.length * 0.1
}
