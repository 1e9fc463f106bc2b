import type { MetricFormat } from '@fairlift/sdk'

const LOCALE = 'en-US'
const integers = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 })
const small = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 })
const MINUS = '\u2212'

export function integer(value: number): string {
  return integers.format(value)
}

/** `one` or `many` after its number. */
export function count(value: number, one: string, many = `${one}s`): string {
  return `${integer(value)} ${value === 1 ? one : many}`
}

/** A share as a percentage: more digits where fewer would show nothing. */
export function percent(share: number, digits?: number): string {
  const fit = digits ?? percentDigits(Math.abs(share))
  return minus(
    share.toLocaleString(LOCALE, {
      style: 'percent',
      minimumFractionDigits: fit,
      maximumFractionDigits: fit,
    }),
  )
}

function percentDigits(share: number): number {
  if (share === 0 || share >= 0.01) return 1
  return share >= 0.001 ? 2 : 3
}

/** A change in percent, with its sign. */
export function signedPercent(share: number): string {
  const digits = Math.abs(share) >= 10 ? 0 : 1
  return minus(
    share.toLocaleString(LOCALE, {
      style: 'percent',
      signDisplay: 'exceptZero',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    }),
  )
}

/**
 * Values of a metric, as its catalogue entry says.
 *
 * @param compared values that stand side by side, and so are shown with equally many digits: those that the smallest needs
 */
export function metricValue(
  format: MetricFormat,
  currency: string | null,
  compared: readonly (number | null)[] = [],
): (value: number) => string {
  if (format === 'PERCENT') {
    const sizes = compared.filter((value) => value !== null && value !== 0).map((value) => Math.abs(value!))
    const digits = sizes.length === 0 ? undefined : percentDigits(Math.min(...sizes))
    return (value) => percent(value, digits)
  }
  if (format === 'CURRENCY' && currency !== null) {
    const money = new Intl.NumberFormat(LOCALE, { style: 'currency', currency })
    return (value) => minus(money.format(value))
  }
  return (value) =>
    minus(
      Math.abs(value) > 0 && Math.abs(value) < 0.1
        ? small.format(value)
        : value.toLocaleString(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 }),
    )
}

/** A difference of values: of shares in percentage points. */
export function metricDifference(format: MetricFormat, currency: string | null): (value: number) => string {
  const sign = (value: number): string => (value > 0 ? '+' : '')
  if (format === 'PERCENT') {
    return (value) => {
      const points = value * 100
      const digits = points !== 0 && Math.abs(points) < 0.1 ? 3 : 2
      return minus(`${sign(value)}${points.toFixed(digits)} pp`)
    }
  }
  const text = metricValue(format, currency)
  return (value) => `${sign(value)}${text(value)}`
}

/** A p-value as a statement. */
export function pStatement(p: number): string {
  const text = probability(p)
  return /^[<>]/.test(text) ? `p ${text}` : `p = ${text}`
}

/** A confidence level: 99.9% must not be rounded to certainty. */
export function confidence(level: number): string {
  return `${Number((level * 100).toFixed(2))}%`
}

/** A p-value with two significant digits; very small ones by their bound. */
export function probability(p: number): string {
  if (p < 0.0001) return '< 0.0001'
  if (p > 0.9999) return '> 0.9999'
  return p.toLocaleString(LOCALE, { maximumSignificantDigits: 2, useGrouping: false })
}

export function decimal(value: number, digits = 3): string {
  return minus(value.toLocaleString(LOCALE, { maximumFractionDigits: digits }))
}

const BYTE_UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** The largest unit of which a size has at least one: its place in BYTE_UNITS. */
function byteUnit(size: number): number {
  return BYTE_UNITS.findLastIndex((_, unit) => unit === 0 || size >= 1000 ** unit)
}

function inByteUnit(size: number, unit: number): string {
  return (size / 1000 ** unit).toLocaleString(LOCALE, { maximumFractionDigits: unit > 1 ? 1 : 0 })
}

export function bytes(size: number): string {
  const unit = byteUnit(size)
  return `${inByteUnit(size, unit)} ${BYTE_UNITS[unit]}`
}

/** A part of a size, in the unit of the whole. */
export function bytesOf(part: number, whole: number): string {
  return `${inByteUnit(part, byteUnit(whole))} of ${bytes(whole)}`
}

export function duration(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${decimal(ms / 1000, 1)} s`
}

/** A minus as wide as a plus, so that signs line up. */
function minus(text: string): string {
  return text.replaceAll('-', MINUS)
}
