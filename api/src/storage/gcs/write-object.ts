import { createHash, randomUUID, type Hash } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import type { File, FileMetadata } from '@google-cloud/storage'
import { ObjectExistsError } from '../object-store.ts'
import { DamagedError, isMissing, isStatus, unavailable } from './storage-errors.ts'

/**
 * What goes at a time: all of a small object, or a piece of a large one, of which the storage has what it has when the
 * line breaks. A multiple of 256 KiB, as the storage wants it.
 */
const PIECE_BYTES = 8 << 20

/** Tells an object that this write made from one that was there before: an answer may be lost and the write done again. */
const MARK = 'fairlift-write'

/**
 * Writes an object where there is none. What arrived otherwise than it was sent, by its checksum, does not stay.
 *
 * @returns its size
 * @throws ObjectExistsError; AppError STORAGE_UNAVAILABLE; what the source throws
 */
export async function writeObject(file: File, key: string, source: AsyncIterable<Uint8Array>): Promise<number> {
  const written: Written = { mark: randomUUID(), sizeBytes: 0, md5: createHash('md5') }
  let broken: { error: unknown } | null = null
  async function* counted(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for await (const chunk of source) {
        written.sizeBytes += chunk.length
        written.md5.update(chunk)
        yield chunk
      }
    } catch (error) {
      broken = { error }
      throw error
    }
  }
  const chunks = counted()
  try {
    await upload(file, chunks, written)
  } catch (error) {
    if (broken !== null) throw (broken as { error: unknown }).error
    if (!(await isThere(file, written))) {
      throw isStatus(error, 412) ? new ObjectExistsError(key) : unavailable(error, file.bucket.name)
    }
  } finally {
    await chunks.return()
  }
  return written.sizeBytes
}

/** What goes into an object, as far as it has gone. */
interface Written {
  mark: string
  sizeBytes: number
  md5: Hash
}

async function upload(file: File, chunks: AsyncGenerator<Uint8Array>, written: Written): Promise<void> {
  // Never unpacked on the way out, and no guess by the name.
  const about = { contentType: 'application/octet-stream', metadata: { [MARK]: written.mark } }
  // What arrived is compared below: the client's own check would delete whatever is there.
  const options = { preconditionOpts: { ifGenerationMatch: 0 }, validation: false }
  const head = await headOf(chunks)
  if (head.isAll) {
    // The storage itself refuses what does not fit the checksum.
    const metadata = { ...about, md5Hash: hashOf(written) }
    return file.save(Buffer.concat(head.chunks), { ...options, metadata, resumable: false })
  }
  const all = joined(head.chunks, chunks)
  await pipeline(all, file.createWriteStream({ ...options, metadata: about, resumable: true, chunkSize: PIECE_BYTES }))
  const { md5Hash, size, generation } = file.metadata
  if (isWhole(file.metadata, written)) return
  await file.delete({ ifGenerationMatch: generation })
  throw new DamagedError(
    `"${file.name}" arrived as ${size} bytes with the checksum ${md5Hash}, and was sent as ${written.sizeBytes} with ${hashOf(written)}.`,
  )
}

/** Of objects that are encrypted by keys of one's own the storage may keep the checksum to itself. */
function isWhole({ size, md5Hash }: FileMetadata, written: Written): boolean {
  return Number(size) === written.sizeBytes && (md5Hash == null || md5Hash === hashOf(written))
}

function hashOf({ md5 }: Written): string {
  return md5.copy().digest('base64')
}

/** The first piece, and whether it is all there is. */
async function headOf(chunks: AsyncGenerator<Uint8Array>): Promise<{ chunks: Uint8Array[]; isAll: boolean }> {
  const head: Uint8Array[] = []
  let bytes = 0
  while (bytes < PIECE_BYTES) {
    const { done, value } = await chunks.next()
    if (done) return { chunks: head, isAll: true }
    head.push(value)
    bytes += value.length
  }
  return { chunks: head, isAll: false }
}

async function* joined(
  head: Uint8Array[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield* head.splice(0)
  yield* rest
}

/** Whether the object is there, whole, because of the write that has just failed: only its answer was lost. */
async function isThere(file: File, written: Written): Promise<boolean> {
  try {
    const [found] = await file.getMetadata()
    return found.metadata?.[MARK] === written.mark && isWhole(found, written)
  } catch (error) {
    if (isMissing(error)) return false
    throw unavailable(error, file.bucket.name)
  }
}
