import { Readable } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'

/**
 * The unpacked bytes of a zstd file of one or more frames, as `cat a.zst b.zst` and parallel packers make them. Node's
 * own stream drops what follows a frame within one write, without an error: here no write goes beyond a frame's end.
 */
export async function* unpackZstd(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const frames = new FrameWalk()
  const pieces = Readable.from(cutAtFrameEnds(source, frames))
  const unpacker = createZstdDecompress()
  pieces.on('error', (error) => unpacker.destroy(error)).pipe(unpacker)
  try {
    for await (const bytes of unpacker) yield bytes as Buffer
    // Told only now: the beginning of a file, cut off for a preview, gives the rows that are in it.
    if (!frames.isBetweenFrames) throw damaged('unexpected end of file')
  } finally {
    // Who stops reading early lets go of the source too.
    pieces.destroy()
  }
}

/** Whether a file that begins with these bytes is zstd: a frame of data, or one to be skipped, as packers put before. */
export function isZstd(head: Buffer): boolean {
  return head.length >= MAGIC_BYTES && (head.readUInt32LE(0) === DATA || isSkippable(head.readUInt32LE(0)))
}

const MAGIC_BYTES = 4
const DATA = 0xfd2fb528
const isSkippable = (magic: number): boolean => (magic & 0xfffffff0) >>> 0 === 0x184d2a50

async function* cutAtFrameEnds(source: AsyncIterable<Buffer>, frames: FrameWalk): AsyncGenerator<Buffer> {
  for await (const piece of source) {
    for (let from = 0; from < piece.length;) {
      const end = frames.advance(piece, from)
      yield piece.subarray(from, end)
      from = end
    }
  }
}

type Field = 'MAGIC' | 'SKIPPED_SIZE' | 'DESCRIPTOR' | 'BLOCK_HEADER'

const FIELD_BYTES: Record<Field, number> = { MAGIC: MAGIC_BYTES, SKIPPED_SIZE: 4, DESCRIPTOR: 1, BLOCK_HEADER: 3 }
const CHECKSUM_BYTES = 4

/** Finds the ends of frames (RFC 8878, section 3) in bytes that come in pieces: lengths are read, contents passed over. */
class FrameWalk {
  /** The field that is read next, after `#toSkip` more bytes. */
  #field: Field = 'MAGIC'
  #toSkip = 0
  readonly #bytes: number[] = []
  #hasChecksum = false

  get isBetweenFrames(): boolean {
    return this.#field === 'MAGIC' && this.#toSkip === 0 && this.#bytes.length === 0
  }

  /** Goes on to the end of the frame, or of the piece: whichever comes first. Returns where that is. */
  advance(piece: Buffer, from: number): number {
    let at = from
    while (at < piece.length) {
      const skipped = Math.min(this.#toSkip, piece.length - at)
      this.#toSkip -= skipped
      at += skipped
      if (skipped === 0) {
        this.#bytes.push(piece[at++]!)
        if (this.#bytes.length === FIELD_BYTES[this.#field]) this.#read(Buffer.from(this.#bytes.splice(0)))
      }
      if (this.isBetweenFrames) break
    }
    return at
  }

  #read(bytes: Buffer): void {
    if (this.#field === 'MAGIC') {
      const magic = bytes.readUInt32LE(0)
      if (magic !== DATA && !isSkippable(magic)) throw damaged('unexpected bytes after a frame')
      this.#field = magic === DATA ? 'DESCRIPTOR' : 'SKIPPED_SIZE'
    } else if (this.#field === 'SKIPPED_SIZE') {
      this.#goOn('MAGIC', bytes.readUInt32LE(0))
    } else if (this.#field === 'DESCRIPTOR') {
      const descriptor = bytes[0]!
      const isSingleSegment = (descriptor & 0x20) !== 0
      const dictionaryBytes = [0, 1, 2, 4][descriptor & 3]!
      const contentSizeBytes = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6]!
      this.#hasChecksum = (descriptor & 4) !== 0
      this.#goOn('BLOCK_HEADER', (isSingleSegment ? 0 : 1) + dictionaryBytes + contentSizeBytes)
    } else {
      const header = bytes.readUIntLE(0, 3)
      const isLast = (header & 1) === 1
      const isOneByteRepeated = ((header >> 1) & 3) === 1
      const contentBytes = isOneByteRepeated ? 1 : header >> 3
      const checksumBytes = isLast && this.#hasChecksum ? CHECKSUM_BYTES : 0
      this.#goOn(isLast ? 'MAGIC' : 'BLOCK_HEADER', contentBytes + checksumBytes)
    }
  }

  #goOn(field: Field, after: number): void {
    this.#field = field
    this.#toSkip = after
  }
}

function damaged(message: string): Error {
  return Object.assign(new Error(message), { code: 'ZSTD_error_prefix_unknown' })
}
