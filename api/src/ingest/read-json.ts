import type { Frame } from '../engine/polars/frame.ts'
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
  /** Makes names known that records have: the scanner may be another one then. */
  learn: (names: string[]) => void
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
function readScannedChunk(records: Records, options: JsonOptions): RawChunk | null {
  const { bytes, values, rowsBefore } = records
  const leftOver = new Set<number>()
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    const scanned = options.scanner()?.scan(bytes, values, rowsBefore, leftOver) ?? null
    if (scanned === null) return null
    if ('odd' in scanned) {
      const chunk = readFrameChunk(records, scanned.odd)
      // A name that comes up makes a column of its own, for all of the chunk.
      if (unknownNames(chunk.frame, options).length > 0) return null
      return { ...chunk, scan: { block: scanned.block, otherwise: () => readFrameChunk(records) } }
    }
    // Most names that a chunk brings, its next records have.
    const from = scanned.unknownIn
    const next = Array.from({ length: Math.min(LOOKED_AT_RECORDS, values.length - from) }, (_, k) => from + k)
    const fresh = unknownNames(readFrameChunk(records, next).frame, options)
    if (fresh.length > 0) options.learn(fresh)
    // A record that cannot be read brings no names.
    else leftOver.add(from)
  }
  return null
}

/** Beyond so many attempts to know all names of a chunk its records are parsed. */
const MOST_ATTEMPTS = 6
const LOOKED_AT_RECORDS = 200

function unknownNames(frame: Frame, { header }: JsonOptions): string[] {
  return frame.columns.filter((name) => name !== ROW && !header.includes(name))
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
