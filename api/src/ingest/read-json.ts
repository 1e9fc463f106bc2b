import { FileError, limits, type Rejection } from './contract.ts'
import { RecordColumns } from './json-columns.ts'
import { splitJsonValues, splitLines, type JsonRange } from './json-records.ts'
import type { JsonScanner } from './json-scanner.ts'
import { inPieces, ROW, type RawChunk } from './raw-chunk.ts'

export interface JsonOptions {
  /** `NDJSON`: one object a line. `JSON`: an array of objects. */
  format: 'NDJSON' | 'JSON'
  chunkBytes: number
  /** Names of all columns that records have had so far: chunks that are read may add some. */
  header: string[]
  /** Takes the records that it understands, by the columns there are now; null when there is none for this file. */
  scanner: () => JsonScanner | null
}

/**
 * Reads JSON objects in pieces: a frame with a column for each name that occurs in the piece, and the records that are
 * no flat objects. An `attributes` object in a record is taken apart; any other nested value is an error of its row.
 */
export async function* readJson(source: AsyncIterable<Buffer>, options: JsonOptions): AsyncGenerator<RawChunk> {
  const { format, chunkBytes } = options
  const split = format === 'JSON' ? splitJsonValues : splitLines
  let rowsBefore = 0
  for await (const piece of inPieces(source, chunkBytes)) {
    const { bytes, isLast } = piece
    const { values, end } = split(bytes, isLast)
    if (!isLast && end === 0 && bytes.length > chunkBytes + limits.recordBytes) {
      throw new FileError(
        'UNKNOWN_FORMAT',
        `No record ends within ${bytes.length} bytes: this is no ${format} file of events.`,
      )
    }
    piece.rest = bytes.subarray(end)
    const records: Records = { bytes, values, rowsBefore }
    if (values.length > 0) yield readScannedChunk(records, options) ?? readFrameChunk(records)
    rowsBefore += values.length
  }
}

/** The records of a piece. */
interface Records {
  bytes: Buffer
  values: JsonRange[]
  rowsBefore: number
}

/** The fastest way: most records become events while their bytes are looked at, and only the others become a frame. */
function readScannedChunk(records: Records, { header, scanner }: JsonOptions): RawChunk | null {
  const { bytes, values, rowsBefore } = records
  const scanned = scanner()?.scan(bytes, values, rowsBefore) ?? null
  if (scanned === null) return null
  const chunk = readFrameChunk(records, scanned.odd)
  // A name that comes up makes a column of its own, for all of the chunk.
  const known = new Set([ROW, ...header])
  if (chunk.frame.columns.some((name) => !known.has(name))) return null
  return { ...chunk, scan: { block: scanned.block, otherwise: () => readFrameChunk(records) } }
}

function readFrameChunk({ bytes, values, rowsBefore }: Records, wanted?: number[]): RawChunk {
  const columns = new RecordColumns()
  const rejections: Rejection[] = []
  for (const index of wanted ?? values.keys()) {
    const { start, end } = values[index]!
    const row = rowsBefore + index + 1
    const problem = columns.add(row, bytes.subarray(start, end))
    if (problem !== null) rejections.push({ row, ...problem })
  }
  return { scan: null, frame: columns.toFrame(), rejections, rows: values.length }
}
