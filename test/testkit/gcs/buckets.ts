import { createHash, randomUUID } from 'node:crypto'
import { crc32c } from './crc32c.ts'

/** A rule of a bucket that lets pages of other origins read its answers. */
export interface CorsRule {
  origin: string[]
  method: string[]
  responseHeader: string[]
}

export interface StoredObject {
  name: string
  generation: string
  bytes: Buffer
  contentType: string
  metadata: Record<string, string>
  timeCreated: Date
  md5Hash: string
  crc32c: string
}

/** A resumable upload under way. */
export interface Session {
  id: string
  bucket: Bucket
  name: string
  /** Of the page that the upload was begun for. */
  origin: string | null
  /** As announced when it began; null: not said. */
  sizeBytes: number | null
  ifGenerationMatch: string | null
  contentType: string
  metadata: Record<string, string>
  bytes: Buffer
  /** What it became. */
  object: StoredObject | null
}

/** An answer other than success, as the storage gives it. */
export class StorageError extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.status = status
    this.reason = reason
  }
}

let lastGeneration = 0n

export class Bucket {
  readonly name: string
  readonly objects = new Map<string, StoredObject>()
  cors: CorsRule[] = []

  constructor(name: string) {
    this.name = name
  }

  get(name: string, generation: string | null = null): StoredObject {
    const object = this.objects.get(name)
    if (object === undefined || (generation !== null && object.generation !== generation)) {
      throw new StorageError(404, 'notFound', `No such object: ${this.name}/${name}`)
    }
    return object
  }

  put(
    name: string,
    bytes: Buffer,
    options: { ifGenerationMatch: string | null; contentType?: string; metadata?: Record<string, string> },
  ): StoredObject {
    const { ifGenerationMatch, contentType = 'application/octet-stream', metadata = {} } = options
    const there = this.objects.get(name)?.generation ?? '0'
    if (ifGenerationMatch !== null && ifGenerationMatch !== there) {
      throw new StorageError(412, 'conditionNotMet', 'At least one of the pre-conditions you specified did not hold.')
    }
    const now = BigInt(Date.now()) * 1000n
    lastGeneration = now > lastGeneration ? now : lastGeneration + 1n
    const object = {
      name,
      generation: String(lastGeneration),
      bytes,
      contentType,
      metadata,
      timeCreated: new Date(),
      md5Hash: createHash('md5').update(bytes).digest('base64'),
      crc32c: crc32c(bytes),
    }
    this.objects.set(name, object)
    return object
  }

  delete(name: string): void {
    this.get(name)
    this.objects.delete(name)
  }

  /** A page of the objects whose names begin with a prefix, in the order of their bytes. */
  list(prefix: string, from: string, most: number): { objects: StoredObject[]; next: string | null } {
    const names = [...this.objects.keys()].filter((name) => name.startsWith(prefix) && name >= from).sort()
    return { objects: names.slice(0, most).map((name) => this.objects.get(name)!), next: names[most] ?? null }
  }
}

/** Of a piece that is not the last, so much is kept as is a multiple of this. */
const GRAIN_BYTES = 256 << 10

export class Sessions {
  readonly #sessions = new Map<string, Session>()

  get size(): number {
    return [...this.#sessions.values()].filter(({ object }) => object === null).length
  }

  begin(session: Omit<Session, 'id' | 'bytes' | 'object'>): Session {
    const begun = { ...session, id: randomUUID(), bytes: Buffer.alloc(0), object: null }
    this.#sessions.set(begun.id, begun)
    return begun
  }

  get(id: string): Session {
    const session = this.#sessions.get(id)
    if (session === undefined) throw new StorageError(410, 'gone', 'The upload session is gone.')
    return session
  }

  cancel(id: string): void {
    this.get(id)
    this.#sessions.delete(id)
  }
}

/** Refuses bytes that do not have the hashes that the header `x-goog-hash` names. */
export function requireHashes(bytes: Buffer, hashes: string): void {
  for (const [, kind, hash] of hashes.matchAll(/(md5|crc32c)=([^,]+)/g)) {
    const own = kind === 'crc32c' ? crc32c(bytes) : createHash('md5').update(bytes).digest('base64')
    if (own !== hash) throw new StorageError(400, 'invalid', `Provided ${kind} hash "${hash}" doesn't match "${own}".`)
  }
}

/**
 * Takes a piece of an upload.
 *
 * @param first of the object's bytes in the piece
 * @param isCut the connection broke before all of the piece had come
 * @param sizeBytes of the whole object, as the request says; null when it does not know yet
 * @param hashes that the object must have, as the header `x-goog-hash` names them
 */
export function take(
  session: Session,
  piece: Buffer,
  { first, isCut, sizeBytes, hashes }: { first: number; isCut: boolean; sizeBytes: number | null; hashes: string },
): void {
  if (session.object !== null) return
  const size = sizeBytes ?? null
  if (size !== null && session.sizeBytes !== null && size !== session.sizeBytes) {
    throw new StorageError(400, 'badRequest', `The upload was begun with ${session.sizeBytes} bytes, not ${size}.`)
  }
  const held = session.bytes.length
  if (first > held) {
    throw new StorageError(
      400,
      'badRequest',
      `The upload offset is ${first} byte(s), which exceeds already uploaded size of ${held} byte(s).`,
    )
  }
  const fresh = piece.subarray(held - first)
  const isLast = !isCut && size !== null && held + fresh.length === size
  if (size !== null && held + fresh.length > size) throw new StorageError(400, 'badRequest', 'Too many bytes.')
  const kept = isLast ? fresh : fresh.subarray(0, fresh.length - ((held + fresh.length) % GRAIN_BYTES))
  session.bytes = Buffer.concat([session.bytes, kept])
  if (!isLast) return
  requireHashes(session.bytes, hashes)
  session.object = session.bucket.put(session.name, session.bytes, session)
}
