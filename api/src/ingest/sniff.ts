import Papa from 'papaparse'
import { requireColumnNames } from './column-names.ts'
import { ROW } from './raw-chunk.ts'
import { FileError, shown } from './contract.ts'
import { RecordColumns } from './json-columns.ts'
import { splitJsonValues, splitLines } from './json-records.ts'
import { parquetShape, readParquet } from './read-parquet.ts'
import { compressionOf, readUnpacked, type Compression, type RawLimits } from './read-raw.ts'
import { asUtf8, encodingOf, type FileEncoding, type TextEncoding } from './text-encoding.ts'

export type FileFormat = 'CSV' | 'TSV' | 'PARQUET' | 'NDJSON' | 'JSON'

/** What the beginning of a file tells about it. */
export interface Sniffed {
  format: FileFormat
  compression: Compression
  /** How the letters are stored; text files only. */
  encoding: FileEncoding | null
  /** Field separator; text files only. */
  delimiter: string | null
  /** Column names in order; for JSON those of the first records. */
  header: string[]
  /** The first rows, as text, null where a field is empty. */
  sample: Record<string, string | null>[]
}

const HEAD_BYTES = 512 << 10
const SAMPLE_ROWS = 200

/** What is known of a text file beforehand, from its mapping. */
export interface TextForm {
  delimiter?: string | null
  encoding?: TextEncoding | null
  /** Propose an encoding that cannot be told for sure. */
  guesses?: boolean
}

/**
 * Looks at the beginning of a file: what it is, by its content and not by its name, and how it begins.
 *
 * @throws FileError EMPTY_FILE, NO_ROWS, UNKNOWN_FORMAT, ARCHIVE, CORRUPT_FILE, TOO_MANY_COLUMNS, INVALID_MAPPING
 */
export async function sniffFile(path: string, rawLimits: RawLimits, form: TextForm = {}): Promise<Sniffed> {
  const compression = await compressionOf(path)
  const head = await readHead(readUnpacked(path, compression, rawLimits))
  if (head.length === 0) throw new FileError('EMPTY_FILE', 'The file is empty. Nothing was taken over.')
  refuseOtherFormats(head)
  if (head.toString('latin1', 0, 4) === 'PAR1') {
    const shape = compression === 'NONE' ? await sniffParquet(path) : { header: [], sample: [] }
    return { format: 'PARQUET', compression, encoding: null, delimiter: null, ...shape }
  }
  const isWhole = head.length < HEAD_BYTES
  const encoding = encodingOf(head, form.encoding ?? null, form.guesses ?? false)
  const text = await utf8Head(head, encoding)
  refuseBinary(text)
  const first = text.toString('utf8').trimStart()[0]
  if (first === undefined) throw new FileError('EMPTY_FILE', 'The file holds nothing but white space.')
  if (first === '[' || first === '{')
    return { ...sniffJson(text, first, isWhole), compression, encoding, delimiter: null }
  return { ...sniffDelimited(text, form.delimiter ?? null, isWhole), compression, encoding }
}

async function readHead(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const buffers: Buffer[] = []
  let length = 0
  for await (const buffer of source) {
    buffers.push(buffer)
    length += buffer.length
    if (length >= HEAD_BYTES) break
  }
  return Buffer.concat(buffers).subarray(0, HEAD_BYTES)
}

