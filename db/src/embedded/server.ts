import { type ChildProcess, execFile } from 'node:child_process'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { ClusterPlace } from './cluster.ts'
import { diskFull, EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'
import { explainSpawnError, spawnAs } from './server-user.ts'

/** A server that accepts connections. */
export interface Server {
  pid: number
  /** Resolves when the server has ended, with how. */
  ended: Promise<string>
}

/** Above this size (bytes) the log is set aside when a server starts, so that at most two files of it are kept. */
const logCapBytes = 10_000_000
/** How long a server may recover from a crash, which takes as long as the writes since the last checkpoint. */
const startMs = 300_000
/** How long the last processes of a server that was killed may hold its shared memory. */
const remainsMs = 15_000
/**
 * How long a server may take to write what is in memory before it is told to leave without. Seconds are enough for
 * 128 MB; and PostgreSQL 18.4 hangs when it is to shut down while it restarts after the crash of one of its processes.
 */
const fastShutdownMs = 5_000
/** How long a server that is to leave at once may take before it is killed. */
const immediateShutdownMs = 5_000
const pollMs = 20

/**
 * On the command line rather than in the cluster's own file, so that an existing cluster follows when they change here.
 * For a machine with two cores and modest memory that does other work too.
 */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  // No socket file: its path may have 107 bytes at most, and connection strings with a host and a port work everywhere.
  unix_socket_directories: '',
  fsync: 'on',
  full_page_writes: 'on',
  synchronous_commit: 'on',
  shared_buffers: '128MB',
  effective_cache_size: '512MB',
  max_connections: '60',
  // The queries are short; a worker for each part of one costs more than it gains, and needs a large /dev/shm.
  max_parallel_workers_per_gather: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_checkpoints: 'off',
}

/**
 * Starts the server on the cluster and waits until it accepts connections.
 *
 * @param port 1 to 65535.
 * @param onSpawn Told the server's process number as soon as there is one.
 * @throws EmbeddedPostgresError `PORT_IN_USE`, `DISK_FULL`, `UNSUPPORTED_PLATFORM`, `CANNOT_START`.
 */
export async function startServer(
  place: ClusterPlace,
  port: number,
  signal: AbortSignal,
  onSpawn: (pid: number) => Promise<void>,
): Promise<Server> {
  const startedAt = performance.now()
  for (;;) {
    const { output, server } = await tryStart(place, port, signal, onSpawn)
    if (server !== undefined) return server
    signal.throwIfAborted()
    const hasRemains = output.includes('pre-existing shared memory block')
    if (!hasRemains || performance.now() - startedAt > remainsMs) throw explain(place, port, output)
    await delay(500, undefined, { signal })
  }
}

async function tryStart(
  place: ClusterPlace,
  port: number,
  signal: AbortSignal,
  onSpawn: (pid: number) => Promise<void>,
): Promise<{ output: string; server?: Server }> {
  const { dataDir, cluster, program, user } = place
  const logPath = join(dataDir, 'server.log')
  if ((await sizeOf(logPath)) > logCapBytes) await rename(logPath, `${logPath}.old`)
  const logStart = await sizeOf(logPath)

  const args = ['-D', cluster, '-p', String(port)]
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`)
  const log = await open(logPath, 'a', 0o600)
  const child = spawnAs(user, join(program, 'bin', 'postgres'), args, {
    cwd: dataDir,
    stdio: ['ignore', log.fd, log.fd],
  })
  await log.close()
  const ended = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(explainSpawnError(error)))
    child.once('exit', (code, reason) => resolve(code === null ? `signal ${reason}` : `exit code ${code}`))
  })
  const { pid } = child
  if (pid === undefined) throw new Error(`PostgreSQL did not start: ${await ended}`)
  const stop = () => stopServer(program, pid, () => Promise.resolve(hasNotEnded(child)))

  const timeout = AbortSignal.timeout(startMs)
  try {
    await onSpawn(pid)
    while (hasNotEnded(child)) {
      if (await isReady(cluster, pid)) return { output: '', server: { pid, ended } }
      if (signal.aborted || timeout.aborted) await stop()
      else await delay(pollMs)
    }
  } catch (error) {
    await stop()
    throw error
  }
  const text = await readFile(logPath)
  return { output: `${text.subarray(logStart).toString()}\n(${await ended})` }
}

/**
 * Stops a server: its sessions end, what is in memory is written. After some seconds it is told to leave without, which
 * loses nothing that was committed.
 *
 * @param isRunning Whether the server still runs; it decides how long to wait.
 */
export async function stopServer(program: string, pid: number, isRunning: () => Promise<boolean>): Promise<void> {
  const steps = [
    ['SIGINT', fastShutdownMs],
    ['SIGQUIT', immediateShutdownMs],
    ['SIGKILL', immediateShutdownMs],
  ] as const
  for (const [name, timeoutMs] of steps) {
    if (!(await isRunning())) return
    await sendSignal(program, pid, name)
    const startedAt = performance.now()
    while (performance.now() - startedAt < timeoutMs) {
      if (!(await isRunning())) return
      await delay(pollMs)
    }
  }
}

async function sendSignal(program: string, pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): Promise<void> {
  try {
    // On Windows Node would kill the process whichever the signal; PostgreSQL has its own way there.
    if (process.platform === 'win32')
      await promisify(execFile)(join(program, 'bin', 'pg_ctl.exe'), ['kill', name.slice(3), String(pid)])
    else process.kill(pid, name)
  } catch {
    // It has ended by itself.
  }
}

/** PostgreSQL writes "ready" into the eighth line of its lock file when it accepts connections. */
async function isReady(cluster: string, pid: number): Promise<boolean> {
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  return lines[0]?.trim() === String(pid) && lines[7]?.trim() === 'ready'
}

const hasNotEnded = (child: ChildProcess) => child.exitCode === null && child.signalCode === null

const sizeOf = (path: string) =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

function explain({ dataDir, cluster }: ClusterPlace, port: number, output: string): EmbeddedPostgresError {
  if (output.includes('Address already in use')) return portInUse(port)
  if (output.includes('No space left on device')) return diskFull(dataDir)
  return new EmbeddedPostgresError(
    'CANNOT_START',
    `PostgreSQL did not start on ${cluster}: ${output.trim().slice(-2000)}\n` +
      `All of its log is in ${join(dataDir, 'server.log')}. Correct what it names, ${useOwnServer}.`,
    { dataDir },
  )
}

export function portInUse(port: number): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'PORT_IN_USE',
    `Port ${port} of 127.0.0.1, which was asked for as the database's port, is in use by another program. ` +
      `Choose another port, or 0 for any free one, ${useOwnServer}.`,
    { port },
  )
}
