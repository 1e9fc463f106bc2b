import { FileError } from './contract.ts'

const BACKSLASH = 92
const QUOTE = 34

/** Where one value of a JSON text begins and ends. */
export interface JsonRange {
  start: number
  end: number
}

/**
 * Finds the values of a JSON array (or of values one after another) in bytes that come in pieces, without parsing them:
 * a parser needs the whole array, which may not fit into memory.
 */
export function splitJsonValues(bytes: Buffer, isLast: boolean): { values: JsonRange[]; end: number } {
  const values: JsonRange[] = []
  let i = 0
  let end: number
  for (;;) {
    while (i < bytes.length && isBetweenValues(bytes[i]!)) i++
    end = i
    if (i >= bytes.length) break
    const close = valueEnd(bytes, i, isLast)
    if (close < 0) {
      if (isLast)
        throw new FileError('CORRUPT_FILE', 'The JSON ends in the middle of a record: the file is not complete.')
      break
    }
    values.push({ start: i, end: close })
    i = close
  }
  return { values, end }
}

/** White space, commas and the brackets of the array around the values. */
function isBetweenValues(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9 || byte === 44 || byte === 91 || byte === 93
}

function valueEnd(bytes: Buffer, start: number, isLast: boolean): number {
  const first = bytes[start]
  if (first === QUOTE) return stringEnd(bytes, start)
  if (first !== 123) {
    let i = start
    while (i < bytes.length && !isBetweenValues(bytes[i]!)) i++
    return i < bytes.length || isLast ? i : -1
  }
  let depth = 0
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) {
      i = stringEnd(bytes, i) - 1
      if (i < 0) return -1
    } else if (byte === 123 || byte === 91) depth++
    else if (byte === 125 || byte === 93) {
      depth--
      if (depth === 0) return i + 1
    }
  }
  return -1
}

/** After the quote that closes the string opened at `start`, or -1. */
function stringEnd(bytes: Buffer, start: number): number {
  for (let i = bytes.indexOf(QUOTE, start + 1); i >= 0; i = bytes.indexOf(QUOTE, i + 1)) {
    let backslashes = 0
    while (bytes[i - 1 - backslashes] === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return i + 1
  }
  return -1
}

/** The lines of NDJSON. Blank lines are left out. */
export function splitLines(bytes: Buffer, isLast: boolean): { values: JsonRange[]; end: number } {
  const values: JsonRange[] = []
  let start = 0
  for (;;) {
    let end = bytes.indexOf(10, start)
    if (end < 0) {
      if (!isLast || start >= bytes.length) break
      end = bytes.length
    }
    if (!isBlank(bytes, start, end)) values.push({ start, end })
    start = end + 1
  }
  return { values, end: Math.min(start, bytes.length) }
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  let i = start
  while (i < end && (bytes[i] === 32 || bytes[i] === 13 || bytes[i] === 9)) i++
  return i === end
}
