/*
 * The tokens of JSON as they are mostly spelled, found in bytes. Each function says where its token ends, or 0 when it is
 * spelled in another way, which is for a parser to judge.
 */

const BACKSLASH = 92
const DOT = 46
const FIRST_PRINTED = 32
const MINUS = 45
const NINE = 57
const QUOTE = 34
const ZERO = 48

/** The first byte that is no white space, or `end`. */
export function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let i = from
  while (i < end && (bytes[i] === 32 || bytes[i] === 10 || bytes[i] === 13 || bytes[i] === 9)) i++
  return i
}

/** The quote that closes a text without escapes. */
export function plainStringEnd(bytes: Uint8Array, from: number, end: number): number {
  for (let i = from; i < end; i++) {
    const byte = bytes[i]!
    if (byte === QUOTE) return i
    if (byte === BACKSLASH || byte < FIRST_PRINTED) return 0
  }
  return 0
}

export function literalEnd(bytes: Uint8Array, start: number, literal: 'null' | 'true' | 'false'): number {
  for (let i = 0; i < literal.length; i++) if (bytes[start + i] !== literal.charCodeAt(i)) return 0
  return start + literal.length
}

/** Beyond so many digits a number may not be written as it came. */
const EXACT_DIGITS = 15
/** A smaller number is written with an exponent. */
const MOST_LEADING_ZEROS = 5

/** A number that JavaScript would write exactly as it is written here. */
export function canonicalNumberEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] === MINUS ? start + 1 : start
  let i = digitsEnd(bytes, first, end)
  const whole = i - first
  if (whole === 0 || (bytes[first] === ZERO && whole > 1)) return 0
  let decimals = 0
  if (bytes[i] === DOT) {
    const from = i + 1
    i = digitsEnd(bytes, from, end)
    decimals = i - from
    if (decimals === 0 || bytes[i - 1] === ZERO) return 0
    let zeros = 0
    while (bytes[from + zeros] === ZERO) zeros++
    if (bytes[first] === ZERO && zeros > MOST_LEADING_ZEROS) return 0
  } else if (bytes[first] === ZERO && first > start) return 0 // -0 is written 0
  return whole + decimals <= EXACT_DIGITS ? i : 0
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let i = from
  while (i < end && bytes[i]! >= ZERO && bytes[i]! <= NINE) i++
  return i
}

/** Whether white space beyond ASCII, which trimming takes off, may begin or end a text. */
export function isSpaced(bytes: Uint8Array, start: number, end: number): boolean {
  return end > start && (isWideSpace(bytes, start) || isWideSpace(bytes, end - 2) || isWideSpace(bytes, end - 3))
}

/** U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000 and U+FEFF by their first two bytes. */
function isWideSpace(bytes: Uint8Array, at: number): boolean {
  const second = bytes[at + 1]
  switch (bytes[at]) {
    case 0xc2:
      return second === 0xa0
    case 0xe1:
      return second === 0x9a
    case 0xe2:
      return second === 0x80 || second === 0x81
    case 0xe3:
      return second === 0x80
    case 0xef:
      return second === 0xbb
    default:
      return false
  }
}
