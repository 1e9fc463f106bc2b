import pl, { type Expr } from 'nodejs-polars'
import { keptRows, type Frame } from '../engine/polars/frame.ts'
import { CsvScanner } from './csv-scanner.ts'
import { parseTimestamps, TIME } from './parse-timestamp.ts'
import type { RawChunk } from './raw-chunk.ts'
import { numbered } from './read-parquet.ts'
import type { ReadPlan } from './resolve-mapping.ts'
import type { ScanPlan } from './scan-plan.ts'
import { isNumeric, textOf, trimmed } from './text-columns.ts'

const SEPARATOR = ','

/**
 * Reads the rows of a Parquet file as those of a CSV file: Polars writes the columns as text, which is scanned. That costs
 * a fraction of what expressions over the columns do, as most of these are texts anyway. Rows that the scan does not take
 * are read from their columns.
 */
export class ParquetScanner {
  readonly #plan: ReadPlan
  readonly #makeScanner: (timesAreMicros: boolean) => CsvScanner
  #scanner: CsvScanner | null = null
  #isOfUse: boolean

  /** @param scanPlan by the columns of the plan */
  constructor(plan: ReadPlan, scanPlan: ScanPlan, unitSeed: number, chunkBytes: number) {
    this.#plan = plan
    const file = { separator: SEPARATOR, fields: plan.columns.length, chunkBytes }
    this.#makeScanner = (timesAreMicros) => new CsvScanner({ ...scanPlan, timesAreMicros }, unitSeed, file)
    // Times of other zones come back in another order.
    this.#isOfUse = plan.timezone === null || plan.timezone === 'UTC'
  }

  /**
   * @param whole reads all rows from their columns
   * @returns null where the rows are not for a scan
   */
  scan(frame: Frame, rowsBefore: number, whole: () => RawChunk): RawChunk | null {
    const rows = frame.height
    if (!this.#isOfUse || rows === 0) return null
    const hasTimes = frame.getColumn(this.#plan.timestamp!).dtype.variant !== 'String'
    const scanner = (this.#scanner ??= this.#makeScanner(hasTimes))
    const scanned = scanner.scan(this.#textOf(frame, hasTimes), rowsBefore, true)
    if (scanned?.rows !== rows) {
      this.#isOfUse = false
      return null
    }
    const odd = scanned.odd.map(({ row }) => row - rowsBefore - 1)
    return {
      scan: { block: scanner.block, otherwise: whole },
      frame: trimmed(rowsOf(numbered(frame, rowsBefore), odd)),
      rejections: [],
      rows,
    }
  }

  #textOf(frame: Frame, hasTimes: boolean): Buffer {
    const { columns, timestamp, timezone, value } = this.#plan
    const timed = hasTimes ? parseTimestamps(frame, timestamp!, { format: null, timezone }) : frame
    const texts = columns.map((name): Expr => {
      if (name === timestamp && hasTimes) return pl.col(TIME).alias(name)
      // A number is written as it would be read: as the double that it is.
      return name === value && isNumeric(frame, name) ? pl.col(name).cast(pl.Float64) : textOf(frame, name)
    })
    return timed.select(...texts).writeCSV({ includeHeader: false, separator: SEPARATOR })
  }
}

/** @param rows indexes, in order */
function rowsOf(frame: Frame, rows: number[]): Frame {
  if (rows.length === 0) return frame.slice(0, 0) as Frame
  const isWanted = new Uint8Array(frame.height)
  for (const row of rows) isWanted[row] = 1
  return keptRows(frame, isWanted)
}
