import pl from 'nodejs-polars'
import { column, withColumn, type Frame } from '../engine/polars/frame.ts'
import { FileError } from './contract.ts'
import { ROW, type RawChunk } from './raw-chunk.ts'
import { JSON_ATTRIBUTE_PREFIX } from './read-json.ts'
import { trimmed } from './text-columns.ts'

/** Rows and columns of a Parquet file, from its footer. Nested columns other than `attributes` are left out. */
export interface ParquetShape {
  rows: number
  header: string[]
}

export async function parquetShape(path: string): Promise<ParquetShape> {
  const scan = pl.scanParquet(path)
  const [count, head] = await readable(async () => [
    await scan.select(pl.len().alias('n')).collect(),
    await scan.limit(0).collect(),
  ])
  const header = head.columns.flatMap((name) => {
    const { variant } = head.getColumn(name).dtype
    if (variant === 'Struct' && name === 'attributes') {
      return structFields(head as Frame).map((entry) => `${JSON_ATTRIBUTE_PREFIX}${entry}`)
    }
    return variant === 'List' || variant === 'Struct' || variant === 'Object' ? [] : [name]
  })
  return { rows: Number(count.getColumn('n').get(0)), header }
}

/**
 * Reads a Parquet file in pieces of rows, with the columns asked for, and says what share of the rows has been read.
 *
 * @throws FileError CORRUPT_FILE
 */
export async function* readParquet(
  path: string,
  columns: string[],
  chunkRows: number,
): AsyncGenerator<{ chunk: RawChunk; share: number }> {
  const { rows } = await parquetShape(path)
  const own = columns.filter((name) => !name.startsWith(JSON_ATTRIBUTE_PREFIX))
  const nested = columns.length > own.length
  for (let offset = 0; offset < rows; offset += chunkRows) {
    const scan = pl.scanParquet(path).select(...own, ...(nested ? ['attributes'] : []))
    let frame = (await readable(() => scan.slice(offset, chunkRows).collect())) as Frame
    if (nested) frame = unnestAttributes(frame)
    const numbers = Uint32Array.from({ length: frame.height }, (_, index) => offset + index + 1)
    const numbered = withColumn(asText(frame), column(ROW, numbers, pl.UInt32))
    const share = (offset + frame.height) / rows
    yield { chunk: { frame: numbered, rejections: [], rows: frame.height }, share }
  }
}

function unnestAttributes(frame: Frame): Frame {
  const names = structFields(frame)
  const renamed = Object.fromEntries(names.map((name) => [name, `${JSON_ATTRIBUTE_PREFIX}${name}`]))
  const attributes = frame.select('attributes').unnest('attributes').rename(renamed)
  return frame.drop('attributes').hstack(attributes) as Frame
}

function structFields(frame: Frame): string[] {
  return frame.select('attributes').unnest('attributes').columns
}

/** Texts that Parquet stores as bytes or as categories become texts; all are trimmed. */
function asText(frame: Frame): Frame {
  const casts = frame.columns
    .filter((name) => ['Binary', 'Categorical', 'Enum'].includes(frame.getColumn(name).dtype.variant))
    .map((name) => pl.col(name).cast(pl.Utf8, false))
  return trimmed(casts.length === 0 ? frame : (frame.withColumns(...casts) as Frame))
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
