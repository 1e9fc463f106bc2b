import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startEmbeddedPostgres } from '@fairlift/db/embedded'
import pg from 'pg'
import { newFolder } from './new-folder.ts'
import { placePreparedCluster } from './prepared-cluster.ts'
import { until } from './until.ts'

/** A PostgreSQL of a test's own, migrated, for servers that are given one. */
export interface TestDatabase {
  url: string
  /** Rows of one statement. */
  query<Row>(statement: string, values?: unknown[]): Promise<Row[]>
  /**
   * Runs a statement that takes locks, and keeps them until the function it gives is called: whoever needs them stands
   * still there. The function may be called twice.
   */
  hold(statement: string, values?: unknown[]): Promise<() => Promise<void>>
  /** Waits until so many statements that hold these words wait for a lock. */
  untilBlocked(words: string, count?: number): Promise<void>
  /** Stops it; the data stay. */
  stop(): Promise<void>
  /** Starts it again, under the same address. */
  start(): Promise<void>
  /** Stops it and removes its data. May be called twice. */
  remove(): Promise<void>
}

export async function startDatabase(): Promise<TestDatabase> {
  const folder = await newFolder()
  const dataDir = join(folder, 'postgres')
  await placePreparedCluster(dataDir)
  let postgres = await startEmbeddedPostgres({ dataDir })
  const { connectionString: url, port } = postgres
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url })
    client.on('error', () => undefined)
    await client.connect()
    return client
  }
  const query = async <Row>(statement: string, values: unknown[] = []): Promise<Row[]> => {
    const client = await connect()
    try {
      return (await client.query(statement, values)).rows as Row[]
    } finally {
      await client.end()
    }
  }
  return {
    url,
    query,
    async hold(statement, values = []) {
      const client = await connect()
      await client.query('begin')
      await client.query(statement, values)
      return () => client.end()
    },
    async untilBlocked(words, count = 1) {
      const waiting = "select pid from pg_stat_activity where wait_event_type = 'Lock' and query ilike $1"
      await until(`"${words}" waits for a lock`, async () => (await query(waiting, [`%${words}%`])).length >= count)
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
