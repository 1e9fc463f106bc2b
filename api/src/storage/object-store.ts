/** A stored object. */
export interface StoredObject {
  key: string
  sizeBytes: number
}

/** An object in a list. */
export interface ListedObject extends StoredObject {
  /** When it was stored. */
  modifiedAt: Date
}

/** Bytes of an object, from the first to the last, both included. */
export interface ByteSpan {
  first: number
  last: number
}

/** How an object is given to whoever has its address. */
export interface ReadAs {
  contentType: string
  /** As the header of this name. */
  contentDisposition: string
}

/**
 * Where bytes live: a local folder or buckets, with the same keys. Objects are written once, as a whole, and never
 * changed: a key either holds all of its bytes or nothing.
 *
 * A store that does not answer, or refuses the server, throws AppError STORAGE_UNAVAILABLE from every method.
 */
export interface ObjectStore {
  /**
   * Stores a stream under a key.
   *
   * @param limitBytes more than this ends the write, stores nothing, and throws ObjectTooLargeError
   * @returns size and SHA-256 (hex) of what was stored
   * @throws ObjectExistsError when the key is taken
   */
  put(
    key: string,
    source: AsyncIterable<Uint8Array>,
    options?: { limitBytes?: number },
  ): Promise<StoredObject & { sha256: string }>
  /** Stores a local file under a key; the file may be moved. */
  putFile(key: string, path: string): Promise<StoredObject>
  /** The bytes of an object, all or some. Throws ObjectMissingError. */
  read(key: string, span?: ByteSpan): Promise<AsyncIterable<Buffer>>
  /**
   * A local file with the object's bytes, for programs that need one. It must not be changed. Throws ObjectMissingError.
   *
   * @param folder of the work at hand: the file is there for as long as this folder is
   */
  localFile(key: string, folder: string): Promise<string>
  /** An address at which the store itself gives the object for some minutes; null where it has none. */
  readUrl(key: string, as: ReadAs): Promise<string | null>
  stat(key: string): Promise<StoredObject | null>
  /** Removes an object; nothing happens when it is not there. */
  delete(key: string): Promise<void>
  /** The objects whose keys begin with a prefix, in the order of their keys, as they are found. */
  list(prefix: string): AsyncIterable<ListedObject>
}

export class ObjectMissingError extends Error {
  constructor(key: string) {
    super(`There is no stored object "${key}".`)
    this.name = 'ObjectMissingError'
  }
}

export class ObjectExistsError extends Error {
  constructor(key: string) {
    super(`The stored object "${key}" exists already: objects are written once.`)
    this.name = 'ObjectExistsError'
  }
}

export class ObjectTooLargeError extends Error {
  readonly limitBytes: number

  constructor(key: string, limitBytes: number) {
    super(`"${key}" is larger than the limit of ${limitBytes} bytes.`)
    this.name = 'ObjectTooLargeError'
    this.limitBytes = limitBytes
  }
}

/** Keys are paths of plain names: no way out of the store, and the same on every system. */
export function requireKey(key: string): void {
  const isPlain = key.split('/').every((name) => /^[A-Za-z0-9_][A-Za-z0-9._@=-]*$/.test(name))
  if (!isPlain || key.length > 900) throw new RangeError(`A key is a path of plain names, got "${key}"`)
}

/** A file's name as the last name of a key: what a key cannot hold becomes "_". */
export function keyName(fileName: string): string {
  const name = fileName
    .split(/[/\\]/)
    .at(-1)!
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._-]+/, '')
  return name.slice(-120).replace(/^[._-]+/, '') || 'file'
}
