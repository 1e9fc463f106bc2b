import { copyFile, link, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pLimit from 'p-limit'
import { removeAbandoned } from '../abandoned-files.ts'
import { FileSink } from '../file-sink.ts'
import { markedName } from '../process-mark.ts'

/** An object that is wanted as a file. */
export interface WantedFile {
  /** Of these very bytes: other bytes have another name. */
  name: string
  sizeBytes: number
  /** Gives the bytes, and fails when they arrive otherwise than they are stored. */
  download(): AsyncIterable<Buffer>
  /** Whether a file has these bytes. */
  isIntact(path: string): Promise<boolean>
}

/** A download, and where its file is wanted. */
interface Flight {
  targets: string[]
  done: Promise<void>
}

interface KeptFile {
  name: string
  sizeBytes: number
  usedAt: number
  isInUse: boolean
}

/** Files that are fetched at once: more would not be quicker. */
const MOST_DOWNLOADS = 8

/**
 * Files of buckets on the disk: as many as may be, those that were used last.
 *
 * A job is given a hard link in its own folder. What it works on is therefore there until its folder is gone, whatever
 * this or another process removes meanwhile, and a process that dies leaves nothing but its folder. A file with a second
 * link is in use: to remove it would free nothing, so others go in its place. Processes that share the folder need no
 * lock: a file gets its name, by a link, when all of its bytes are on the disk, and two who fetch the same end with the
 * same.
 */
export class FileCache {
  readonly #kept: string
  readonly #temporary: string
  readonly #limitBytes: number
  readonly #flights = new Map<string, Flight>()
  readonly #limit = pLimit(MOST_DOWNLOADS)
  /** Files that this process has fetched or looked through. */
  readonly #trusted = new Set<string>()
  #makingRoom: Promise<unknown> = Promise.resolve()

  /** @param limitBytes what is kept at most. A file that finds no room beside those in use is not kept after its use */
  constructor(folder: string, limitBytes: number) {
    this.#kept = join(folder, 'kept')
    this.#temporary = join(folder, 'temporary')
    this.#limitBytes = limitBytes
  }

  /** Puts the file there, on the same disk. Nothing happens when it is there already. */
  async place(wanted: WantedFile, target: string): Promise<void> {
    if (await exists(target)) return
    await mkdir(dirname(target), { recursive: true })
    if (await this.#linkKept(wanted, target)) return
    let flight = this.#flights.get(wanted.name)
    if (flight === undefined) {
      const targets: string[] = []
      flight = { targets, done: this.#limit(() => this.#fetch(wanted, targets)) }
      this.#flights.set(wanted.name, flight)
    }
    flight.targets.push(target)
    await flight.done
  }

  /** Removes the files of an object that is gone. */
  async forget(prefix: string): Promise<void> {
    const names = await readdir(this.#kept).catch(() => [])
    await Promise.all(names.filter((name) => name.startsWith(prefix)).map((name) => this.#drop(name)))
  }

  /** Removes what processes left that did not live to finish, and what is too much. Called before the first use. */
  async sweep(): Promise<void> {
    await removeAbandoned(this.#temporary)
    const files = await this.#files()
    await this.#evict(files, sizeOf(files) - this.#limitBytes)
  }

  /** Removes what the dead left, and what nobody has used since a time. Returns how much it was. */
  async sweepWhileWorking(before: Date): Promise<number> {
    const old = (await this.#files()).filter(({ usedAt }) => usedAt < before.getTime())
    for (const { name } of old) await this.#drop(name)
    return old.length + (await removeAbandoned(this.#temporary, before))
  }

  /** Links a file that is kept; false when it is not, or is not what it was. */
  async #linkKept(wanted: WantedFile, target: string): Promise<boolean> {
    const kept = join(this.#kept, wanted.name)
    if (!(await linkTo(kept, target))) return false
    // Another process may have kept it, or one before a crash.
    const isSound =
      (await stat(target)).size === wanted.sizeBytes &&
      (this.#trusted.has(wanted.name) || (await wanted.isIntact(target)))
    if (!isSound) {
      await rm(target, { force: true })
      await this.#drop(wanted.name)
      return false
    }
    this.#trusted.add(wanted.name)
    const now = new Date()
    // Who uses it last is removed last. It may have been removed just now.
    await utimes(kept, now, now).catch(() => undefined)
    return true
  }

  async #fetch(wanted: WantedFile, targets: string[]): Promise<void> {
    let path: string | null = null
    try {
      const reserved = await this.#reserve(wanted.sizeBytes)
      path = reserved ?? join(dirname(targets[0]!), markedName())
      await write(path, wanted)
      if (reserved !== null) {
        await linkTo(path, join(this.#kept, wanted.name))
        this.#trusted.add(wanted.name)
      }
      // More may want it while it is linked.
      for (let target = targets.shift(); target !== undefined; target = targets.shift()) await linkTo(path, target)
    } finally {
      this.#flights.delete(wanted.name)
      if (path !== null) await rm(path, { force: true })
    }
  }

  /** A file for bytes that will be kept, as large as they are; null when there is no room for them. One after the other. */
  #reserve(sizeBytes: number): Promise<string | null> {
    const reserving = this.#makingRoom.then(async () => {
      if (!(await this.#makeRoom(sizeBytes))) return null
      await mkdir(this.#temporary, { recursive: true })
      const path = join(this.#temporary, markedName())
      const file = await open(path, 'wx')
      // Others see what it will take, before it does.
      await file.truncate(sizeBytes).finally(() => file.close())
      return path
    })
    this.#makingRoom = reserving.catch(() => undefined)
    return reserving
  }

  /** Makes room for so many bytes, at the cost of what was used longest ago. False, and nothing is lost, when it cannot. */
  async #makeRoom(sizeBytes: number): Promise<boolean> {
    await mkdir(this.#kept, { recursive: true })
    // In this order a file that gets its name meanwhile counts twice. In the other one it would not count at all.
    const coming = await comingBytes(this.#temporary)
    const files = await this.#files()
    const excess = sizeOf(files) + coming + sizeBytes - this.#limitBytes
    if (excess > sizeOf(files.filter(({ isInUse }) => !isInUse))) return false
    await this.#evict(files, excess)
    return true
  }

  async #evict(files: KeptFile[], excess: number): Promise<void> {
    const idle = files.filter(({ isInUse }) => !isInUse).sort((one, other) => one.usedAt - other.usedAt)
    let left = excess
    for (const { name, sizeBytes } of idle) {
      if (left <= 0) return
      await this.#drop(name)
      left -= sizeBytes
    }
  }

  async #files(): Promise<KeptFile[]> {
    const names = await readdir(this.#kept).catch(() => [])
    const files = names.map(async (name): Promise<KeptFile[]> => {
      const found = await stat(join(this.#kept, name)).catch(() => null)
      if (found === null) return []
      return [{ name, sizeBytes: found.size, usedAt: found.mtimeMs, isInUse: found.nlink > 1 }]
    })
    return (await Promise.all(files)).flat()
  }

  async #drop(name: string): Promise<void> {
    this.#trusted.delete(name)
    await rm(join(this.#kept, name), { force: true })
  }
}

function sizeOf(files: KeptFile[]): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** What files that are being fetched take, this process's and others'. One that has a name already is counted by it. */
async function comingBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => [])
  const sizes = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => null)
    return found === null || found.nlink > 1 ? 0 : found.size
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}

async function write(path: string, { sizeBytes, download }: WantedFile): Promise<void> {
  const file = await open(path, (await exists(path)) ? 'r+' : 'wx')
  try {
    const sink = new FileSink(file, 0, null, sizeBytes)
    await pipeline(download(), sink)
    if (sink.position !== sizeBytes) throw new Error(`${sink.position} bytes came of ${sizeBytes}.`)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** False when there is nothing to link, or no folder to link it in. Where the disk knows no links the file is copied. */
async function linkTo(from: string, target: string): Promise<boolean> {
  const copy = join(dirname(target), markedName())
  try {
    await link(from, target).catch(async (error: unknown) => {
      if (['ENOENT', 'EEXIST'].includes(codeOf(error))) throw error
      await copyFile(from, copy)
      await rename(copy, target)
    })
    return true
  } catch (error) {
    await rm(copy, { force: true })
    if (codeOf(error) === 'EEXIST') return true
    if (codeOf(error) === 'ENOENT') return false
    throw error
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ''
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
