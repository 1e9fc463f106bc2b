import { csvField } from './csv-field.ts'
import { type FileRow, resultColumns, type RowContext, type RowNames } from './result-columns.ts'

/** Some spreadsheets read UTF-8 as such only after it. */
export const BYTE_ORDER_MARK = '\uFEFF'

/** Result rows as a tidy CSV file, line by line. Empty cells are values that do not exist. */
export function* resultsCsvLines(rows: FileRow[], names: RowNames, context: RowContext): Generator<string> {
  yield `${resultColumns.map(({ name }) => name).join(',')}\r\n`
  for (const { id, row } of rows)
    yield `${resultColumns.map(({ read }) => csvField(read(row, { id, names, context }))).join(',')}\r\n`
}
