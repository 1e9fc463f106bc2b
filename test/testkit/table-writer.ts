import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { askDuckDb, quoted } from './duckdb.ts'
import { newFolder } from './new-folder.ts'

/** How DuckDB writes a table. */
export interface TableWriting {
  /** Options of its COPY. */
  readonly options: string
  /** `TEXT`: each cell as it is published. `TYPED`: numbers, flags and dates are what DuckDB takes them for. */
  readonly cells: 'TEXT' | 'TYPED'
}

/** The ways to write one table. */
export const tableWritings = {
  // Each cell in quotes, so that no file is byte for byte the published one, which would not be read again.
  CSV: { options: 'format csv, force_quote *', cells: 'TEXT' },
  TSV: { options: "format csv, delimiter '\t'", cells: 'TYPED' },
  'CSV in gzip': { options: 'format csv, compression gzip', cells: 'TEXT' },
  NDJSON: { options: 'format json', cells: 'TYPED' },
  'NDJSON in zstd': { options: 'format json, compression zstd', cells: 'TEXT' },
  'a JSON array': { options: 'format json, array true', cells: 'TYPED' },
  'Parquet in zstd': { options: 'format parquet, compression zstd', cells: 'TYPED' },
  'Parquet in snappy': { options: 'format parquet, compression snappy', cells: 'TEXT' },
} as const satisfies Record<string, TableWriting>

export type TableWritingName = keyof typeof tableWritings

/**
 * The table of a CSV file, written anew in the order of its rows.
 *
 * @param texts columns that stay text where the others get types
 */
export async function rewritten(path: string, name: TableWritingName, texts: readonly string[] = []): Promise<File> {
  const { options, cells }: TableWriting = tableWritings[name]
  const types = texts.map((column) => `${quoted(column)}: 'varchar'`).join(', ')
  const reading = cells === 'TEXT' ? 'all_varchar = true' : `sample_size = -1${types && `, types = {${types}}`}`
  const folder = await newFolder()
  try {
    const to = join(folder, 'table')
    await askDuckDb(`copy (from read_csv(${quoted(path)}, header = true, ${reading})) to ${quoted(to)} (${options})`)
    return new File([(await readFile(to)) as BlobPart], 'table')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
