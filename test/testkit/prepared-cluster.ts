import { cpSync } from 'node:fs'
import { access, chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDatabase, migrateDatabase } from '@fairlift/db'
import { startEmbeddedPostgres } from '@fairlift/db/embedded'
import { newFolder, setup as setUpFolder } from './new-folder.ts'

/** Tells the processes of a test run where the prepared cluster is. */
const VARIABLE = 'TEST_PREPARED_POSTGRES'

/**
 * Puts a PostgreSQL that has been created and migrated into a server's folder, where a test run has prepared one and the
 * folder has none. A server that makes its own is busier with that than with all the rest of its start. How it does is
 * what demo.test.ts, database.test.ts and embedded-postgres-*.test.ts are about: they get no prepared one.
 *
 * @param postgresFolder the data folder of the embedded PostgreSQL
 */
export async function placePreparedCluster(postgresFolder: string): Promise<void> {
  const prepared = process.env[VARIABLE]
  if (prepared === undefined || (await exists(postgresFolder))) return
  await mkdir(postgresFolder, { recursive: true, mode: 0o700 })
  for (const name of ['cluster', 'password'])
    // Node's asynchronous way takes eight times as long for the many small files.
    cpSync(join(prepared, name), join(postgresFolder, name), { recursive: true })
  await chmod(join(postgresFolder, 'cluster'), 0o700) // PostgreSQL insists
}

/** For vitest's `globalSetup`. The cluster is in the run's folder, and goes with it. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  const removeFolder = await setUpFolder()
  if (process.env[VARIABLE] !== undefined) return removeFolder // by another project of this run
  const dataDir = join(await newFolder(), 'postgres')
  const postgres = await startEmbeddedPostgres({ dataDir })
  const client = createDatabase({ connectionString: postgres.connectionString })
  await migrateDatabase(client)
  await client.close()
  await postgres.stop()
  process.env[VARIABLE] = dataDir
  return removeFolder
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
