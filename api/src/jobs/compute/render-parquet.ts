import type { FileRow, RowContext, RowNames } from '../../reports/result-columns.ts'
import { resultsParquet } from '../../reports/results-parquet.ts'

export interface ParquetRequest {
  rows: FileRow[]
  names: RowNames
  context: RowContext
}

/** Result rows as the bytes of a Parquet file. */
export async function renderParquet({ rows, names, context }: ParquetRequest): Promise<Uint8Array> {
  return resultsParquet(rows, names, context)
}
