import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'

let opened: Promise<DuckDBConnection> | null = null

/**
 * Rows of one statement, asked of DuckDB: another program's Parquet files, and a reader of ours that is not the one that
 * wrote them. Whole numbers of 64 bits come as text.
 */
export async function askDuckDb<Row>(statement: string): Promise<Row[]> {
  opened ??= DuckDBInstance.create(':memory:', { threads: '1' }).then((instance) => instance.connect())
  const connection = await opened
  const answer = await connection.runAndReadAll(statement)
  return answer.getRowObjectsJson() as Row[]
}

/** A text as SQL writes it. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
