import { type ChildProcess, spawn } from 'node:child_process'
import { extname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { applicationName } from './embedded/cluster.ts'
import { EmbeddedPostgresError, useOwnServer } from './embedded/embedded-postgres-error.ts'
import type { KeeperMessage } from './embedded/keeper-messages.ts'
import { isServerOf } from './embedded/process-identity.ts'
import { stopServer } from './embedded/server.ts'

export { EmbeddedPostgresError, type EmbeddedPostgresErrorCode } from './embedded/embedded-postgres-error.ts'

export interface EmbeddedPostgresOptions {
  /** The folder of the database; it is created when it does not exist. It belongs to one process at a time. */
  dataDir: string
  /** The TCP port on 127.0.0.1; 0 (the default) takes any free one. */
  port?: number
  /** Told what happens while the server starts, a line at a time. The server's own log is a file in the folder. */
  log?: (line: string) => void
}

/** A running PostgreSQL server that ends with this process at the latest. */
export interface EmbeddedPostgres {
  /** For any PostgreSQL client: the application's role, not a superuser, and the database it owns. */
  connectionString: string
  port: number
  /** The absolute path of the data folder. */
  dataDir: string
  /** Whether the folder held a database already. */
  reused: boolean
  /** Resolves, and never rejects, when the server has ended: `expected` after `stop()`, not when it broke down. */
  ended: Promise<{ expected: boolean; reason: string }>
  /** Ends the sessions, writes everything to disk and stops the server. May be called more than once. */
  stop(): Promise<void>
}

type Ready = Extract<KeeperMessage, { type: 'ready' }>

/**
 * Starts a real PostgreSQL 18 server on a data folder, for when no DATABASE_URL is given. It listens on 127.0.0.1 only,
 * with a random password, and stops when this process ends, whichever way it ends. It does not keep this process alive.
 *
 * @throws RangeError when the port is not an integer from 0 to 65535.
 * @throws EmbeddedPostgresError with a code for each thing that can be in the way: see `EmbeddedPostgresErrorCode`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { port = 0, log = () => {} } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new RangeError(`port must be an integer from 0 to 65535, got ${port}`)
  const dataDir = resolve(options.dataDir)
  const keeper = startKeeper(dataDir, port)
  const ready = await untilReady(keeper, dataDir, log)

  let isStopping = false
  const ended = untilEnded(keeper, ready).then((reason) => ({ expected: isStopping, reason }))
  keeper.stderr?.destroy()
  keeper.channel?.unref()
  keeper.unref()
  return {
    connectionString: `postgresql://${applicationName}:${ready.password}@127.0.0.1:${ready.port}/${applicationName}`,
    port: ready.port,
    dataDir,
    reused: ready.reused,
    ended,
    async stop() {
      isStopping = true
      keeper.ref()
      if (keeper.connected) keeper.disconnect()
      await ended
    },
  }
}

function startKeeper(dataDir: string, port: number): ChildProcess {
  // This file and the keeper's are both TypeScript (development, tests; Node strips the types) or both compiled.
  const keeperFile = fileURLToPath(new URL(`./embedded/keeper${extname(import.meta.url)}`, import.meta.url))
  // A debugger, a loader or the coverage of this process is not for the keeper.
  const env = { ...process.env, NODE_OPTIONS: undefined, NODE_V8_COVERAGE: undefined }
  return spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', keeperFile, dataDir, String(port), String(process.pid)],
    // A session of its own: Ctrl+C in a terminal, or a kill of the process group, must not take the database first.
    { detached: true, stdio: ['ignore', 'ignore', 'pipe', 'ipc'], env, windowsHide: true },
  )
}

function untilReady(keeper: ChildProcess, dataDir: string, log: (line: string) => void): Promise<Ready> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined
    let output = ''
    keeper.stderr?.on('data', (data: Buffer) => (output += data.toString()))
    keeper.on('message', (message: KeeperMessage) => {
      if (message.type === 'log') log(message.line)
      if (message.type === 'ready') resolve(message)
      if (message.type === 'failed')
        failure = new EmbeddedPostgresError(message.code ?? 'CANNOT_START', message.message, message.details)
    })
    keeper.once('error', reject)
    keeper.once('close', (code, signal) =>
      reject(
        failure ??
          new EmbeddedPostgresError(
            'CANNOT_START',
            `The process that keeps the embedded database in ${dataDir} ended before the database was ready ` +
              `(${signal ?? `exit code ${code}`}): ${output.trim().slice(-2000)}\nStart again, ${useOwnServer}.`,
            { dataDir },
          ),
      ),
    )
  })
}

/** Waits for the keeper's end and gives its reason. */
function untilEnded(keeper: ChildProcess, { serverPid, cluster, program }: Ready): Promise<string> {
  return new Promise((resolve) => {
    let reason: string | undefined
    keeper.on('message', (message: KeeperMessage) => {
      if (message.type === 'ended') reason = message.reason
    })
    keeper.once('exit', (code, signal) => {
      if (code === 0) return resolve(reason ?? 'stopped')
      // The keeper was killed: nobody watches over the server any more, so it must not go on.
      void stopServer(program, serverPid, () => isServerOf(cluster, serverPid)).finally(() =>
        resolve(`the process that keeps the database ended (${signal ?? `exit code ${code}`})`),
      )
    })
  })
}
