import { open, type FileHandle } from 'node:fs/promises'
import { KEY_AND_CONTENT_LANES, KEY_LANES, type EventKeys } from './event-keys.ts'
import { inRuns } from './in-runs.ts'
import type { KeyMarks } from './key-marks.ts'

/*
 * The file of keys beside a part: one record an event, in the order of the part's rows. All little-endian.
 *
 *   0   8 bytes   "FLKEYS", format 2
 *   8   double    events
 *  16   32 bits   lanes of a record: 4, or 6 with hashes of the content
 *  24  40 bytes   how the keys were computed, as text filled up with NUL
 *  64             records
 *                 marks: the second lane of each record once more; format 1 ends without them
 *
 * Keys are hashes, so nothing compresses them, and a part's reader rarely wants them: 20 or 28 bytes an event. When a
 * batch is compared with what is there, the marks are read, and of the records those few whose marks the batch has too.
 */
const MAGIC = Buffer.from('FLKEYS\0', 'latin1')
const FORMAT_WITH_MARKS = 2
const FORMATS = [1, FORMAT_WITH_MARKS]
const HEADER_BYTES = 64
const VERSION_BYTES = 40
/** Which lane of a key is its mark. */
const MARK_LANE = 1
/** Records read at a time. */
const BLOCK_ROWS = 65_536
/** Marks read at a time. */
const MARK_ROWS = 262_144
/** Records so near to each other are read at one go, with those between them. */
const NEAR_ROWS = 512

/** Writes the keys of a part's events, in the order of its rows. */
export async function writeKeyFile(path: string, keys: EventKeys, keyVersion: string): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES)
  MAGIC.copy(header)
  header.writeUInt8(FORMAT_WITH_MARKS, MAGIC.length)
  header.writeDoubleLE(keys.rows, 8)
  header.writeUInt32LE(keys.width, 16)
  header.write(keyVersion, HEADER_BYTES - VERSION_BYTES, VERSION_BYTES, 'latin1')
  const lanes = keys.lanes.subarray(0, keys.rows * keys.width)
  const file = await open(path, 'w')
  try {
    await file.writeFile(header)
    await file.writeFile(Buffer.from(lanes.buffer, lanes.byteOffset, lanes.byteLength))
    await file.writeFile(new Uint8Array(marksOf(keys).buffer))
  } finally {
    await file.close()
  }
}

function marksOf({ rows, width, lanes }: EventKeys): Int32Array {
  const marks = new Int32Array(rows)
  inRuns(rows, (from, to) => {
    for (let row = from; row < to; row++) marks[row] = lanes[row * width + MARK_LANE]!
  })
  return marks
}

/** What a file of keys says of itself. */
export interface KeyFileHead {
  rows: number
  /** Lanes of a record: with hashes of the content, some events have ids. */
  width: EventKeys['width']
  /** How the keys were computed. */
  keyVersion: string
  /** Whether marks follow the records. */
  hasMarks: boolean
}

/** @throws Error when the file is no file of keys. */
export async function readKeyFileHead(path: string): Promise<KeyFileHead> {
  const file = await open(path)
  try {
    return await headOf(file, path)
  } finally {
    await file.close()
  }
}

/**
 * The keys of a part in blocks of bounded size, in the order of its rows. A block is valid until the next one is asked
 * for; that one is read meanwhile.
 *
 * @throws Error when the file is no file of keys, or ends too early.
 */
export async function* readKeyFile(path: string): AsyncGenerator<EventKeys> {
  const file = await open(path)
  let next: Promise<EventKeys> | null = null
  try {
    const { rows, width } = await headOf(file, path)
    const memory = [0, 1].map(() => new Int32Array(Math.min(rows, BLOCK_ROWS) * width))
    const recordBytes = width * Int32Array.BYTES_PER_ELEMENT
    const read = async (row: number): Promise<EventKeys> => {
      const lanes = memory[(row / BLOCK_ROWS) % 2]!
      const count = Math.min(BLOCK_ROWS, rows - row)
      const bytes = new Uint8Array(lanes.buffer, 0, count * recordBytes)
      await readFully(file, bytes, HEADER_BYTES + row * recordBytes, path)
      return { rows: count, width, lanes }
    }
    next = rows === 0 ? null : read(0)
    for (let row = BLOCK_ROWS; next !== null; row += BLOCK_ROWS) {
      const block: EventKeys = await next
      next = row < rows ? read(row) : null
      yield block
    }
  } finally {
    // A file must not be closed under a read.
    await next?.catch(() => undefined)
    await file.close()
  }
}

