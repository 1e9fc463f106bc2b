import { open, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedPostgresError, useOwnServer } from './embedded-postgres-error.ts'
import { isAlive } from './process-identity.ts'

/** Who has the data folder, as far as the file beside the lock tells: for messages and patience, not for safety. */
export interface FolderHolder {
  /** The process that asked for the server. */
  starterPid: number
  /** The process that keeps the server for it and holds the lock. */
  keeperPid: number
  /** The server, once it has been started. */
  serverPid?: number
  state: 'starting' | 'running' | 'stopping'
}

/** How long a holder whose starter has just been killed may take to notice. */
const noticeMs = 1_500
/** How long a server may take to shut down before a start gives up waiting for its folder. */
const shutdownMs = 40_000
const retryMs = 50
/** SQLite's `SQLITE_BUSY`: another process has the lock. */
const sqliteBusy = 5

/**
 * The exclusive right to a data folder, held until the process ends, whichever way it ends.
 *
 * The operating system's file locks do that (no stale lock, no process number used twice, right across containers
 * that share the folder), and Node offers them through SQLite only: an open exclusive transaction on an empty file.
 */
export class FolderLock {
  readonly #recordPath: string
  readonly #lock: DatabaseSync
  /** Who had the folder last, when it was not left in order. */
  readonly previous: FolderHolder | undefined

  private constructor(recordPath: string, lock: DatabaseSync, previous: FolderHolder | undefined) {
    this.#recordPath = recordPath
    this.#lock = lock
    this.previous = previous
  }

  /**
   * Takes the folder, waiting for a holder that is on its way out.
   *
   * @throws EmbeddedPostgresError `FOLDER_IN_USE` when a live process has it.
   */
  static async acquire(dataDir: string, signal: AbortSignal): Promise<FolderLock> {
    const lockPath = join(dataDir, 'keeper.lock')
    const recordPath = join(dataDir, 'keeper.json')
    const startedAt = performance.now()
    for (;;) {
      const lock = await tryLock(lockPath)
      const holder = await readHolder(recordPath)
      if (lock !== undefined) return new FolderLock(recordPath, lock, holder)
      const leaving = holder !== undefined && (holder.state === 'stopping' || !isAlive(holder.starterPid))
      if (performance.now() - startedAt > (leaving ? shutdownMs : noticeMs)) throw folderInUse(dataDir, holder)
      await delay(retryMs, undefined, { signal })
    }
  }

  /** Says who has the folder and what is going on in it. */
  async record(holder: FolderHolder): Promise<void> {
    // Renamed into place: a reader sees a whole record or the one before.
    await writeFile(`${this.#recordPath}.new`, JSON.stringify(holder), { mode: 0o600 })
    await rename(`${this.#recordPath}.new`, this.#recordPath)
  }

  release(): void {
    this.#lock.close()
  }
}

async function tryLock(path: string): Promise<DatabaseSync | undefined> {
  await (await open(path, 'a', 0o600)).close()
  const database = new DatabaseSync(path)
  try {
    // Without a journal file: nothing is ever written, so there is nothing to roll back.
    database.exec('PRAGMA journal_mode = MEMORY')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return undefined
    throw new EmbeddedPostgresError(
      'FOLDER_NOT_WRITABLE',
      `${path} cannot be locked (${error instanceof Error ? error.message : String(error)}): the file system of the ` +
        `database's data folder must support file locks. Choose a folder on a local disk, ${useOwnServer}.`,
      { path },
      { cause: error },
    )
  }
}

async function readHolder(path: string): Promise<FolderHolder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as FolderHolder
  } catch {
    return undefined
  }
}

function folderInUse(dataDir: string, holder: FolderHolder | undefined): EmbeddedPostgresError {
  const pid = holder?.state === 'stopping' ? holder.keeperPid : holder?.starterPid
  return new EmbeddedPostgresError(
    'FOLDER_IN_USE',
    `The database's data folder ${dataDir} is in use by ${pid === undefined ? 'another process' : `process ${pid}`}. ` +
      `Stop that process, choose another folder, ${useOwnServer}.`,
    { dataDir, ...(pid === undefined ? {} : { pid }) },
  )
}
