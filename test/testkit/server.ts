import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { access, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { builtServer, ensureServerBuilt } from './built-server.ts'
import { newFolder } from './new-folder.ts'
import { placePreparedCluster } from './prepared-cluster.ts'

export interface ServerOptions {
  /** Variables of the server, beside or in place of the kit's own. */
  env?: Record<string, string>
  /** Folder of its data, to start again on what an earlier server left. By default a new one. */
  dataDir?: string
  /** Port to listen on. By default a free one. */
  port?: number
}

/** A server of a test's own, with a database of its own, as a process that can be killed. */
export interface TestServer {
  url: string
  dataDir: string
  /** The API key that it made because this is its first start. Null: it made none. */
  firstApiKey: string | null
  /** Process id of the API. */
  pid: number
  /** Its exit code, or the signal that ended it, once it has ended. */
  ended: Promise<number | string>
  /** What it has written to its standard output and error so far. */
  logs(): string
  /** Ends it in an orderly way and removes its data, unless the folder was given. May be called twice. */
  stop(): Promise<void>
  /** Ends it as a crash would; the data stay until `stop()`. */
  kill(): Promise<void>
}

type Listening = { kind: 'listening'; url: string; firstApiKey: string | null }
type Message = Listening | { kind: 'failed'; message: string }

const root = fileURLToPath(new URL('../..', import.meta.url))
// Far longer than it takes on a busy machine, and short enough for the test's own limit.
const START_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 60_000

/**
 * Starts the API with its worker and an embedded PostgreSQL, compiled from the sources as they are. The process ends by
 * itself when this one ends, however it does: the channel between the two breaks.
 */
export async function startServer({ env = {}, dataDir, port = 0 }: ServerOptions = {}): Promise<TestServer> {
  const [folder] = await Promise.all([dataDir ?? newFolder(), ensureServerBuilt()])
  if (env.DATABASE_URL === undefined && env.DB_HOST === undefined && env.DB_INSTANCE === undefined)
    await placePreparedCluster(join(folder, 'postgres'))
  const child = fork(builtServer, [], {
    cwd: root,
    execArgv: [], // not those of the test runner
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: {
      ...plainEnvironment(),
      // The many servers of a test run load the same code.
      NODE_COMPILE_CACHE: join(tmpdir(), 'compile-cache'),
      DATA_DIR: folder,
      PORT: String(port),
      LOG_LEVEL: 'error',
      ...env,
    },
  })
  const ended = new Promise<number | string>((resolve) =>
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 0)),
  )
  let logs = ''
  child.stdout!.setEncoding('utf8').on('data', (text: string) => (logs += text))
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (logs += text))
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    await endProcess(child, signal)
    await untilDatabaseIsDown(folder)
  }
  const stop = async (): Promise<void> => {
    await end('SIGTERM')
    if (dataDir === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    const { url, firstApiKey } = await listening(child, () => logs)
    const kill = () => end('SIGKILL')
    return { url, firstApiKey, dataDir: folder, pid: child.pid!, ended, logs: () => logs, stop, kill }
  } catch (error) {
    await stop()
    throw error
  }
}

function listening(child: ChildProcess, logs: () => string): Promise<Listening> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => reject(new Error(`The server did not start: ${why}\n${logs()}`))
    const timer = setTimeout(() => fail(`nothing was heard for ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS)
    child.once('error', ({ message }) => fail(message))
    child.once('exit', (code, signal) => fail(`it ended with ${signal ?? code}`))
    child.on('message', (message: Message) => {
      clearTimeout(timer)
      if (message.kind === 'listening') resolve(message)
      else fail(message.message)
    })
  })
}

async function endProcess(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const hasEnded = (): boolean => child.exitCode !== null || child.signalCode !== null
  if (hasEnded() || child.pid === undefined) return
  const exit = once(child, 'exit')
  child.kill(signal)
  await Promise.race([exit, delay(STOP_TIMEOUT_MS, undefined, { ref: false })])
  if (hasEnded()) return
  child.kill('SIGKILL')
  await exit
}

/** A server that was killed leaves its PostgreSQL to a keeper, which ends it a moment later. */
async function untilDatabaseIsDown(dataDir: string): Promise<void> {
  const pidFile = join(dataDir, 'postgres', 'cluster', 'postmaster.pid')
  const giveUpAt = performance.now() + STOP_TIMEOUT_MS
  while (performance.now() < giveUpAt) {
    if (
      !(await access(pidFile).then(
        () => true,
        () => false,
      ))
    )
      return
    await delay(50)
  }
}

/** The variables of this process that are about the machine; those that would point the server elsewhere stay out. */
function plainEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'COMSPEC']
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}
