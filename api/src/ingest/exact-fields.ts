/*
 * The common spellings of times and numbers, read from bytes without making a text of them. Whatever is spelled in
 * another way, right or wrong, is NaN here and is for the readers that know all spellings (parse-timestamp.ts,
 * text-columns.ts). What is read here is what they read, to the last bit.
 */

const ZERO = 48
const DOT = 46
const MINUS = 45
const COLON = 58
const LETTER_T = 84
const LETTER_Z = 90
const SPELLED_WITH_SECONDS = 'YYYY-MM-DDTHH:MM:SSZ'.length
const SPELLED_WITH_MILLIS = 'YYYY-MM-DDTHH:MM:SS.mmmZ'.length
const SPELLED_WITH_MICROS = 'YYYY-MM-DDTHH:MM:SS.mmmmmmZ'.length

/** Microseconds since 1970 of a time in ISO 8601 with zone Z and 0, 3 or 6 digits of a second's fraction; else NaN. */
export function exactMicros(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length !== SPELLED_WITH_MILLIS && length !== SPELLED_WITH_SECONDS && length !== SPELLED_WITH_MICROS) return NaN
  if (
    bytes[start + 4] !== MINUS ||
    bytes[start + 7] !== MINUS ||
    bytes[start + 10] !== LETTER_T ||
    bytes[start + 13] !== COLON ||
    bytes[start + 16] !== COLON ||
    bytes[end - 1] !== LETTER_Z
  ) {
    return NaN
  }
  if (!isKnownMinute(bytes, start)) {
    const micros = microsOfMinute(bytes, start)
    if (Number.isNaN(micros)) return NaN
    for (let i = 0; i < TO_MINUTE; i++) knownMinute[i] = bytes[start + i]!
    knownMinuteMicros = micros
  }
  const second = twoDigits(bytes, start + 17)
  // A digit that is none makes NaN, which fails every comparison.
  if (!(second <= 59)) return NaN
  let fraction = 0
  if (length > SPELLED_WITH_SECONDS) {
    if (bytes[start + 19] !== DOT) return NaN
    fraction = digits(bytes, start + 20, end - 1) * (length === SPELLED_WITH_MILLIS ? 1000 : 1)
  }
  return knownMinuteMicros + second * 1e6 + fraction
}

const TO_MINUTE = 'YYYY-MM-DDTHH:MM'.length
/** The last minute that was read: logs are in order of time, and many rows in a row are of the same one. */
const knownMinute = new Uint8Array(TO_MINUTE)
let knownMinuteMicros = NaN

function isKnownMinute(bytes: Uint8Array, start: number): boolean {
  // What changes most comes first.
  for (let i = TO_MINUTE - 1; i >= 0; i--) if (bytes[start + i] !== knownMinute[i]) return false
  return true
}

function microsOfMinute(bytes: Uint8Array, start: number): number {
  const year = twoDigits(bytes, start) * 100 + twoDigits(bytes, start + 2)
  const month = twoDigits(bytes, start + 5)
  const day = twoDigits(bytes, start + 8)
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  if (!(year >= 1900 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return NaN
  if (!(hour <= 23 && minute <= 59)) return NaN
  return ((daysSince1970(year, month, day) * 24 + hour) * 60 + minute) * 60e6
}

/** Microseconds since 1970 as digits, as read-parquet.ts writes them; NaN where they are written in another way. */
export function wholeMicros(bytes: Uint8Array, start: number, end: number): number {
  return end === start || end - start > MOST_MICROS_DIGITS ? NaN : digits(bytes, start, end)
}

/** Those of times up to the year 2286; of what is written with more, a double does not hold every number. */
const MOST_MICROS_DIGITS = 16

/** Beyond so many digits a whole number may not be a double, and the quotient would be rounded twice. */
const EXACT_DIGITS = 15

/** A number written as digits with or without a minus and a fraction; NaN where it is written in another way. */
export function exactNumber(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === MINUS
  let i = isNegative ? start + 1 : start
  if (end - i > EXACT_DIGITS + 1) return NaN
  let number = 0
  const first = i
  for (; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0 || digit > 9) break
    number = number * 10 + digit
  }
  const whole = i - first
  if (whole === 0 || whole > EXACT_DIGITS) return NaN
  if (i < end) {
    if (bytes[i] !== DOT || i + 1 === end) return NaN
    const decimals = end - i - 1
    for (i++; i < end; i++) {
      const digit = bytes[i]! - ZERO
      if (digit < 0 || digit > 9) return NaN
      number = number * 10 + digit
    }
    // Both are exact, so their quotient is the double that is nearest to what is written.
    number /= POWERS_OF_TEN[decimals]!
  }
  // -0 and 0 are equal and must have equal keys.
  return isNegative && number !== 0 ? -number : number
}
const POWERS_OF_TEN = Array.from({ length: EXACT_DIGITS + 1 }, (_, power) => 10 ** power)

function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - ZERO
  const ones = bytes[at + 1]! - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NaN
}

function digits(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0 || digit > 9) return NaN
    number = number * 10 + digit
  }
  return number
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function daysIn(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : DAYS[month - 1]!
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

/** Days before each month of a year that is no leap year. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
const DAYS_BEFORE_1970 = daysBeforeYear(1970)

function daysBeforeYear(year: number): number {
  const past = year - 1
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400)
}

function daysSince1970(year: number, month: number, day: number): number {
  const leapDay = month > 2 && isLeap(year) ? 1 : 0
  return daysBeforeYear(year) - DAYS_BEFORE_1970 + DAYS_BEFORE[month - 1]! + leapDay + day - 1
}
