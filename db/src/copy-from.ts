import { pipeline } from 'node:stream/promises'
import type { Readable } from 'node:stream'
import type pg from 'pg'
import { from } from 'pg-copy-streams'

/**
 * Streams rows in COPY's text format into a table, as part of the transaction that the connection is in. Returns how
 * many there were.
 */
export async function copyFrom(
  connection: pg.PoolClient,
  table: string,
  columns: readonly string[],
  text: Readable,
): Promise<number> {
  const names = columns.map((name) => `"${name}"`).join(', ')
  const copy = connection.query(from(`copy "${table}" (${names}) from stdin`))
  await pipeline(text, copy)
  return copy.rowCount
}
