import { isUtf8 } from 'node:buffer'
import { BlockTurns, isMostlyOdd } from './block-turns.ts'
import { limits } from './contract.ts'
import type { EventBlock } from './event-block.ts'
import { inRuns, plainBytes } from './in-runs.ts'
import { JSON_ATTRIBUTE_PREFIX } from './json-columns.ts'
import type { JsonRange } from './json-records.ts'
import { KernelMemory } from '../kernel/kernel-memory.ts'
import { canonicalNumberEnd, isSpaced, literalEnd, plainStringEnd, skipSpace } from './json-tokens.ts'
import type { ScanPlan } from './scan-plan.ts'

/** Bytes of a record at least: with fewer, blocks grow. */
const BYTES_PER_ROW = 64

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPENS = 123
const CLOSES = 125

const LOWER_F = 102
const LOWER_N = 110
const LOWER_T = 116

const ATTRIBUTES = new TextEncoder().encode('attributes')

/** A name as records spell it, and its column. */
interface Name {
  bytes: Uint8Array
  column: number
  /** Whether it is within `attributes`. */
  isNested: boolean
}

/** The events and the indexes of the records that were left over, or the first record with a name that is not known. */
export type ScannedRecords = { block: EventBlock; odd: number[] } | { unknownIn: number }

interface ScanState {
  bytes: Uint8Array
  values: JsonRange[]
  allUtf8: boolean
  rowsBefore: number
  leftOver: Set<number>
  /** Indexes of the values that the scan did not take. */
  odd: number[]
}

/**
 * Reads JSON records straight into events: objects of plain texts and numbers in their common spellings, with names that
 * are known. What is not plain is left to the reader that parses; a record is never refused here.
 */
export class JsonScanner {
  readonly #turns: BlockTurns
  #block: EventBlock | null = null
  /** Names of a record, and those within its `attributes`. */
  readonly #names: Map<string, Name>
  readonly #attributeNames: Map<string, Name>
  /** The names in the order in which the last record had them: the next one mostly has the same. */
  readonly #lastNames: Name[] = []
  #place = 0
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  /** Number of the record that had the column last. */
  readonly #seenIn: Int32Array
  /** Number of the record that had `attributes` last, as an object or as none. */
  #attributesIn = 0
  #record = 0
  #sawUnknownName = false
  /** Index of the record that brought a name that is not known; -1 while none did. */
  #unknownIn = -1