async function utf8Head(head: Buffer, encoding: FileEncoding): Promise<Buffer> {
  const pieces: Buffer[] = []
  async function* once(): AsyncGenerator<Buffer> {
    yield withoutHalfLetter(head, encoding)
  }
  for await (const piece of asUtf8(once(), encoding)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A head of UTF-16 that was cut may end between the two halves of a letter. */
function withoutHalfLetter(head: Buffer, encoding: FileEncoding): Buffer {
  if (head.length < HEAD_BYTES || !encoding.startsWith('UTF_16')) return head
  const at = head.length - 2
  const last = encoding === 'UTF_16LE' ? head.readUInt16LE(at) : head.readUInt16BE(at)
  return last >= 0xd800 && last < 0xdc00 ? head.subarray(0, at) : head
}

const otherFormats: [string, FileErrorKind, string][] = [
  ['504b0304', 'ARCHIVE', 'a ZIP archive or an Excel workbook. Unpack it, or save the sheet as CSV'],
  ['d0cf11e0', 'ARCHIVE', 'an old Excel workbook. Save the sheet as CSV'],
  ['377abcaf', 'ARCHIVE', 'a 7z archive. Unpack it'],
  ['fd377a58', 'ARCHIVE', 'packed with xz. Pack it with gzip, or not at all'],
  ['425a68', 'ARCHIVE', 'packed with bzip2. Pack it with gzip, or not at all'],
  ['52617221', 'ARCHIVE', 'a RAR archive. Unpack it'],
  ['25504446', 'UNKNOWN_FORMAT', 'a PDF document'],
  ['53514c69', 'UNKNOWN_FORMAT', 'a SQLite database. Export the table as CSV'],
  ['4f626a01', 'UNKNOWN_FORMAT', 'an Avro file. Write it as Parquet'],
  ['4f5243', 'UNKNOWN_FORMAT', 'an ORC file. Write it as Parquet'],
  ['4152524f57', 'UNKNOWN_FORMAT', 'an Arrow file. Write it as Parquet'],
]
type FileErrorKind = 'ARCHIVE' | 'UNKNOWN_FORMAT'

const ACCEPTED = 'CSV, TSV, Parquet, NDJSON and JSON, plain or packed with gzip or zstd, are read.'

function refuseOtherFormats(head: Buffer): void {
  const hex = head.toString('hex', 0, 8)
  const other = otherFormats.find(([magic]) => hex.startsWith(magic))
  if (other !== undefined) throw new FileError(other[1], `The file is ${other[2]}. ${ACCEPTED}`)
}

/** Text has hardly any control characters: some bad rows are no reason to refuse a file, a picture is. */
function refuseBinary(text: Buffer): void {
  let controls = 0
  for (const byte of text.subarray(0, 8192)) if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 13) controls++
  if (controls > Math.min(text.length, 8192) * 0.1) {
    throw new FileError('UNKNOWN_FORMAT', `The file is no text and no Parquet file. ${ACCEPTED}`)
  }
  if (/^\s*<(!doctype|html|\?xml)/i.test(text.toString('utf8', 0, 200))) {
    throw new FileError('UNKNOWN_FORMAT', `The file is a web page or XML. ${ACCEPTED}`)
  }
}

async function sniffParquet(path: string): Promise<Pick<Sniffed, 'header' | 'sample'>> {
  const { rows, columns } = await parquetShape(path)
  if (rows === 0) throw new FileError('NO_ROWS', 'The Parquet file has no rows. Nothing was taken over.')
  const header = columns.map(({ name }) => name)
  requireColumnNames(header)
  const readable = columns.filter(({ values }) => values !== null).map(({ name }) => name)
  for await (const { chunk } of readParquet(path, readable, SAMPLE_ROWS)) {
    return { header, sample: records(chunk.frame.toRecords() as Record<string, unknown>[]) }
  }
  return { header, sample: [] }
}

function sniffJson(text: Buffer, first: string, isWhole: boolean): Pick<Sniffed, 'format' | 'header' | 'sample'> {
  // Objects over several lines are read like the values of an array.
  const firstLine = text.subarray(0, text.indexOf('\n') < 0 ? text.length : text.indexOf('\n'))
  const format = first === '{' && isJson(firstLine) ? 'NDJSON' : 'JSON'
  const { values } = format === 'NDJSON' ? splitLines(text, isWhole) : splitJsonValues(text, isWhole)
  const columns = new RecordColumns()
  if (values.length === 0) throw new FileError('NO_ROWS', 'The file holds no records. Nothing was taken over.')
  const problems = values
    .slice(0, SAMPLE_ROWS)
    .map(({ start, end }, index) => columns.add(index + 1, text.subarray(start, end)))
  const frame = columns.toFrame()
  const header = frame.columns.filter((name) => name !== ROW)
  requireColumnNames(header)
  const [problem] = problems
  if (header.length === 0 && problem != null) {
    throw new FileError('UNKNOWN_FORMAT', `The JSON holds no records of events. The first value: ${problem.message}`, {
      value: problem.value ?? undefined,
    })
  }
  return { format, header, sample: records(frame.toRecords() as Record<string, unknown>[]) }
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'))
    return true
  } catch {
    return false
  }
}

const DELIMITERS = [',', '\t', ';', '|']

function sniffDelimited(
  text: Buffer,
  given: string | null,
  isWhole: boolean,
): Pick<Sniffed, 'format' | 'delimiter' | 'header' | 'sample'> {
  const { data, meta } = Papa.parse<string[]>(text.toString('utf8').replace(/^(\r?\n)+/, ''), {
    delimiter: given ?? '',
    delimitersToGuess: DELIMITERS,
    preview: SAMPLE_ROWS + 1,
    skipEmptyLines: true,
  })
  const delimiter = given ?? (DELIMITERS.includes(meta.delimiter) ? meta.delimiter : ',')
  const [names = [], ...rows] = data
  const header = names.map((name) => name.trim())
  requireColumnNames(header)
  if (meta.linebreak === '\r') {
    throw new FileError(
      'UNKNOWN_FORMAT',
      'The lines end with a carriage return alone, as on old Macintosh computers. Save the file with the line ends of Unix or Windows.',
    )
  }
  if (rows.length === 0 && isWhole) {
    throw new FileError(
      'NO_ROWS',
      `The file has a header (${shown(header.slice(0, 10).join(', '))}) and no rows. Nothing was taken over.`,
    )
  }
  const sample = rows
    .filter((row) => row.length === header.length)
    .map((row) => Object.fromEntries(header.map((name, index) => [name, row[index] === '' ? null : row[index]!])))
  return { format: delimiter === '\t' ? 'TSV' : 'CSV', delimiter, header, sample }
}

function records(rows: Record<string, unknown>[]): Record<string, string | null>[] {
  return rows.map(({ [ROW]: _, ...row }) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value == null ? null : value instanceof Date ? value.toISOString() : String(value),
      ]),
    ),
  )
}
