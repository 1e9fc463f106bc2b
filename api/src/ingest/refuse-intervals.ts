import { asyncBufferFromFile, parquetMetadataAsync, parquetSchema, type SchemaTree } from 'hyparquet'
import { FileError } from './contract.ts'

/**
 * Refuses a Parquet file with intervals, whatever the mapping takes of it: Polars does not raise an error on them, it ends
 * the process. Files that cannot be read are left to it, which says what is wrong with them.
 *
 * @throws FileError UNREADABLE_COLUMN
 */
export async function refuseIntervals(path: string): Promise<void> {
  const schema = await schemaOf(path)
  const column = schema?.children.find(holdsIntervals)
  if (column === undefined) return
  const { name } = column.element
  throw new FileError(
    'UNREADABLE_COLUMN',
    `The column "${name}" holds intervals of time, which cannot be read. Write the file without it, or with numbers (of seconds, say) in their place.`,
    { column: name },
  )
}

async function schemaOf(path: string): Promise<SchemaTree | null> {
  try {
    return parquetSchema(await parquetMetadataAsync(await asyncBufferFromFile(path)))
  } catch {
    return null
  }
}

function holdsIntervals({ element, children }: SchemaTree): boolean {
  return element.converted_type === 'INTERVAL' || children.some(holdsIntervals)
}
