import type { Frame } from '../engine/polars/frame.ts'
import type { Rejection } from './contract.ts'
import type { EventBlock } from './event-block.ts'

/** A piece of a raw file: the rows that could be read, and those that could not. */
export interface RawChunk {
  /** The events of the rows that a scan understood: the frame has the other rows. Null when the frame has them all. */
  scan: ScannedEvents | null
  /** Column `row` (number of the data row, from 1) and the file's columns. Texts are trimmed, empty ones are null. */
  frame: Frame
  rejections: Rejection[]
  /** Data rows of the piece, the rejected ones included. */
  rows: number
}

export interface ScannedEvents {
  /** Used again for the chunk after the next. */
  block: EventBlock
  /** Reads all rows of the chunk into a frame. */
  otherwise(): RawChunk
}

/** Name of the row number's column in frames; files cannot have it, as their columns are renamed on reading. */
export const ROW = ' row'

/** A piece of a stream that is worked on at a time. */
export interface Piece {
  bytes: Buffer
  isLast: boolean
  /** Gives back what was not used: the next piece begins with it. */
  rest: Buffer
}

/**
 * Cuts a stream into pieces of at least `size` bytes, the last one excepted. All pieces are in the same memory: one is
 * valid until the next one is asked for.
 */
export async function* inPieces(source: AsyncIterable<Buffer>, size: number): AsyncGenerator<Piece> {
  let memory = Buffer.allocUnsafe(0)
  let length = 0
  // What was left over must not count as progress, or a record longer than a piece would be cut again and again.
  let fresh = 0
  for await (const buffer of source) {
    if (length + buffer.length > memory.length) {
      const more = Buffer.allocUnsafe(
        memory.length === 0 ? size + buffer.length * 2 : Math.ceil((length + buffer.length) * 1.25),
      )
      memory.copy(more, 0, 0, length)
      memory = more
    }
    buffer.copy(memory, length)
    length += buffer.length
    fresh += buffer.length
    if (fresh < size) continue
    const piece: Piece = { bytes: memory.subarray(0, length), isLast: false, rest: Buffer.alloc(0) }
    yield piece
    length = piece.rest.copy(memory)
    fresh = 0
  }
  yield { bytes: memory.subarray(0, length), isLast: true, rest: Buffer.alloc(0) }
}
