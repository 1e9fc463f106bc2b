import { isUtf8 } from 'node:buffer'
import { limits, OTHER_ENCODING, shown, type RejectionCode } from './contract.ts'

const QUOTE = 34
const NEWLINE = 10
const RETURN = 13

/** A record that cannot be read: its bytes in the chunk, and why. */
export interface BadRecord {
  start: number
  end: number
  /** Its number in the chunk, the first being 0. Blank lines have no number. */
  index: number
  /** Null for a blank line, which is dropped without being an error. */
  code: RejectionCode | null
  message: string
}

export interface CheckedChunk {
  /** Bytes up to the end of the last whole record. */
  end: number
  /** Records before `end`, the bad ones included, blank lines not. */
  records: number
  bad: BadRecord[]
  /** Those of the others that have quotes within fields that are not quoted. */
  unusual: RecordSpan[]
}

/** Bytes of a record in its chunk. */
export interface RecordSpan {
  start: number
  /** After its line end. */
  end: number
}

/** What is wrong with a record. */
export interface RecordProblem {
  code: RejectionCode
  message: string
}

export interface CsvRecord {
  /** After its line end. */
  end: number
  isBlank: boolean
  /** Null when the record can be read. */
  problem: RecordProblem | null
  /** Quotes stand within a field that is not quoted: see `plainlyQuoted`. */
  isUnusual: boolean
}

/**
 * Finds the records of a chunk of CSV one after the other, and those that cannot be read: too few or too many fields,
 * quotes that do not close, bytes that are not UTF-8, NUL bytes. After a bad record reading goes on at the next line, so
 * one stray quote costs one row and not the rest of the file.
 *
 * Fields follow RFC 4180: a field that begins with a quote ends at the next single quote; a quote elsewhere is text.
 */
export class CsvRecordReader {
  readonly #bytes: Buffer
  readonly #separator: number
  readonly #fields: number
  readonly #isLast: boolean
  readonly #allUtf8: boolean
  readonly #mayHoldNul: boolean

  /** @param isLast the file ends with this chunk, so its last record may lack a line end. */
  constructor(bytes: Buffer, separator: number, fields: number, isLast: boolean) {
    this.#bytes = bytes
    this.#separator = separator
    this.#fields = fields
    this.#isLast = isLast
    this.#allUtf8 = isUtf8(bytes)
    this.#mayHoldNul = bytes.includes(0)
  }

