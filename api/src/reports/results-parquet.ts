import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer'
import { type ColumnType, type FileRow, resultColumns, type RowContext, type RowNames } from './result-columns.ts'

const types: Record<ColumnType, ColumnSource['type']> = {
  TEXT: 'STRING',
  NUMBER: 'DOUBLE',
  COUNT: 'INT64',
  FLAG: 'BOOLEAN',
}

/** Result rows as a Parquet file: the columns of the CSV file, with their types; null where a value does not exist. */
export function resultsParquet(rows: FileRow[], names: RowNames, context: RowContext): Uint8Array {
  const columnData = resultColumns.map(({ name, type, read }): ColumnSource => {
    const values = rows.map(({ id, row }) => read(row, { id, names, context }))
    const data = type === 'COUNT' ? values.map((value) => (value === null ? null : BigInt(value))) : values
    return { name, data, type: types[type], nullable: true }
  })
  return new Uint8Array(parquetWriteBuffer({ columnData }))
}
