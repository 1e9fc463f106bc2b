/* The common spellings of times and numbers, as in src/ingest/exact-fields.ts: to the last bit, and NaN for the others. */

const ZERO: u32 = 48
const DOT: u32 = 46
const MINUS: u32 = 45

const WITH_SECONDS: u32 = 20
const WITH_MILLIS: u32 = 24
const WITH_MICROS: u32 = 27
const NO_NUMBER: u32 = 0xffffffff

/** The last minute that was read, and its spelling: many rows in a row are of the same one. */
let knownMicros: f64 = NaN
let knownLow: u64 = 0
let knownHigh: u64 = 0

/** Microseconds since 1970 of a time in ISO 8601 with zone Z and 0, 3 or 6 digits of a second's fraction; else NaN. */
export function exactMicros(start: usize, end: usize): f64 {
  const length = <u32>(end - start)
  if (length !== WITH_MILLIS && length !== WITH_SECONDS && length !== WITH_MICROS) return NaN
  if (load<u8>(start, 16) !== 58 || load<u8>(end - 1) !== 90) return NaN
  const low = load<u64>(start)
  const high = load<u64>(start, 8)
  if (low !== knownLow || high !== knownHigh) {
    const micros = microsOfMinute(start)
    if (isNaN(micros)) return NaN
    knownLow = low
    knownHigh = high
    knownMicros = micros
  }
  const second = digits(start + 17, 2)
  if (second > 59) return NaN
  let fraction: u32 = 0
  if (length !== WITH_SECONDS) {
    if (load<u8>(start, 19) !== DOT) return NaN
    fraction = digits(start + 20, length === WITH_MILLIS ? 3 : 6)
    if (fraction === NO_NUMBER) return NaN
    if (length === WITH_MILLIS) fraction *= 1000
  }
  return knownMicros + <f64>second * 1e6 + <f64>fraction
}

function microsOfMinute(start: usize): f64 {
  if (load<u8>(start, 4) !== MINUS || load<u8>(start, 7) !== MINUS) return NaN
  if (load<u8>(start, 10) !== 84 || load<u8>(start, 13) !== 58) return NaN
  const year = digits(start, 4)
  const month = digits(start + 5, 2)
  const day = digits(start + 8, 2)
  const hour = digits(start + 11, 2)
  const minute = digits(start + 14, 2)
  if (year < 1900 || year > 9999 || month < 1 || month > 12) return NaN
  if (day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59) return NaN
  return ((<f64>daysSince1970(year, month, day) * 24 + <f64>hour) * 60 + <f64>minute) * 60e6
}

/** Microseconds since 1970 as digits; NaN where they are written in another way. */
export function wholeMicros(start: usize, end: usize): f64 {
  const length = end - start
  if (length === 0 || length > MOST_MICROS_DIGITS) return NaN
  let number: u64 = 0
  for (let at = start; at < end; at++) {
    const digit = load<u8>(at) - ZERO
    if (digit > 9) return NaN
    number = number * 10 + digit
  }
  return <f64>number
}

/** Those of times up to the year 2286; of what is written with more, a double does not hold every number. */
const MOST_MICROS_DIGITS: usize = 16

/** Beyond so many digits a whole number may not be a double, and the quotient would be rounded twice. */
const EXACT_DIGITS: u32 = 15

/**
 * A number written as digits with or without a minus and a fraction; NaN where it is written in another way.
 *
 * @param powers of ten, from 1 on
 */
export function exactNumber(start: usize, end: usize, powers: usize): f64 {
  const isNegative = load<u8>(start) === MINUS
  const first = isNegative ? start + 1 : start
  if (<i32>(end - first) > <i32>EXACT_DIGITS + 1) return NaN
  let at = first
  let number: u64 = 0
  for (; at < end; at++) {
    const digit = load<u8>(at) - ZERO
    if (digit > 9) break
    number = number * 10 + digit
  }
  const whole = <u32>(at - first)
  if (whole === 0 || whole > EXACT_DIGITS) return NaN
  let value: f64
  if (at < end) {
    if (load<u8>(at) !== DOT || at + 1 === end) return NaN
    const decimals = <u32>(end - at) - 1
    for (at++; at < end; at++) {
      const digit = load<u8>(at) - ZERO
      if (digit > 9) return NaN
      number = number * 10 + digit
    }
    value = <f64>number / load<f64>(powers + (decimals << 3))
  } else value = <f64>number
  return isNegative && value !== 0 ? -value : value
}

/** A number of so many digits; NO_NUMBER where some are none. */
function digits(at: usize, count: u32): u32 {
  let number: u32 = 0
  for (let i: u32 = 0; i < count; i++) {
    const digit = load<u8>(at + i) - ZERO
    if (digit > 9) return NO_NUMBER
    number = number * 10 + digit
  }
  return number
}

function isLeap(year: u32): bool {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
}

function daysIn(year: u32, month: u32): u32 {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** Days from 1970-01-01, before it negative: the months are counted from March, so that the leap day comes last. */
function daysSince1970(year: u32, month: u32, day: u32): i32 {
  const shifted = <i32>year - i32(month <= 2)
  const monthFromMarch = (<i32>month + 9) % 12
  const dayOfYear = (153 * monthFromMarch + 2) / 5 + <i32>day - 1
  return shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
}
