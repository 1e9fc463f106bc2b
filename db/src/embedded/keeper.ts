/**
 * The keeper: a small process of its own between the starter and PostgreSQL, which outlives the starter by a few
 * seconds at most.
 *
 * The starter can die in ways in which it executes nothing any more (SIGKILL, out of memory). Its end of the channel to
 * this process is closed all the same, by the operating system, and that is what ends the server: a wanted stop and
 * every kind of death take the same way. The keeper also holds the folder's lock until the server is gone.
 *
 * Arguments: the data folder, the port (0: any free one), the starter's process number.
 */
import { access, constants, mkdir, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import {
  clusterExists,
  type ClusterPlace,
  createCluster,
  keepPassword,
  newPassword,
  readPassword,
  removeUnfinished,
  resetPassword,
} from './cluster.ts'
import { EmbeddedPostgresError, explainFolderError } from './embedded-postgres-error.ts'
import { type FolderHolder, FolderLock } from './folder-lock.ts'
import type { KeeperMessage } from './keeper-messages.ts'
import { clearLeftoverServer } from './leftover-server.ts'
import { freePort, isPortFree } from './port.ts'
import { findProgram, linkLibraries } from './program.ts'
import { chooseServerUser, giveTo } from './server-user.ts'
import { portInUse, type Server, startServer, stopServer } from './server.ts'

/** How long what is under way when the starter goes may take to come to an end; stopping a server takes up to 15 s. */
const leaveMs = 30_000
/** How often another free port is tried when some other program was faster. */
const portAttempts = 5

const [givenDataDir = '', givenPort = '0', starterPid = ''] = process.argv.slice(2)
const stopping = new AbortController()

process.on('disconnect', () => stopping.abort())
process.on('SIGTERM', () => stopping.abort())
// Ctrl+C and a closed terminal are for the starter: it still needs its database to finish its work.
process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
stopping.signal.addEventListener('abort', () => setTimeout(() => process.exit(1), leaveMs).unref())
// The starter may have died before anybody listened.
if (!process.connected) stopping.abort()

try {
  await keep(givenDataDir, Number(givenPort), stopping.signal)
} catch (error) {
  if (!stopping.signal.aborted) await send(failure(explainFolderError(error, givenDataDir)))
}
process.exit()

async function keep(givenDir: string, port: number, signal: AbortSignal): Promise<void> {
  process.umask(0o022)
  const packaged = findProgram()
  const dataDir = await openFolder(givenDir)
  const lock = await FolderLock.acquire(dataDir, signal)
  const holder: FolderHolder = { starterPid: Number(starterPid), keeperPid: process.pid, state: 'starting' }
  await lock.record(holder)
  signal.addEventListener('abort', () => void lock.record({ ...holder, state: 'stopping' }).catch(() => {}))

  const cluster = join(dataDir, 'cluster')
  await clearLeftoverServer(dataDir, cluster, packaged, lock.previous?.serverPid, log)
  await removeUnfinished(dataDir)
  const program = await linkLibraries(packaged, join(dataDir, 'program'))
  const user = await chooseServerUser(program, dataDir, cluster)
  const place = { dataDir, cluster, program, user }

  const reused = await clusterExists(dataDir, cluster)
  const keptPassword = await readPassword(dataDir)
  const password = keptPassword ?? newPassword()
  log(`${reused ? 'opening' : 'creating'} the database in ${cluster} as ${user.description}`)
  if (!reused) await createCluster(place, password, signal)
  else await giveTo(user, cluster)
  if (reused && keptPassword === undefined) await resetPassword(place, password, signal)
  if (keptPassword === undefined) await keepPassword(dataDir, password)

  const { server, port: chosenPort } = await startOnPort(place, port, signal, (serverPid) => {
    holder.serverPid = serverPid
    return lock.record(holder)
  })
  let reason: string | undefined
  const ended = server.ended.then((how) => (reason = how))
  try {
    holder.state = 'running'
    await lock.record(holder)
    log(`the database is ready on 127.0.0.1:${chosenPort}; its log is ${join(dataDir, 'server.log')}`)
    await send({ type: 'ready', port: chosenPort, password, reused, serverPid: server.pid, cluster, program })
    await Promise.race([ended, untilAborted(signal)])
    if (reason !== undefined) await send({ type: 'ended', reason: `PostgreSQL ended by itself (${reason})` })
  } finally {
    await stopServer(program, server.pid, () => Promise.resolve(reason === undefined))
    lock.release()
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve())
  })
}

async function openFolder(path: string): Promise<string> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK)
  return realpath(path)
}

async function startOnPort(
  place: ClusterPlace,
  port: number,
  signal: AbortSignal,
  onSpawn: (pid: number) => Promise<void>,
): Promise<{ server: Server; port: number }> {
  if (port !== 0) {
    if (!(await isPortFree(port))) throw portInUse(port)
    return { server: await startServer(place, port, signal, onSpawn), port }
  }
  for (let attempt = 1; ; attempt++) {
    const candidate = await freePort()
    try {
      return { server: await startServer(place, candidate, signal, onSpawn), port: candidate }
    } catch (error) {
      const isTaken = error instanceof EmbeddedPostgresError && error.code === 'PORT_IN_USE'
      if (!isTaken || attempt === portAttempts) throw error
      log(`port ${candidate} was taken meanwhile, trying another`)
    }
  }
}

function log(line: string): void {
  void send({ type: 'log', line })
}

/** Resolves when the message is on its way; the starter may be gone, then nobody needs it. */
function send(message: KeeperMessage): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve()
    else process.send(message, undefined, {}, () => resolve())
  })
}

function failure(error: unknown): KeeperMessage {
  if (error instanceof EmbeddedPostgresError)
    return { type: 'failed', code: error.code, message: error.message, details: error.details }
  return {
    type: 'failed',
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    details: {},
  }
}