  /** @param file names of all columns that records have had so far, and how much of the file is read at a time */
  constructor(plan: ScanPlan, unitSeed: number, { header, chunkBytes }: { header: string[]; chunkBytes: number }) {
    this.#turns = new BlockTurns(plan, unitSeed, Math.ceil(chunkBytes / BYTES_PER_ROW), new KernelMemory())
    const columns = header.map((name, column) => ({ name, column }))
    const isAttribute = ({ name }: { name: string }) => name.startsWith(JSON_ATTRIBUTE_PREFIX)
    const nested = columns.filter(isAttribute)
    this.#names = namesOf(
      columns.filter((one) => !isAttribute(one)),
      false,
    )
    this.#attributeNames = namesOf(
      nested.map(({ name, column }) => ({ name: name.slice(JSON_ATTRIBUTE_PREFIX.length), column })),
      true,
    )
    this.#starts = new Int32Array(header.length)
    this.#ends = new Int32Array(header.length)
    this.#seenIn = new Int32Array(header.length)
  }

  /**
   * Makes events of records. Null when they are of another kind than the scan is good at.
   *
   * @param leftOver records that are not to be taken, whatever they bring
   */
  scan(bytes: Buffer, values: JsonRange[], rowsBefore: number, leftOver: Set<number>): ScannedRecords | null {
    const block = this.#turns.next()
    this.#block = block
    this.#unknownIn = -1
    const allUtf8 = isUtf8(bytes.subarray(0, values.at(-1)?.end ?? 0))
    let odd: number[]
    do {
      block.clear()
      odd = []
      const state: ScanState = { bytes: plainBytes(bytes), values, allUtf8, rowsBefore, leftOver, odd }
      inRuns(values.length, (from, to) => {
        if (this.#unknownIn < 0 && !isMostlyOdd(odd.length, from)) this.#scanRun(state, from, to)
      })
      if (this.#unknownIn >= 0) return { unknownIn: this.#unknownIn }
      if (isMostlyOdd(odd.length, values.length)) return null
    } while (block.loosen())
    return { block, odd }
  }

  #scanRun({ bytes, values, allUtf8, rowsBefore, leftOver, odd }: ScanState, from: number, to: number): void {
    const block = this.#block!
    for (let index = from; index < to; index++) {
      const { start, end } = values[index]!
      const isTaken =
        !(leftOver.size > 0 && leftOver.has(index)) &&
        end - start <= limits.recordBytes &&
        (allUtf8 || isUtf8(bytes.subarray(start, end))) &&
        this.#findFields(bytes, start, end) &&
        block.take(bytes, this.#starts, this.#ends, rowsBefore + index + 1)
      if (isTaken) continue
      if (this.#sawUnknownName) {
        this.#sawUnknownName = false
        this.#unknownIn = index
        return
      }
      odd.push(index)
    }
  }

  /** Finds the values of a record's columns; false when the record is not plain. */
  #findFields(bytes: Uint8Array, start: number, end: number): boolean {
    this.#record++
    this.#place = 0
    // A column that the record does not have is empty.
    this.#starts.fill(0)
    this.#ends.fill(0)
    const first = skipSpace(bytes, start, end)
    if (bytes[first] !== OPENS) return false
    const after = this.#objectEnd(bytes, first + 1, end, false)
    return after > 0 && skipSpace(bytes, after, end) === end
  }

  /** After the object whose entries begin at `from`; 0 when it is not plain. */
  #objectEnd(bytes: Uint8Array, from: number, end: number, isNested: boolean): number {
    let i = skipSpace(bytes, from, end)
    if (bytes[i] === CLOSES) return i + 1
    for (;;) {
      if (bytes[i] !== QUOTE) return 0
      const nameStart = i + 1
      const nameEnd = plainStringEnd(bytes, nameStart, end)
      if (nameEnd === 0) return 0
      i = skipSpace(bytes, nameEnd + 1, end)
      if (bytes[i] !== COLON) return 0
      i = skipSpace(bytes, i + 1, end)
      if (!isNested && equals(ATTRIBUTES, bytes, nameStart, nameEnd)) {
        // A second one would take the place of the first.
        if (this.#attributesIn === this.#record) return 0
        this.#attributesIn = this.#record
        i = bytes[i] === OPENS ? this.#objectEnd(bytes, i + 1, end, true) : literalEnd(bytes, i, 'null')
      } else {
        const column = this.#columnOf(bytes, nameStart, nameEnd, isNested)
        if (column < 0 || this.#seenIn[column] === this.#record) return 0
        this.#seenIn[column] = this.#record
        i = this.#valueEnd(bytes, i, end, column)
      }
      if (i === 0) return 0
      i = skipSpace(bytes, i, end)
      if (bytes[i] === CLOSES && i < end) return i + 1
      if (bytes[i] !== COMMA) return 0
      i = skipSpace(bytes, i + 1, end)
    }
  }

  /** Notes where a column's value is. Returns where it ends, or 0 when it is not plain. */
  #valueEnd(bytes: Uint8Array, start: number, end: number, column: number): number {
    const first = bytes[start]!
    if (first === QUOTE) {
      const close = plainStringEnd(bytes, start + 1, end)
      if (close === 0 || isSpaced(bytes, start + 1, close)) return 0
      this.#starts[column] = start + 1
      this.#ends[column] = close
      return close + 1
    }
    if (first === LOWER_N) return literalEnd(bytes, start, 'null')
    const isWord = first === LOWER_T || first === LOWER_F
    const close = isWord
      ? literalEnd(bytes, start, first === LOWER_T ? 'true' : 'false')
      : canonicalNumberEnd(bytes, start, end)
    if (close === 0) return 0
    this.#starts[column] = start
    this.#ends[column] = close
    return close
  }

  /** The column of a name; -1 when it is not known. */
  #columnOf(bytes: Uint8Array, start: number, end: number, isNested: boolean): number {
    const place = this.#place++
    const expected = this.#lastNames[place]
    if (expected !== undefined && isNested === expected.isNested && equals(expected.bytes, bytes, start, end)) {
      return expected.column
    }
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8')
    const name = (isNested ? this.#attributeNames : this.#names).get(text)
    if (name === undefined) {
      this.#sawUnknownName = true
      return -1
    }
    this.#lastNames[place] = name
    return name.column
  }
}

function namesOf(columns: { name: string; column: number }[], isNested: boolean): Map<string, Name> {
  return new Map(columns.map(({ name, column }) => [name, { bytes: new TextEncoder().encode(name), column, isNested }]))
}

function equals(own: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (own.length !== end - start) return false
  for (let i = start, j = 0; i < end; i++, j++) if (own[j] !== bytes[i]) return false
  return true
}
