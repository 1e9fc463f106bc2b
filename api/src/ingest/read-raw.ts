import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { createGunzip } from 'node:zlib'
import { FileError } from './contract.ts'
import { isZstd, unpackZstd } from './unpack-zstd.ts'

export type Compression = 'NONE' | 'GZIP' | 'ZSTD'

export interface RawLimits {
  /** Bytes a file may unpack to. */
  maxUnpackedBytes: number
  /** Bytes read at a time, at most; by default a megabyte. */
  readBytes?: number
}

/** Beyond this much a file must not unpack to more than `MAX_RATIO` times its size: event files reach 30, bombs 1000. */
const RATIO_FROM_BYTES = 256 << 20
const MAX_RATIO = 200

/** How a file is packed, by its first bytes. */
export async function compressionOf(path: string): Promise<Compression> {
  const head = await firstBytes(path, 4)
  if (head[0] === 0x1f && head[1] === 0x8b) return 'GZIP'
  if (isZstd(head)) return 'ZSTD'
  return 'NONE'
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/**
 * The bytes of a file, unpacked.
 *
 * @param onRead is told how many bytes of the packed file have been read.
 * @throws FileError CORRUPT_FILE, UNPACKED_TOO_LARGE
 */
export async function* readUnpacked(
  path: string,
  compression: Compression,
  { maxUnpackedBytes, readBytes = 1 << 20 }: RawLimits,
  onRead: (bytes: number) => void = () => undefined,
): AsyncGenerator<Buffer> {
  const source = createReadStream(path, { highWaterMark: readBytes })
  let packed = 0
  source.on('data', (chunk) => onRead((packed += chunk.length)))
  const isPacked = compression !== 'NONE'
  const gunzip = compression === 'GZIP' ? createGunzip() : null
  if (gunzip !== null) source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
  const bytes = compression === 'ZSTD' ? unpackZstd(source) : (gunzip ?? source)
  let unpacked = 0
  try {
    for await (const chunk of bytes) {
      unpacked += (chunk as Buffer).length
      if (unpacked > maxUnpackedBytes) {
        throw new FileError(
          'UNPACKED_TOO_LARGE',
          `The file unpacks to more than ${maxUnpackedBytes} bytes. Split it, or raise MAX_UNPACKED_BYTES.`,
        )
      }
      if (isPacked && unpacked > RATIO_FROM_BYTES && unpacked > packed * MAX_RATIO) {
        throw new FileError(
          'UNPACKED_TOO_LARGE',
          `${packed} bytes of the file unpack to more than ${unpacked}: more than ${MAX_RATIO} times as much, which no file of events does.`,
        )
      }
      yield chunk as Buffer
    }
  } catch (error) {
    if (isPacked && isZlibError(error)) {
      throw new FileError(
        'CORRUPT_FILE',
        `The ${compression} data is damaged or ends too early (${error.message}). Pack the file again.`,
        {
          cause: error,
        },
      )
    }
    throw error
  } finally {
    source.destroy()
    gunzip?.destroy()
  }
}

function isZlibError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && /^(Z_|ZSTD_|ERR_)/.test((error as NodeJS.ErrnoException).code ?? '')
}
