import { setTimeout as delay } from 'node:timers/promises'
import { ObjectMissingError, type ByteSpan } from '../object-store.ts'
import type { ObjectCheck } from './object-check.ts'
import { DamagedError, isMissing, isTransient, unavailable } from './storage-errors.ts'

/** A line that has given nothing for so long is dead. */
const SILENCE_MS = 60_000
/** Failures with nothing new in between before it is given up. */
const MOST_FAILURES = 4
const FIRST_PAUSE_MS = 250

/** One generation of an object. */
export interface ReadObject {
  key: string
  bucket: string
  /** Asks for some of its bytes. */
  open(span: ByteSpan, signal: AbortSignal): Promise<Response>
}

/**
 * The bytes of an object. Where the line breaks it goes on with the next byte.
 *
 * @param check of all bytes; null when only some are read
 * @throws ObjectMissingError; AppError STORAGE_UNAVAILABLE, also when other bytes came than the storage says it has
 */
export async function* readObject(
  object: ReadObject,
  { first, last }: ByteSpan,
  check: ObjectCheck | null,
): AsyncGenerator<Buffer, void, undefined> {
  const { key, bucket } = object
  let next = first
  let failures = 0
  while (next <= last) {
    let error: unknown = new Error('The storage gave fewer bytes than it has.')
    try {
      for await (const chunk of bytesOf(object, { first: next, last })) {
        next += chunk.length
        failures = 0
        check?.update(chunk)
        yield chunk
      }
    } catch (cause) {
      error = cause
    }
    if (next > last) break
    if (isMissing(error)) throw new ObjectMissingError(key)
    if (!isTransient(error) || ++failures > MOST_FAILURES) throw unavailable(error, bucket)
    await delay(FIRST_PAUSE_MS * 2 ** failures)
  }
  if (check?.matches() === false) {
    throw unavailable(new DamagedError(`"${key}" arrived with another checksum than the storage tells.`), bucket)
  }
}

/** What comes by one request. */
async function* bytesOf(object: ReadObject, span: ByteSpan): AsyncGenerator<Buffer, void, undefined> {
  const abort = new AbortController()
  const watch = setTimeout(() => abort.abort(new Error('The storage was silent for too long.')), SILENCE_MS)
  try {
    const response = await object.open(span, abort.signal)
    if (!response.ok) {
      throw Object.assign(new Error((await response.text()).slice(0, 500)), { status: response.status })
    }
    for await (const chunk of response.body!) {
      watch.refresh()
      yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    }
  } finally {
    clearTimeout(watch)
    abort.abort()
  }
}