  /** The record that begins at `start`; null when the rest of it is to come with the next chunk. */
  at(start: number): CsvRecord | null {
    const bytes = this.#bytes
    const blank = blankLineEnd(bytes, start)
    if (blank > 0) return { end: blank, isBlank: true, problem: null, isUnusual: false }
    const record = readRecord(bytes, start, this.#separator)
    if (record.end < 0) {
      // The record is not whole: more of it is to come, or the file ends within it.
      record.neverCloses = record.inQuotes && (this.#isLast || bytes.length - start > limits.recordBytes)
      if (!record.neverCloses && !this.#isLast) return null
      record.end = bytes.length
    }
    const problem = this.#problemOf(record, start)
    // A bad record ends with its first line: a stray quote may have joined good lines to it.
    const end = problem === null ? record.end : Math.min(record.end, lineEnd(bytes, start))
    return { end, isBlank: false, problem, isUnusual: problem === null && record.isUnusual }
  }

  #problemOf(record: RecordShape, from: number): RecordProblem | null {
    if (record.neverCloses) return { code: 'MALFORMED_QUOTES', message: 'A quote is opened and never closed.' }
    if (record.malformed) {
      return {
        code: 'MALFORMED_QUOTES',
        message: 'Text follows a closing quote. Write a quote inside a quoted field twice.',
      }
    }
    const length = record.end - from
    if (length > limits.recordBytes) {
      return { code: 'RECORD_TOO_LONG', message: `The row has ${length} bytes; the limit is ${limits.recordBytes}.` }
    }
    if (record.fields !== this.#fields) {
      return { code: 'RAGGED_ROW', message: `The row has ${record.fields} fields; the header has ${this.#fields}.` }
    }
    const text = this.#bytes.subarray(from, record.end)
    if (this.#mayHoldNul && text.includes(0)) return { code: 'NUL_BYTE', message: 'The row holds a NUL byte.' }
    if (!this.#allUtf8 && !isUtf8(text)) {
      return { code: 'INVALID_UTF8', message: `The row holds bytes that are not UTF-8. ${OTHER_ENCODING}` }
    }
    return null
  }
}

/** All records of a chunk; see CsvRecordReader. */
export function checkCsvRecords(bytes: Buffer, separator: number, fields: number, isLast: boolean): CheckedChunk {
  const reader = new CsvRecordReader(bytes, separator, fields, isLast)
  const bad: BadRecord[] = []
  const unusual: RecordSpan[] = []
  let records = 0
  let start = 0
  while (start < bytes.length) {
    const record = reader.at(start)
    if (record === null) break
    const { end, isBlank, problem, isUnusual } = record
    if (isBlank) bad.push({ start, end, index: records, code: null, message: '' })
    else if (problem !== null) bad.push({ start, end, index: records, ...problem })
    else if (isUnusual) unusual.push({ start, end })
    if (!isBlank) records++
    start = end
  }
  return { end: start, records, bad, unusual }
}

interface RecordShape {
  /** After the line end, or -1 when the bytes end before it. */
  end: number
  fields: number
  malformed: boolean
  /** The bytes end within a quoted field. */
  inQuotes: boolean
  /** Quotes stand within a field that is not quoted. */
  isUnusual: boolean
  /** No more bytes are to be waited for, and a quoted field is still open. */
  neverCloses?: boolean
}

function readRecord(bytes: Buffer, start: number, separator: number): RecordShape {
  let fields = 1
  let malformed = false
  let isUnusual = false
  let i = start
  for (;;) {
    if (bytes[i] === QUOTE) {
      i = closingQuote(bytes, i + 1)
      if (i < 0) return { end: -1, fields, malformed, inQuotes: true, isUnusual }
      i++
      const next = bytes[i]
      if (next !== undefined && next !== separator && next !== NEWLINE && next !== RETURN) malformed = true
    }
    for (; i < bytes.length && bytes[i] !== separator && bytes[i] !== NEWLINE; i++) isUnusual ||= bytes[i] === QUOTE
    if (i >= bytes.length) return { end: -1, fields, malformed, inQuotes: false, isUnusual }
    if (bytes[i] === NEWLINE) return { end: i + 1, fields, malformed, inQuotes: false, isUnusual }
    fields++
    i++
  }
}

/** Index of the quote that closes a field, doubled quotes being text, or -1. */
function closingQuote(bytes: Buffer, from: number): number {
  for (let i = bytes.indexOf(QUOTE, from); i >= 0; i = bytes.indexOf(QUOTE, i + 2)) {
    if (bytes[i + 1] !== QUOTE) return i
  }
  return -1
}

/** The end of the blank line that begins at `start`, or 0 when the line is not blank. */
function blankLineEnd(bytes: Buffer, start: number): number {
  if (bytes[start] === NEWLINE) return start + 1
  if (bytes[start] === RETURN && bytes[start + 1] === NEWLINE) return start + 2
  return 0
}

function lineEnd(bytes: Buffer, start: number): number {
  const newline = bytes.indexOf(NEWLINE, start)
  return newline < 0 ? bytes.length : newline + 1
}

/** Where the first record (the header) ends: after its line end, or at the end of the bytes. Blank lines before it count. */
export function firstRecordEnd(bytes: Buffer, separator: number): number {
  let start = 0
  for (let end = blankLineEnd(bytes, start); end > 0; end = blankLineEnd(bytes, start)) start = end
  const { end } = readRecord(bytes, start, separator)
  return end < 0 ? bytes.length : end
}

/** The chunk's records that can be read, as any reader takes them: the same bytes where all can, else a copy. */
export function readableRecords(bytes: Buffer, { end, bad, unusual }: CheckedChunk, separator: number): Buffer {
  if (bad.length + unusual.length === 0) return bytes.subarray(0, end)
  const changes: { record: RecordSpan; by: Buffer | null }[] = [
    ...bad.map((record) => ({ record, by: null })),
    ...unusual.map((record) => ({ record, by: plainlyQuoted(bytes, record, separator) })),
  ]
  const good: Buffer[] = []
  let from = 0
  for (const { record, by } of changes.sort((a, b) => a.record.start - b.record.start)) {
    good.push(bytes.subarray(from, record.start))
    if (by !== null) good.push(by)
    from = record.end
  }
  good.push(bytes.subarray(from, end))
  return Buffer.concat(good)
}

/**
 * A good record with quotes around each field that has quotes within, which are doubled: `12" vinyl` becomes
 * `"12"" vinyl"`. There are readers that take any quote for the beginning of a quoted text, across lines.
 */
export function plainlyQuoted(bytes: Buffer, { start, end }: RecordSpan, separator: number): Buffer {
  let lineEnds = end
  if (bytes[lineEnds - 1] === NEWLINE) lineEnds -= bytes[lineEnds - 2] === RETURN ? 2 : 1
  const pieces: Buffer[] = []
  for (let i = start; ; i++) {
    const from = i
    const isQuoted = bytes[i] === QUOTE
    if (isQuoted) i = closingQuote(bytes, i + 1) + 1
    while (i < lineEnds && bytes[i] !== separator) i++
    const field = bytes.subarray(from, i)
    if (isQuoted || !field.includes(QUOTE)) pieces.push(field)
    else pieces.push(Buffer.from(`"${field.toString('latin1').replaceAll('"', '""')}"`, 'latin1'))
    if (i >= lineEnds) break
    pieces.push(bytes.subarray(i, i + 1))
  }
  pieces.push(bytes.subarray(lineEnds, end))
  return Buffer.concat(pieces)
}

/** The text of a bad record, to be shown. */
export function recordText(bytes: Buffer, record: { start: number; end: number }): string {
  const end = Math.min(record.end, record.start + limits.shownValueLength * 4)
  return shown(bytes.toString('utf8', record.start, end).replace(/\r?\n$/, ''))
}
