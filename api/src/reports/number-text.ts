import type { ConfidenceInterval } from '../stats/confidence-interval.ts'

/** How values of a metric are written; the page writes them in the same way. */
export type ValueFormat = 'PERCENT' | 'CURRENCY' | 'NUMBER'

const LOCALE = 'en-US'
const MINUS = '\u2212'
/** Above it amounts are told in thousands of millions and the like: nobody counts sixteen digits. */
const LONGEST_AMOUNT = 1e12

/** A whole number, such as of users. */
export function wholeText(value: number): string {
  return withMinus(value.toLocaleString(LOCALE, { maximumFractionDigits: 0 }))
}

/** A number of things with their name. */
export function countText(value: number, one: string, many = `${one}s`): string {
  return `${wholeText(value)} ${value === 1 ? one : many}`
}

/** A share as a percentage: more digits where fewer would show nothing. */
export function percentText(share: number, digits = percentDigits(Math.abs(share))): string {
  return withMinus(
    share.toLocaleString(LOCALE, { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits }),
  )
}

function percentDigits(size: number): number {
  if (size === 0 || size >= 0.01) return 1
  return size >= 0.001 ? 2 : 3
}

/** A change in percent, with its sign. */
export function liftText(share: number): string {
  const digits = Math.abs(share) >= 10 ? 0 : 1
  const text = share.toLocaleString(LOCALE, {
    style: 'percent',
    signDisplay: 'exceptZero',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  return withMinus(text)
}

/** A confidence level: 99.9% must not be rounded to certainty. */
export function levelText(level: number): string {
  return `${Number((level * 100).toFixed(2))}%`
}

/** A p-value with two significant digits; very small ones by their bound. */
export function probabilityText(p: number): string {
  if (p < 0.0001) return '< 0.0001'
  if (p > 0.9999) return '> 0.9999'
  return p.toLocaleString(LOCALE, { maximumSignificantDigits: 2, useGrouping: false })
}

/** A number without a unit, with as many digits as tell it apart from zero. */
export function decimalText(value: number, digits = 2): string {
  const size = Math.abs(value)
  if (size >= LONGEST_AMOUNT) return compact(value, {})
  const options: Intl.NumberFormatOptions =
    size > 0 && size < 0.1
      ? { maximumSignificantDigits: 3 }
      : { minimumFractionDigits: digits, maximumFractionDigits: digits }
  return withMinus(value.toLocaleString(LOCALE, options))
}

/**
 * A value of a metric, as its catalogue entry says.
 *
 * @param compared values that stand side by side, and so are written with equally many digits: those that the smallest needs
 */
export function valueText(
  format: ValueFormat,
  currency: string | null,
  compared: readonly number[] = [],
): (value: number) => string {
  if (format === 'PERCENT') {
    const sizes = compared.filter((value) => value !== 0).map(Math.abs)
    const digits = sizes.length === 0 ? undefined : percentDigits(Math.min(...sizes))
    return (value) => percentText(value, digits)
  }
  if (format === 'CURRENCY' && currency !== null) return (value) => moneyText(value, currency)
  return (value) => decimalText(value)
}

/** A difference of values: of shares in percentage points. */
export function differenceText(format: ValueFormat, currency: string | null): (value: number) => string {
  const sign = (value: number): string => (value > 0 ? '+' : '')
  if (format !== 'PERCENT') return (value) => `${sign(value)}${valueText(format, currency)(value)}`
  return (value) => {
    const points = value * 100
    const digits = points !== 0 && Math.abs(points) < 0.1 ? 3 : 2
    return withMinus(`${sign(value)}${points.toFixed(digits)} pp`)
  }
}

/** An amount in a currency, to the cent; without currency a plain number. */
export function moneyText(value: number, currency: string | null): string {
  if (currency === null) return decimalText(value)
  if (Math.abs(value) >= LONGEST_AMOUNT) return compact(value, { style: 'currency', currency })
  return withMinus(value.toLocaleString(LOCALE, { style: 'currency', currency }))
}

/** A change of an amount, with its sign, in whole units: cents of a year say nothing. */
export function signedAmountText(value: number, currency: string | null): string {
  const sign = Math.round(value) > 0 ? '+' : ''
  const unit: Intl.NumberFormatOptions = currency === null ? {} : { style: 'currency', currency }
  if (Math.abs(value) >= LONGEST_AMOUNT) return `${sign}${compact(value, unit)}`
  return withMinus(`${sign}${Math.round(value).toLocaleString(LOCALE, { ...unit, maximumFractionDigits: 0 })}`)
}

function compact(value: number, unit: Intl.NumberFormatOptions): string {
  // Beyond 10^15 even the short form is a row of digits.
  const size = Math.abs(value)
  if (size >= 1e15)
    return withMinus(value.toLocaleString(LOCALE, { ...unit, notation: 'scientific', maximumFractionDigits: 2 }))
  return withMinus(
    value.toLocaleString(LOCALE, {
      ...unit,
      notation: 'compact',
      minimumFractionDigits: 0,
      maximumFractionDigits: 2,
    }),
  )
}

/** An interval in as few characters as it takes; `text` writes one end. */
export function intervalText({ kind, lower, upper, gap }: ConfidenceInterval, text: (value: number) => string): string {
  if (kind === 'complement' && gap !== undefined) return `not between ${text(gap.lower)} and ${text(gap.upper)}`
  if (lower === null && upper === null) return 'any size is possible'
  if (lower === null) return `up to ${text(upper!)}`
  if (upper === null) return `${text(lower)} or more`
  return `${text(lower)} to ${text(upper)}`
}

/** A minus as wide as a plus, so that signs line up. Exponents keep theirs, as in 1E-7. */
function withMinus(text: string): string {
  return text.replaceAll(/(?<!E)-/g, MINUS)
}
