import { FileError, limits, OTHER_ENCODING, shown } from './contract.ts'

/**
 * Checks the names of a file's columns. What is wrong with a row is told of the row; what is wrong with a name concerns
 * every row.
 *
 * @throws FileError TOO_MANY_COLUMNS, CORRUPT_FILE
 */
export function requireColumnNames(header: string[]): void {
  if (header.length > limits.columns) {
    throw new FileError('TOO_MANY_COLUMNS', `The file has ${header.length} columns; the limit is ${limits.columns}.`)
  }
  const wrong = header.find((name) => name.includes('\0') || name.includes('\ufffd'))
  if (wrong === undefined) return
  const isNul = wrong.includes('\0')
  const what = isNul ? 'a NUL byte' : 'bytes that are not UTF-8'
  throw new FileError(
    'CORRUPT_FILE',
    `The name of a column holds ${what}: "${shown(wrong)}". ${isNul ? 'Save the file again as UTF-8.' : OTHER_ENCODING}`,
    { column: wrong },
  )
}
