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
}

/**
 * Walks over the records of a chunk of CSV and finds those that cannot be read: too few or too many fields, quotes that
 * do not close, bytes that are not UTF-8, NUL bytes. After a bad record reading goes on at the next line, so one stray
 * quote costs one row and not the rest of the file.
 *
 * Fields follow RFC 4180: a field that begins with a quote ends at the next single quote; a quote elsewhere is text.
 *
 * @param isLast the file ends with this chunk, so its last record may lack a line end.
 */
export function checkCsvRecords(bytes: Buffer, separator: number, fields: number, isLast: boolean): CheckedChunk {
  const bad: BadRecord[] = []
  const allUtf8 = isUtf8(bytes)
  const mayHoldNul = bytes.includes(0)
  let records = 0
  let start = 0
  while (start < bytes.length) {
    const blank = blankLineEnd(bytes, start)
    if (blank > 0) {
      bad.push({ start, end: blank, index: records, code: null, message: '' })
      start = blank
      continue
    }
    const record = readRecord(bytes, start, separator)
    if (record.end < 0) {
      // The record is not whole: more of it is to come, or the file ends within it.
      record.neverCloses = record.inQuotes && (isLast || bytes.length - start > limits.recordBytes)
      if (!record.neverCloses && !isLast) break
      record.end = bytes.length
    }
    checkRecord(record, start)
    records++
    start = record.end
  }
  return { end: start, records, bad }

  /** Notes what is wrong with a record. A bad one ends with its first line: a stray quote may have joined good lines to it. */
  function checkRecord(record: RecordShape, from: number): void {
    const problem = problemOf(record, from)
    if (problem === null) return
    record.end = Math.min(record.end, lineEnd(bytes, from))
    bad.push({ start: from, end: record.end, index: records, ...problem })
  }

  function problemOf(record: RecordShape, from: number): { code: RejectionCode; message: string } | null {
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
    if (record.fields !== fields) {
      return { code: 'RAGGED_ROW', message: `The row has ${record.fields} fields; the header has ${fields}.` }
    }
    const text = bytes.subarray(from, record.end)
    if (mayHoldNul && text.includes(0)) return { code: 'NUL_BYTE', message: 'The row holds a NUL byte.' }
    if (!allUtf8 && !isUtf8(text)) {
      return { code: 'INVALID_UTF8', message: `The row holds bytes that are not UTF-8. ${OTHER_ENCODING}` }
    }
    return null
  }
}

interface RecordShape {
  /** After the line end, or -1 when the bytes end before it. */
  end: number
  fields: number
  malformed: boolean
  /** The bytes end within a quoted field. */
  inQuotes: boolean
  /** No more bytes are to be waited for, and a quoted field is still open. */
  neverCloses?: boolean
}

function readRecord(bytes: Buffer, start: number, separator: number): RecordShape {
  let fields = 1
  let malformed = false
  let i = start
  for (;;) {
    if (bytes[i] === QUOTE) {
      i = closingQuote(bytes, i + 1)
      if (i < 0) return { end: -1, fields, malformed, inQuotes: true }
      i++
      const next = bytes[i]
      if (next !== undefined && next !== separator && next !== NEWLINE && next !== RETURN) malformed = true
    }
    while (i < bytes.length && bytes[i] !== separator && bytes[i] !== NEWLINE) i++
    if (i >= bytes.length) return { end: -1, fields, malformed, inQuotes: false }
    if (bytes[i] === NEWLINE) return { end: i + 1, fields, malformed, inQuotes: false }
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

/** The chunk without its bad records: the same bytes where there are none, else a copy. */
export function withoutBadRecords(bytes: Buffer, { end, bad }: CheckedChunk): Buffer {
  if (bad.length === 0) return bytes.subarray(0, end)
  const good: Buffer[] = []
  let from = 0
  for (const record of bad) {
    good.push(bytes.subarray(from, record.start))
    from = record.end
  }
  good.push(bytes.subarray(from, end))
  return Buffer.concat(good)
}

/** The text of a bad record, to be shown. */
export function recordText(bytes: Buffer, record: BadRecord): string {
  const end = Math.min(record.end, record.start + limits.shownValueLength * 4)
  return shown(bytes.toString('utf8', record.start, end).replace(/\r?\n$/, ''))
}
