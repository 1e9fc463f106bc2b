import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, open, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFull, EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'
import { postgresMajor } from './program.ts'
import { explainSpawnError, giveTo, type ServerUser, spawnAs } from './server-user.ts'

/** The role and the database of the application: the owner of its database, not a superuser, as in the cloud. */
export const applicationName = 'fairlift'

const passwordFile = 'password'

/** Where things are, and as whom PostgreSQL runs. */
export interface ClusterPlace {
  dataDir: string
  /** The folder PostgreSQL itself owns (its PGDATA). */
  cluster: string
  program: string
  user: ServerUser
}

/**
 * Whether a cluster is there that this PostgreSQL can open.
 *
 * @throws EmbeddedPostgresError `OTHER_MAJOR_VERSION`; `CANNOT_CREATE` when something else is in its place.
 */
export async function clusterExists(dataDir: string, cluster: string): Promise<boolean> {
  const version = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(absent)
  if (version?.trim() === postgresMajor) return true
  if (version !== undefined)
    throw new EmbeddedPostgresError(
      'OTHER_MAJOR_VERSION',
      `The database in ${cluster} was created by PostgreSQL ${version.trim()}, and this is PostgreSQL ` +
        `${postgresMajor}, which cannot open it. Move its content with pg_dump and pg_restore of the old version, ` +
        `choose another folder, ${useOwnServer}.`,
      { dataDir, found: version.trim(), expected: postgresMajor },
    )
  const content = await readdir(cluster).catch(absent)
  if (content === undefined || content.length === 0) return false
  throw new EmbeddedPostgresError(
    'CANNOT_CREATE',
    `${cluster} is not empty and is not a PostgreSQL cluster (it has no file PG_VERSION). ` +
      `Move it away, choose another folder, ${useOwnServer}.`,
    { dataDir },
  )
}

/** The application's password, when the folder has one. */
export async function readPassword(dataDir: string): Promise<string | undefined> {
  const password = await readFile(join(dataDir, passwordFile), 'utf8').catch(absent)
  return password?.trim() || undefined
}

/** A new password: base64url needs no quoting in SQL and none in a connection string. */
export function newPassword(): string {
  return randomBytes(24).toString('base64url')
}

/**
 * Keeps the application's password, for the owner of this process alone. Call it when the cluster has the password: a
 * cluster without a password file gets a new one at the next start, a file that is wrong would stay wrong.
 */
export async function keepPassword(dataDir: string, password: string): Promise<void> {
  const path = join(dataDir, passwordFile)
  await writeFile(`${path}.new`, `${password}\n`, { mode: 0o600, flush: true })
  await rename(`${path}.new`, path)
}

/** Removes what creating a cluster left behind when it was interrupted. */
export async function removeUnfinished(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir))
    if (/^(new|probe)-/.test(name))
      // What cannot be removed, because a killed program is still at it, is removed at the next start.
      await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => {})
}

/**
 * Creates the cluster with the application's role and database. It appears under its name when it is complete: an
 * interrupted start leaves nothing that looks like a database.
 *
 * @throws EmbeddedPostgresError `CANNOT_CREATE`, `DISK_FULL`.
 */
export async function createCluster(place: ClusterPlace, password: string, signal: AbortSignal): Promise<void> {
  const { dataDir, cluster, user } = place
  const workDir = await mkdtemp(join(dataDir, 'new-'))
  const superuserPasswordFile = join(workDir, 'superuser-password')
  const newCluster = join(workDir, 'cluster')
  await mkdir(newCluster)
  // Thrown away at once: nobody logs in as the superuser.
  await writeFile(superuserPasswordFile, newPassword(), { mode: 0o600 })
  await giveTo(user, workDir)

  const options = ['--username=postgres', `--pwfile=${superuserPasswordFile}`, '--auth=scram-sha-256']
  // PostgreSQL's own C.UTF-8: text is compared the same way whatever libraries the system has.
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  await run(place, 'initdb', [`--pgdata=${newCluster}`, ...options, ...locale, '--no-instructions'], signal)
  await runOffline({ ...place, cluster: newCluster }, signal, [
    `CREATE ROLE ${applicationName} LOGIN CREATEDB PASSWORD '${password}'`,
    `CREATE DATABASE ${applicationName} OWNER ${applicationName}`,
  ])
  await rmdir(cluster).catch(absent)
  await rename(newCluster, cluster)
  await flushFolder(dataDir)
  await rm(workDir, { recursive: true })
}

/** Gives the application's role a new password, for a folder whose password file is gone. */
export async function resetPassword(place: ClusterPlace, password: string, signal: AbortSignal): Promise<void> {
  await runOffline(place, signal, [`ALTER ROLE ${applicationName} PASSWORD '${password}'`])
}

/** Executes statements, one a line, in a cluster that has no running server. */
async function runOffline(place: ClusterPlace, signal: AbortSignal, statements: readonly string[]): Promise<void> {
  // Statements hold a password: when one fails, its text must not get into a message.
  const settings = ['-c', 'exit_on_error=on', '-c', 'log_min_error_statement=panic']
  const input = `${statements.join('\n')}\n`
  await run(place, 'postgres', ['--single', '-D', place.cluster, ...settings, 'postgres'], signal, input)
}

async function run(
  { dataDir, program, user }: ClusterPlace,
  name: 'initdb' | 'postgres',
  args: readonly string[],
  signal: AbortSignal,
  input = '',
): Promise<void> {
  signal.throwIfAborted()
  const child = spawnAs(user, join(program, 'bin', name), args, { cwd: dataDir, stdio: 'pipe' })
  const abort = () => child.kill('SIGTERM')
  signal.addEventListener('abort', abort)
  let output = ''
  child.stdout?.on('data', (data: Buffer) => (output += data.toString()))
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
  // A program that ends early closes its input; its exit code says more than the broken pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const outcome = await new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(explainSpawnError(error)))
    child.once('close', (code, reason) => resolve(code === null ? `signal ${reason}` : `exit code ${code}`))
  })
  signal.removeEventListener('abort', abort)
  signal.throwIfAborted()
  if (outcome === 'exit code 0') return
  if (output.includes('No space left on device')) throw diskFull(dataDir)
  throw new EmbeddedPostgresError(
    'CANNOT_CREATE',
    `PostgreSQL's ${name} could not prepare the database in ${dataDir} (${outcome}): ${output.trim().slice(-2000)}\n` +
      `Correct what it names, choose another folder, ${useOwnServer}.`,
    { dataDir, outcome },
  )
}

/** For a file that need not be there; that it cannot be read is an error. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

/** Makes a rename durable; Windows has no such operation and needs none. */
async function flushFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync()
  await folder.close()
}
