import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { freshMemory, type Memory } from './memory.ts'

/*
 * A file of columns that are read by name, each as it lies in memory: nothing is unpacked, and what is not asked for is not
 * read. All little-endian.
 *
 *   0   8 bytes   "FLCOLUM", format 1
 *   8   32 bits   length of the head
 *  12             head as JSON, filled up with spaces so that the columns begin at a multiple of 8
 *                 columns, each at a multiple of 8 after the head
 */
const MAGIC = Buffer.from('FLCOLUM\x01', 'latin1')
const PREFIX_BYTES = MAGIC.length + 4
const ALIGNMENT = 8
/** Read at first: heads are mostly shorter. */
const FIRST_READ_BYTES = 16_384

const arrays = { u8: Uint8Array, u16: Uint16Array, i32: Int32Array, f64: Float64Array } as const
type ArrayType = keyof typeof arrays
export type ColumnValues = Uint8Array | Uint16Array | Int32Array | Float64Array

/** A column as it is written: in the narrowest type that holds it. */
export interface Column {
  name: string
  values: ColumnValues
}

interface Head<Facts> {
  /** What else is known of the file. */
  facts: Facts
  columns: { name: string; type: ArrayType; length: number; offset: number }[]
}

/** Writes columns, and facts that can be JSON. Returns the file's size in bytes. */
export async function writeColumns(path: string, facts: unknown, columns: Column[]): Promise<number> {
  let offset = 0
  const described = columns.map(({ name, values }) => {
    const own = { name, type: typeOf(values), length: values.length, offset }
    offset = aligned(offset + values.byteLength)
    return own
  })
  const text = Buffer.from(JSON.stringify({ facts, columns: described } satisfies Head<unknown>))
  const headBytes = aligned(PREFIX_BYTES + text.length) - PREFIX_BYTES
  const prefix = Buffer.alloc(PREFIX_BYTES + headBytes, ' ')
  MAGIC.copy(prefix)
  prefix.writeUInt32LE(headBytes, MAGIC.length)
  text.copy(prefix, PREFIX_BYTES)
  const file = await open(path, 'w')
  try {
    await file.writeFile(prefix)
    for (const { values } of columns) {
      await file.writeFile(Buffer.from(values.buffer, values.byteOffset, values.byteLength))
      await file.writeFile(Buffer.alloc(aligned(values.byteLength) - values.byteLength))
    }
  } finally {
    await file.close()
  }
  return prefix.length + offset
}

/** An open file of columns. */
export class ColumnFile<Facts> {
  readonly facts: Facts
  readonly #file: number
  readonly #path: string
  readonly #columns: Map<string, Head<Facts>['columns'][number]>
  readonly #start: number

  private constructor(file: number, path: string, head: Head<Facts>, start: number) {
    this.#file = file
    this.#path = path
    this.#columns = new Map(head.columns.map((column) => [column.name, column]))
    this.#start = start
    this.facts = head.facts
  }

  /**
   * Opens a file, hands it to a reader and closes it. Its columns are some megabytes that were mostly read before: to wait
   * for each would take longer than to read it.
   *
   * @throws Error when the file is no file of columns
   */
  static use<Facts, Read>(path: string, read: (file: ColumnFile<Facts>) => Read): Read {
    const file = openSync(path, 'r')
    try {
      const begin = bytesAt(file, path, 0, Math.min(FIRST_READ_BYTES, fstatSync(file).size), freshMemory)
      if (!begin.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error(`${path} is no file of columns.`)
      const start = PREFIX_BYTES + begin.readUInt32LE(MAGIC.length)
      const whole = start <= begin.length ? begin : bytesAt(file, path, 0, start, freshMemory)
      const head = JSON.parse(whole.toString('utf8', PREFIX_BYTES, start)) as Head<Facts>
      return read(new ColumnFile(file, path, head, start))
    } finally {
      closeSync(file)
    }
  }

  /** A column's values; null when the file has no such column. */
  column(name: string, memory = freshMemory): ColumnValues | null {
    const column = this.#columns.get(name)
    if (column === undefined) return null
    const { type, length, offset } = column
    const bytes = bytesAt(this.#file, this.#path, this.#start + offset, length * arrays[type].BYTES_PER_ELEMENT, memory)
    return new arrays[type](bytes.buffer as ArrayBuffer, bytes.byteOffset, length)
  }
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT
}

function typeOf(values: ColumnValues): ArrayType {
  if (values instanceof Uint8Array) return 'u8'
  if (values instanceof Uint16Array) return 'u16'
  return values instanceof Int32Array ? 'i32' : 'f64'
}

function bytesAt(file: number, path: string, position: number, length: number, memory: Memory): Buffer {
  // Of their own, so that numbers in them begin at a multiple of 8.
  const { buffer, byteOffset } = memory.bytes(length)
  const bytes = Buffer.from(buffer, byteOffset, length)
  let done = 0
  while (done < length) {
    const bytesRead = readSync(file, bytes, done, length - done, position + done)
    if (bytesRead === 0) throw new Error(`${path} ends before its columns do: it is not complete.`)
    done += bytesRead
  }
  return bytes
}

/** The type of a column's numbers as the kernel knows it (api/kernel/unit-files.ts). */
export function typeNumberOf(values: ColumnValues): number {
  return Object.keys(arrays).indexOf(typeOf(values))
}

/** Whole numbers from 0 on in the narrowest type that holds them all; others as doubles. */
export function narrowed(values: Float64Array | Int32Array): ColumnValues {
  let most = 0
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!(value >= 0) || value !== Math.floor(value) || Object.is(value, -0)) return values
    if (value > most) most = value
  }
  if (most < 2 ** 8) return Uint8Array.from(values)
  if (most < 2 ** 16) return Uint16Array.from(values)
  return most < 2 ** 31 ? Int32Array.from(values) : values
}
