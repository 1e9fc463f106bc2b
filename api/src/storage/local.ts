import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { copyFile, link, mkdir, open, readdir, rm, stat, unlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { FileSink, TooManyBytesError } from './file-sink.ts'
import {
  ObjectExistsError,
  ObjectMissingError,
  ObjectTooLargeError,
  requireKey,
  type ByteSpan,
  type ListedObject,
  type ObjectStore,
  type StoredObject,
} from './object-store.ts'
import { removeAbandoned } from './abandoned-files.ts'
import { markedName } from './process-mark.ts'

/**
 * Objects as files in a folder. A file gets its name only when all of its bytes are on the disk, by a link that fails
 * when the name is taken: a crash leaves a file in the temporary folder and never half an object.
 */
export class LocalObjectStore implements ObjectStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    { limitBytes = Infinity }: { limitBytes?: number } = {},
  ): Promise<StoredObject & { sha256: string }> {
    const temporary = await this.#temporaryPath(key)
    const hash = createHash('sha256')
    let sizeBytes: number
    try {
      const file = await open(temporary, 'wx')
      try {
        const sink = new FileSink(file, 0, hash, limitBytes)
        await pipeline(source, sink)
        sizeBytes = sink.position
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#name(temporary, key)
    } catch (error) {
      throw error instanceof TooManyBytesError ? new ObjectTooLargeError(key, limitBytes) : error
    } finally {
      await rm(temporary, { force: true })
    }
    return { key, sizeBytes, sha256: hash.digest('hex') }
  }

  async putFile(key: string, path: string): Promise<StoredObject> {
    const temporary = await this.#temporaryPath(key)
    try {
      // A link costs nothing where both are on one disk; elsewhere the bytes are copied.
      await link(path, temporary).catch(() => copyFile(path, temporary))
      // It counts as stored from now on, however long ago it was made: what is old and unreferenced is swept.
      const now = new Date()
      await utimes(temporary, now, now)
      const file = await open(temporary, 'r')
      try {
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#name(temporary, key)
    } finally {
      await rm(temporary, { force: true })
    }
    return { key, sizeBytes: (await stat(this.#path(key))).size }
  }

  async read(key: string, span?: ByteSpan): Promise<AsyncIterable<Buffer>> {
    const path = await this.localFile(key)
    return span === undefined ? createReadStream(path) : createReadStream(path, { start: span.first, end: span.last })
  }

  /** The stored file itself, which stays where it is. */
  async localFile(key: string): Promise<string> {
    if ((await this.stat(key)) === null) throw new ObjectMissingError(key)
    return this.#path(key)
  }

  /** A folder has no address: this server gives its files itself. */
  async readUrl(): Promise<null> {
    return null
  }

  async stat(key: string): Promise<StoredObject | null> {
    const found = await ifThere(stat(this.#path(key)))
    return found === null ? null : { key, sizeBytes: found.size }
  }

  async delete(key: string): Promise<void> {
    await rm(this.#path(key), { force: true })
  }

  list(prefix: string): AsyncIterable<ListedObject> {
    return this.#listFolder('', prefix)
  }

  /** One folder after the other, so that a large store is never held as a list. */
  async *#listFolder(folder: string, prefix: string): AsyncGenerator<ListedObject> {
    const path = join(this.#folder, 'objects', folder)
    const entries = await ifThere(readdir(path, { withFileTypes: true }))
    // As keys are ordered: a folder's name counts with the slash that follows it.
    const names = (entries ?? []).map((entry) => `${entry.name}${entry.isDirectory() ? '/' : ''}`).sort()
    for (const name of names) {
      const key = `${folder}${name}`
      if (name.endsWith('/')) {
        if (key.startsWith(prefix) || prefix.startsWith(key)) yield* this.#listFolder(key, prefix)
      } else if (key.startsWith(prefix)) {
        const found = await ifThere(stat(join(path, name)))
        if (found !== null) yield { key, sizeBytes: found.size, modifiedAt: found.mtime }
      }
    }
  }

  /** Removes what processes left that did not live to finish or to clear it away. Called before the first use. */
  async sweep(): Promise<void> {
    await removeAbandoned(join(this.#folder, 'temporary'))
  }

  /** As `sweep`, while this process works, and with what unknown machines left before a time. Returns how much it was. */
  sweepWhileWorking(before: Date): Promise<number> {
    return removeAbandoned(join(this.#folder, 'temporary'), before)
  }

  #path(key: string): string {
    requireKey(key)
    return join(this.#folder, 'objects', ...key.split('/'))
  }

  async #temporaryPath(key: string): Promise<string> {
    requireKey(key)
    const folder = join(this.#folder, 'temporary')
    await mkdir(folder, { recursive: true })
    return join(folder, markedName())
  }

  async #name(temporary: string, key: string): Promise<void> {
    const path = this.#path(key)
    await mkdir(dirname(path), { recursive: true })
    try {
      await link(temporary, path)
    } catch (error) {
      if (isCode(error, 'EEXIST')) throw new ObjectExistsError(key)
      throw error
    }
    await unlink(temporary)
    await syncFolder(dirname(path))
  }
}

/** Makes a new name in a folder survive a power cut. Systems that cannot do this for folders do without. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null)
  if (handle === null) return
  try {
    await handle.sync()
  } catch {
    return
  } finally {
    await handle.close()
  }
}

/** What a look at a file gives; null when the file is gone. */
async function ifThere<Found>(look: Promise<Found>): Promise<Found | null> {
  try {
    return await look
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code
}
