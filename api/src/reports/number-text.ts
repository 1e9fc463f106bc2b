import type { ConfidenceInterval } from '../stats/confidence-interval.ts'

/** How values of a metric are written; the page writes them in the same way. */
export type ValueFormat = 'PERCENT' | 'CURRENCY' | 'NUMBER'

const LOCALE = 'en-US'

/** A whole number with separators. */
export function wholeText(value: number): string {
  return minus(value.toLocaleString(LOCALE, { maximumFractionDigits: 0 }))
}

/** A share as a percentage: more digits where fewer would show nothing. */
export function percentText(share: number): string {
  const size = Math.abs(share)
  const digits = size === 0 || size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3
  const options = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return minus(share.toLocaleString(LOCALE, options))
}

/** A change in percent, with its sign. */
export function liftText(share: number): string {
  const digits = Math.abs(share) >= 10 ? 0 : 1
  const options = { style: 'percent', minimumFractionDigits: digits, maximumFractionDigits: digits } as const
  return minus(share.toLocaleString(LOCALE, { ...options, signDisplay: 'exceptZero' }))
}

/** A value of a metric, in its unit. */
export function valueText(format: ValueFormat, currency: string | null): (value: number) => string {
  if (format === 'PERCENT') return percentText
  if (format === 'CURRENCY' && currency !== null) {
    const money = new Intl.NumberFormat(LOCALE, { style: 'currency', currency })
    return (value) => minus(money.format(value))
  }
  return (value) => {
    const isSmall = Math.abs(value) > 0 && Math.abs(value) < 0.1
    const digits = isSmall ? { maximumSignificantDigits: 3 } : { minimumFractionDigits: 2, maximumFractionDigits: 2 }
    return minus(value.toLocaleString(LOCALE, digits))
  }
}

/** A p-value with two significant digits; very small ones by their bound. */
export function probabilityText(p: number): string {
  if (p < 0.0001) return '< 0.0001'
  if (p > 0.9999) return '> 0.9999'
  return p.toLocaleString(LOCALE, { maximumSignificantDigits: 2, useGrouping: false })
}

/** A confidence level: 99.9% must not be rounded to certainty. */
export function levelText(level: number): string {
  return `${Number((level * 100).toFixed(2))}%`
}

/** An interval in as few characters as it takes; `text` writes one end. */
export function intervalText({ kind, lower, upper, gap }: ConfidenceInterval, text: (value: number) => string): string {
  if (kind === 'complement' && gap !== undefined) return `outside ${text(gap.lower)} to ${text(gap.upper)}`
  if (lower === null && upper === null) return 'any size is possible'
  if (lower === null) return `up to ${text(upper!)}`
  if (upper === null) return `${text(lower)} or more`
  return `${text(lower)} to ${text(upper)}`
}

/** A minus as wide as a plus, so that signs line up. */
function minus(text: string): string {
  return text.replaceAll('-', '\u2212')
}
