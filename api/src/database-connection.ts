import { join } from 'node:path'
import { startEmbeddedPostgres } from '@fairlift/db/embedded'
import type { Env } from './env.ts'
import type { Logger } from './logger.ts'

/** The database that is configured, or the embedded one. */
export async function databaseConnection(env: Env, logger: Logger, stops: (() => Promise<void>)[]) {
  const never = new Promise<null>(() => undefined)
  if (env.DATABASE_URL !== undefined)
    return { connection: { connectionString: env.DATABASE_URL }, reused: true, ended: never }
  if (env.DB_HOST !== undefined || env.DB_INSTANCE !== undefined) {
    const connection = {
      host: env.DB_INSTANCE === undefined ? env.DB_HOST! : `/cloudsql/${env.DB_INSTANCE}`,
      port: env.DB_PORT,
      database: env.DB_NAME,
      user: env.DB_USER,
      ...(env.DB_PASS === undefined ? {} : { password: env.DB_PASS }),
    }
    return { connection, reused: true, ended: never }
  }
  const postgres = await startEmbeddedPostgres({
    dataDir: join(env.DATA_DIR, 'postgres'),
    log: (line) => logger.debug({ postgres: line }, 'embedded PostgreSQL'),
  })
  stops.push(() => postgres.stop())
  return {
    connection: { connectionString: postgres.connectionString },
    reused: postgres.reused,
    ended: postgres.ended.then(({ expected, reason }) =>
      expected ? null : `The embedded PostgreSQL ended: ${reason}`,
    ),
  }
}
