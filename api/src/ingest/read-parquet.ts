import pl from 'nodejs-polars'
import { column, withColumn, type Frame } from '../engine/polars/frame.ts'
import { FileError } from './contract.ts'
import { parquetColumns, type ParquetColumn } from './parquet-columns.ts'
import type { ParquetScanner } from './parquet-scanner.ts'
import { ROW, type RawChunk } from './raw-chunk.ts'
import { JSON_ATTRIBUTE_PREFIX } from './json-columns.ts'
import { refuseIntervals } from './refuse-intervals.ts'
import { trimmed } from './text-columns.ts'

/** Rows and columns of a Parquet file. */
export interface ParquetShape {
  rows: number
  columns: ParquetColumn[]
  /** The attributes are a map: their entries are found row by row. */
  hasMap: boolean
}

/** @throws FileError CORRUPT_FILE, UNREADABLE_COLUMN */
export async function parquetShape(path: string): Promise<ParquetShape> {
  await refuseIntervals(path)
  return readable(async () => {
    const scan = pl.scanParquet(path)
    const count = await scan.select(pl.len().alias('n')).collect()
    return { rows: Number(count.getColumn('n').get(0)), ...(await parquetColumns(scan)) }
  })
}

/**
 * Reads a Parquet file in pieces of rows, with the columns asked for, and says what share of the rows has been read.
 *
 * @throws FileError CORRUPT_FILE, UNREADABLE_COLUMN
 */
export async function* readParquet(
  path: string,
  names: string[],
  chunkRows: number,
  scanner: ParquetScanner | null = null,
): AsyncGenerator<{ chunk: RawChunk; share: number }> {
  const { rows: totalRows, columns, hasMap } = await parquetShape(path)
  const wanted = columns.filter(({ name }) => names.includes(name))
  const unreadable = wanted.find(({ values }) => values === null)
  if (unreadable !== undefined) throw unreadableColumn(unreadable.name)
  const isEntry = ({ name }: ParquetColumn): boolean => hasMap && name.startsWith(JSON_ATTRIBUTE_PREFIX)
  const entries = wanted.filter(isEntry).map(({ name }) => name)
  const selected = wanted.filter((one) => !isEntry(one)).map(({ name, values }) => values!.alias(name))
  if (entries.length > 0) selected.push(pl.col('attributes'))
  for (let offset = 0; offset < totalRows; offset += chunkRows) {
    const scan = pl
      .scanParquet(path)
      .slice(offset, chunkRows)
      .select(...selected)
    let frame = (await readable(() => scan.collect())) as Frame
    if (entries.length > 0) frame = withMapEntries(frame, entries)
    const rows = frame.height
    const whole = (): RawChunk => frameChunk(numbered(frame, offset))
    yield { chunk: scanner?.scan(frame, offset, whole) ?? whole(), share: (offset + rows) / totalRows }
  }
}

/** Adds the numbers of the rows. */
export function numbered(frame: Frame, rowsBefore: number): Frame {
  const numbers = Uint32Array.from({ length: frame.height }, (_, index) => rowsBefore + index + 1)
  return withColumn(frame, column(ROW, numbers, pl.UInt32))
}

function frameChunk(frame: Frame): RawChunk {
  return { scan: null, frame: trimmed(frame), rejections: [], rows: frame.height }
}

/** Takes a map apart. Row by row: it is rare, and Polars has no operation for it. */
function withMapEntries(frame: Frame, names: string[]): Frame {
  const texts = new Map(names.map((name) => [name, new Array<string | null>(frame.height).fill(null)]))
  const maps = frame.select('attributes').toRecords() as { attributes: { key: unknown; value: unknown }[] | null }[]
  maps.forEach(({ attributes }, row) => {
    for (const { key, value } of attributes ?? []) {
      const values = texts.get(`${JSON_ATTRIBUTE_PREFIX}${String(key)}`)
      if (values !== undefined && value != null) values[row] = plainText(value, String(key))
    }
  })
  const columns = [...texts].map(([name, values]) => column(name, values, pl.Utf8))
  return columns.reduce((all, one) => withColumn(all, one), frame.drop('attributes') as Frame)
}

function plainText(value: unknown, key: string): string {
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'object') throw unreadableColumn(`${JSON_ATTRIBUTE_PREFIX}${key}`)
  return String(value)
}

function unreadableColumn(name: string): FileError {
  return new FileError(
    'UNREADABLE_COLUMN',
    `The column "${name}" holds lists, objects or bytes that are no text. Write plain values, or upload with a mapping whose \`attributes\` name the columns to keep.`,
    { column: name },
  )
}

async function readable<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (cause) {
    throw new FileError('CORRUPT_FILE', `The Parquet file is damaged or not complete: ${(cause as Error).message}`, {
      cause,
    })
  }
}
