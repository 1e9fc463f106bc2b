import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { drizzle, migrate, type NodePgDatabase } from './drizzle.ts'
import * as schema from './schema/index.ts'

export type Schema = typeof schema
/** What repositories query with: the pool, or one transaction of it. */
export type Database = NodePgDatabase<Schema> | Transaction
export type Transaction = Parameters<Parameters<NodePgDatabase<Schema>['transaction']>[0]>[0]

export interface DatabaseClient {
  db: NodePgDatabase<Schema>
  pool: pg.Pool
  close(): Promise<void>
}

export interface DatabaseOptions extends pg.PoolConfig {
  /** Called for errors of idle connections, which would otherwise end the process. */
  onError?: (error: Error) => void
}

/** Opens a pool. Nothing connects before the first query. */
export function createDatabase({ onError = () => undefined, ...options }: DatabaseOptions): DatabaseClient {
  const pool = new pg.Pool({ max: 10, application_name: 'fairlift', ...options })
  pool.on('error', onError)
  return { db: drizzle(pool, { schema }), pool, close: () => pool.end() }
}

/** Any fixed number: all processes that migrate one database must agree on it. */
const MIGRATION_LOCK = 7_201_113

/**
 * Brings the database up to the newest schema. Processes that start at once wait for each other: each migration runs
 * once, and a process that finds nothing to do returns at once.
 */
export async function migrateDatabase({ pool }: DatabaseClient): Promise<void> {
  const connection = await pool.connect()
  try {
    await connection.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await migrate(drizzle(connection), {
      migrationsFolder: fileURLToPath(new URL('../migrations', import.meta.url)),
      migrationsSchema: 'public',
      migrationsTable: 'fairlift_migrations',
    })
  } finally {
    await connection.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => undefined)
    connection.release()
  }
}
