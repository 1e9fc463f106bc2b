export type CsvValue = string | number | boolean | null

/**
 * Signs at which spreadsheets take a text for a formula, in their wide forms too. Tabs and line ends are dropped before
 * they look.
 */
const FORMULA = /^[\t\r\n ]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/

/** A value as a field of a CSV file; null is an empty one. Numbers stay numbers, those below zero too. */
export function csvField(value: CsvValue): string {
  if (value === null) return ''
  if (typeof value !== 'string') return String(value)
  // A name is nobody's formula: spreadsheets must not run it.
  const text = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
