import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { askDuckDb, quoted } from './duckdb.ts'
import { delimited, type EventRecord } from './event-records.ts'
import { newFolder } from './new-folder.ts'

/** One object a line, attributes apart as the contract has them. */
export function ndjsonOf(records: readonly EventRecord[]): string {
  return records.map(({ device, ...event }) => JSON.stringify({ ...event, attributes: { device } })).join('\n') + '\n'
}

/** The records as a Parquet file that DuckDB wrote: times as points in time, values as doubles. */
export async function parquetOf(records: readonly EventRecord[], options = 'compression zstd'): Promise<Buffer> {
  const columns =
    "{event_id: 'varchar', user_id: 'varchar', variant_id: 'varchar', event_type: 'varchar', value: 'double', timestamp: 'timestamptz', device: 'varchar'}"
  return parquetFromJson(records, columns, '*', options)
}

/**
 * Objects as a Parquet file that DuckDB wrote.
 *
 * @param columns names and types by which the objects are read, as DuckDB writes a struct
 * @param select what is written, as a list of SQL
 * @param options of DuckDB's COPY, beside the format
 */
export async function parquetFromJson(
  objects: readonly object[],
  columns: string,
  select: string,
  options: string,
): Promise<Buffer> {
  const folder = await newFolder()
  try {
    const [from, to] = [join(folder, 'in.ndjson'), join(folder, 'out.parquet')]
    await writeFile(from, objects.map((one) => JSON.stringify(one)).join('\n'))
    const source = `read_json(${quoted(from)}, format = 'newline_delimited', columns = ${columns})`
    await askDuckDb(`copy (select ${select} from ${source}) to ${quoted(to)} (format parquet, ${options})`)
    return await readFile(to)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Writer = (records: readonly EventRecord[]) => BlobPart | Promise<BlobPart>

/** Ways to write the same records, by the name of a file. */
export const eventWriters: Record<string, Writer> = {
  'events.csv': (records) => delimited(records),
  'events.tsv': (records) => delimited(records, '\t'),
  'events.csv.gz': (records) => gzipSync(delimited(records)),
  'events.csv.zst': (records) => zstdCompressSync(delimited(records)),
  'events.ndjson': ndjsonOf,
  'events.ndjson.zst': (records) => zstdCompressSync(ndjsonOf(records)),
  'events.json': (records) => JSON.stringify(records),
  'events.parquet': async (records) => (await parquetOf(records)) as BlobPart,
}
