import { isUtf8 } from 'node:buffer'
import pl from 'nodejs-polars'
import { column, frameOf, withColumn, type Frame } from '../engine/polars/frame.ts'
import { FileError } from './contract.ts'
import { countByte } from './count-byte.ts'
import { checkCsvRecords, firstRecordEnd, plainlyQuoted, readableRecords, recordText } from './csv-records.ts'
import type { CsvScanner } from './csv-scanner.ts'
import { inPieces, ROW, type RawChunk } from './raw-chunk.ts'
import { trimmed } from './text-columns.ts'

export interface CsvOptions {
  separator: string
  /** The header, in the file's order. */
  header: string[]
  /** The columns to read, by name. */
  columns: string[]
  /** How much of the file is worked on at a time. */
  chunkBytes: number
  /** Takes the rows that it understands; null when there is none for this file. */
  scanner: CsvScanner | null
}

/**
 * Reads a CSV file in pieces of whole records: a frame of text columns, empty fields being null, and the records that
 * could not be read. Memory is bounded by `chunkBytes`, whatever the file's size.
 */
export async function* readCsv(source: AsyncIterable<Buffer>, options: CsvOptions): AsyncGenerator<RawChunk> {
  const separator = options.separator.charCodeAt(0)
  let rowsBefore = 0
  let headerIsRead = false
  for await (const piece of inPieces(source, options.chunkBytes)) {
    let { bytes } = piece
    if (!headerIsRead) {
      bytes = bytes.subarray(firstRecordEnd(bytes, separator))
      headerIsRead = true
    }
    const { end, ...chunk } =
      readScannedChunk(bytes, options, rowsBefore, piece.isLast) ??
      readFrameChunk(bytes, options, rowsBefore, piece.isLast)
    if (end === 0 && bytes.length >= options.chunkBytes) {
      throw new FileError('UNKNOWN_FORMAT', `No line ends within ${bytes.length} bytes: this is no CSV file.`)
    }
    piece.rest = bytes.subarray(end)
    rowsBefore += chunk.rows
    if (chunk.rows > 0) yield chunk
  }
}

/** A chunk, and how many bytes of it were used: what follows is the beginning of the next record. */
type ReadChunk = RawChunk & { end: number }

/** The fastest way: most rows become events while their bytes are looked at, and only the others become a frame. */
function readScannedChunk(bytes: Buffer, options: CsvOptions, rowsBefore: number, isLast: boolean): ReadChunk | null {
  const { scanner } = options
  const scanned = scanner?.scan(bytes, rowsBefore, isLast) ?? null
  if (scanner === null || scanned === null) return null
  const { end, rows, odd } = scanned
  const readable = odd.filter(({ problem }) => problem === null)
  const separator = options.separator.charCodeAt(0)
  const texts = readable.map((record) =>
    record.isUnusual ? plainlyQuoted(bytes, record, separator) : bytes.subarray(record.start, record.end),
  )
  let frame = parse(Buffer.concat(texts), options, 0)
  if (frame.height !== readable.length) {
    throw disagreement(rowsBefore, rows, `${readable.length} of them were to be read again, ${frame.height} were.`)
  }
  const numbers = Uint32Array.from(readable, ({ row }) => row)
  frame = withColumn(frame.drop(OVERFLOW), column(ROW, numbers, pl.UInt32))
  const rejections = odd.flatMap(({ problem, row, start, end }) =>
    problem === null ? [] : [{ row, column: null, value: recordText(bytes, { start, end }), ...problem }],
  )
  const otherwise = (): RawChunk => readFrameChunk(bytes.subarray(0, end), options, rowsBefore, isLast)
  const scan = { block: scanner.block, otherwise }
  return { scan, frame: frame.height === 0 ? frame : trimmed(frame), rejections, rows, end }
}

function readFrameChunk(bytes: Buffer, options: CsvOptions, rowsBefore: number, isLast: boolean): ReadChunk {
  return readPlainChunk(bytes, options, rowsBefore, isLast) ?? readCheckedChunk(bytes, options, rowsBefore, isLast)
}

