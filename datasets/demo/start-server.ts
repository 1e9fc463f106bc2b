import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { createServer } from 'node:net'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface DemoServer {
  url: string
  /** Whether the data folder is one that an earlier start left. */
  reused: boolean
  /** The API key that the server made because this is its first start: it is not kept anywhere. Null at later ones. */
  firstApiKey: string | null
  dataDir: string
  logFile: string
  /** Set when the port that was asked for was taken, and another is used. */
  takenPort: number | null
  /** Resolves with how it ended when the server has ended, for whatever reason. */
  ended: Promise<number | NodeJS.Signals>
  stop(): Promise<void>
}

type Listening = { kind: 'listening'; url: string; reused: boolean; firstApiKey: string | null }
type Message = Listening | { kind: 'failed'; message: string }

const root = fileURLToPath(new URL('../..', import.meta.url))
const DEFAULT_PORT = 4000

/**
 * Starts the API, the worker and (unless the environment names another) the embedded PostgreSQL as a process of their
 * own. What they log goes to a file in the data folder.
 *
 * @throws Error with what the server said when it did not start
 */
export async function startServer(): Promise<DemoServer> {
  const dataDir = resolve(root, process.env.DATA_DIR || '.fairlift')
  mkdirSync(dataDir, { recursive: true })
  const logFile = resolve(dataDir, 'server.log')
  const wanted = process.env.PORT || String(DEFAULT_PORT)
  const takenPort = /^\d+$/.test(wanted) && (await isTaken(Number(wanted))) ? Number(wanted) : null
  const log = openSync(logFile, 'a')
  const child = fork('api/src/main.ts', [], {
    cwd: root,
    execArgv: ['--conditions=source', '--import', 'tsx'],
    stdio: ['ignore', log, log, 'ipc'],
    // A group of its own: Ctrl-C reaches the demo alone, which then ends the server in order.
    detached: true,
    env: { ...process.env, DATA_DIR: dataDir, PORT: takenPort === null ? wanted : '0' },
  })
  closeSync(log)
  const ended = once(child, 'exit').then(([code, signal]) => (signal ?? code) as number | NodeJS.Signals)
  const { url, reused, firstApiKey } = await listening(child, ended, logFile)
  return {
    url,
    reused,
    firstApiKey,
    dataDir: nameOf(dataDir),
    logFile: nameOf(logFile),
    takenPort,
    ended,
    async stop() {
      if (child.connected) child.disconnect()
      await ended
    },
  }
}

function listening(child: ChildProcess, ended: Promise<number | NodeJS.Signals>, logFile: string): Promise<Listening> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.on('message', (message: Message) => {
      if (message.kind === 'listening') resolve(message)
      else reject(new Error(message.message))
    })
    void ended.then((how) => reject(new Error(`The server ended with ${how}. What it said is in ${nameOf(logFile)}.`)))
  })
}

function isTaken(port: number): Promise<boolean> {
  if (port === 0) return Promise.resolve(false)
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(true))
    probe.listen(port, process.env.HOST || '127.0.0.1', () => probe.close(() => resolve(false)))
  })
}

/** A path as one would type it from the project's folder. */
function nameOf(path: string): string {
  const name = relative(root, path)
  return name.startsWith('..') ? path : name
}
