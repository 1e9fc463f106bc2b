import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@fairlift/db/embedded'
import pg from 'pg'

/** A PostgreSQL of a test's own, for servers that are given one. */
export interface TestDatabase {
  url: string
  /** Rows of one statement. */
  query<Row>(statement: string, values?: unknown[]): Promise<Row[]>
  /** Stops it; the data stay. */
  stop(): Promise<void>
  /** Starts it again, under the same address. */
  start(): Promise<void>
  /** Stops it and removes its data. May be called twice. */
  remove(): Promise<void>
}

export async function startDatabase(): Promise<TestDatabase> {
  const folder = await mkdtemp(join(tmpdir(), `fairlift-test-${process.pid}-`))
  const dataDir = join(folder, 'postgres')
  let postgres = await startEmbeddedPostgres({ dataDir })
  const { connectionString: url, port } = postgres
  return {
    url,
    async query<Row>(statement: string, values: unknown[] = []) {
      const client = new pg.Client({ connectionString: url })
      client.on('error', () => undefined)
      await client.connect()
      try {
        return (await client.query(statement, values)).rows as Row[]
      } finally {
        await client.end()
      }
    },
    stop: () => postgres.stop(),
    async start() {
      postgres = await startEmbeddedPostgres({ dataDir, port })
    },
    async remove() {
      await postgres.stop()
      await rm(folder, { recursive: true, force: true, maxRetries: 10 })
    },
  }
}