/** Two readings of one file that disagree must never pass silently: rows would get wrong numbers or be lost. */
function disagreement(rowsBefore: number, rows: number, what: string): FileError {
  return new FileError(
    'CORRUPT_FILE',
    `Rows ${rowsBefore + 1} to ${rowsBefore + rows} cannot be told apart reliably: ${what} Check the quotes in these rows.`,
  )
}

/**
 * The fast way, for chunks without quotes: when no record has a field too many and the chunk's separators number what
 * they should in all, every record has the right number of fields. Null when this cannot be said; then each record must
 * be looked at.
 */
function readPlainChunk(bytes: Buffer, options: CsvOptions, rowsBefore: number, isLast: boolean): ReadChunk | null {
  const end = isLast ? bytes.length : bytes.lastIndexOf('\n') + 1
  const text = bytes.subarray(0, end)
  if (end === 0 || text.includes('"') || text.includes(0) || !isUtf8(text)) return null
  const frame = parse(text, options, rowsBefore)
  if (frame.getColumn(OVERFLOW).nullCount() !== frame.height) return null
  const { separator, header } = options
  if (countByte(text, separator.charCodeAt(0)) !== (header.length - 1) * frame.height) return null
  // With a single column blank lines have as many separators as records do: none.
  if (header.length === 1) return null
  const fields = frame.drop(OVERFLOW)
  // Without quotes an empty field is null already, and without white space there is nothing to trim.
  const isTrimmed = !text.includes(' ') && (separator === '\t' || !text.includes('\t')) && !text.includes('\u00a0')
  return { scan: null, frame: isTrimmed ? fields : trimmed(fields), rejections: [], rows: frame.height, end }
}

/** The careful way: every record is looked at, the bad ones are set aside. */
function readCheckedChunk(bytes: Buffer, options: CsvOptions, rowsBefore: number, isLast: boolean): ReadChunk {
  const separator = options.separator.charCodeAt(0)
  const checked = checkCsvRecords(bytes, separator, options.header.length, isLast)
  let frame = parse(readableRecords(bytes, checked, separator), options, rowsBefore).drop(OVERFLOW)
  const bad = checked.bad.filter((record) => record.code !== null)
  if (frame.height + bad.length !== checked.records) {
    const found = `${checked.records} records were found, ${frame.height} were read.`
    throw disagreement(rowsBefore, checked.records, found)
  }
  if (bad.length > 0) frame = withColumn(frame, column(ROW, rowNumbers(checked.records, bad, rowsBefore), pl.UInt32))
  const rejections = bad.map((record) => ({
    row: rowsBefore + record.index + 1,
    column: null,
    code: record.code!,
    value: recordText(bytes, record),
    message: record.message,
  }))
  return { scan: null, frame: trimmed(frame), rejections, rows: checked.records, end: checked.end }
}

/** The numbers of the rows that are left when the bad ones are taken out. */
function rowNumbers(records: number, bad: { index: number }[], rowsBefore: number): Uint32Array {
  const numbers = new Uint32Array(records - bad.length)
  let next = 0
  let nextBad = 0
  for (let index = 0; index < records; index++) {
    if (bad[nextBad]?.index === index) nextBad++
    else numbers[next++] = rowsBefore + index + 1
  }
  return numbers
}

/** A column beyond the header's: not null where a record has a field too many. */
const OVERFLOW = ' overflow'

function parse(text: Buffer, { header, columns, separator }: CsvOptions, rowsBefore: number): Frame {
  // Columns are read by position: a header may name two alike, or use any characters.
  const wanted = header.flatMap((name, index) => (columns.includes(name) ? [`c${index}`] : []))
  const names = Object.fromEntries(wanted.map((name) => [name, header[Number(name.slice(1))]!]))
  const schema = Object.fromEntries([...header.map((_, index) => [`c${index}`, pl.Utf8]), [OVERFLOW, pl.Utf8]])
  if (text.length === 0) {
    return frameOf([
      column(ROW, [], pl.UInt32),
      ...wanted.map((name) => column(names[name]!, [], pl.Utf8)),
      column(OVERFLOW, [], pl.Utf8),
    ])
  }
  return pl
    .readCSV(text, {
      hasHeader: false,
      schema,
      columns: [...wanted, OVERFLOW],
      sep: separator,
      truncateRaggedLines: true,
      rowIndexName: ROW,
      rowIndexOffset: rowsBefore + 1,
    })
    .rename(names)
}