/**
 * The keys of a part whose marks are among some, in the order of its rows: all that are wanted, and hardly any other. Of
 * a file without marks, all keys. A block is valid until the next one is asked for.
 *
 * @throws Error when the file is no file of keys, or ends too early.
 */
export async function* readKeysAmong(path: string, wanted: KeyMarks): AsyncGenerator<EventKeys> {
  const { rows, width, hasMarks } = await readKeyFileHead(path)
  if (!hasMarks) return yield* readKeyFile(path)
  const file = await open(path)
  try {
    const recordBytes = width * Int32Array.BYTES_PER_ELEMENT
    for (let first = 0; first < rows; first += MARK_ROWS) {
      const marks = wanted.list(Math.min(MARK_ROWS, rows - first))
      const { buffer, byteOffset, byteLength } = marks
      const position = HEADER_BYTES + rows * recordBytes + first * marks.BYTES_PER_ELEMENT
      await readFully(file, new Uint8Array(buffer, byteOffset, byteLength), position, path)
      const places = wanted.find(marks)
      for (let from = 0, to = 0; from < places.length; from = to) {
        to = endOfSpan(places, from)
        const [firstRow, lastRow] = [first + places[from]!, first + places[to - 1]!]
        const lanes = new Int32Array((lastRow - firstRow + 1) * width)
        await readFully(file, new Uint8Array(lanes.buffer), HEADER_BYTES + firstRow * recordBytes, path)
        yield { rows: lanes.length / width, width, lanes }
      }
    }
  } finally {
    await file.close()
  }
}

/** The end of the places that are read at one go from a place on. */
function endOfSpan(places: Int32Array, from: number): number {
  let to = from + 1
  while (to < places.length && places[to]! - places[to - 1]! <= NEAR_ROWS && places[to]! - places[from]! < BLOCK_ROWS)
    to++
  return to
}

/** All keys of a part at once. */
export async function readAllKeys(path: string): Promise<EventKeys> {
  const { rows, width } = await readKeyFileHead(path)
  const lanes = new Int32Array(rows * width)
  let at = 0
  for await (const block of readKeyFile(path)) {
    lanes.set(block.lanes.subarray(0, block.rows * width), at)
    at += block.rows * width
  }
  return { rows, width, lanes }
}

async function headOf(file: FileHandle, path: string): Promise<KeyFileHead> {
  const header = Buffer.alloc(HEADER_BYTES)
  await readFully(file, header, 0, path)
  const width = header.readUInt32LE(16)
  const format = header.readUInt8(MAGIC.length)
  const isOfKeys = header.subarray(0, MAGIC.length).equals(MAGIC) && FORMATS.includes(format)
  if (!isOfKeys || (width !== KEY_LANES && width !== KEY_AND_CONTENT_LANES)) {
    throw new Error(`${path} is no file of event keys.`)
  }
  const version = header.toString('latin1', HEADER_BYTES - VERSION_BYTES).replace(/\0+$/, '')
  return { rows: header.readDoubleLE(8), width, keyVersion: version, hasMarks: format >= FORMAT_WITH_MARKS }
}

async function readFully(file: FileHandle, bytes: Uint8Array, position: number, path: string): Promise<void> {
  let read = 0
  while (read < bytes.length) {
    const { bytesRead } = await file.read(bytes, read, bytes.length - read, position + read)
    if (bytesRead === 0) throw new Error(`${path} ends after ${position + read} bytes, in the middle of its keys.`)
    read += bytesRead
  }
}
