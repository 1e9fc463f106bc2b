import { isUtf8 } from 'node:buffer'
import { BlockTurns, isMostlyOdd } from './block-turns.ts'
import { limits } from './contract.ts'
import { CsvRecordReader, type CsvRecord, type RecordProblem } from './csv-records.ts'
import type { EventBlock } from './event-block.ts'
import { plainBytes } from './in-runs.ts'
import { KernelMemory } from '../kernel/kernel-memory.ts'
import { RowKernel, WINDOW_BYTES } from './row-kernel.ts'
import type { ScanPlan } from './scan-plan.ts'

/** A record that the scan did not take. */
export interface OddRecord {
  start: number
  /** After its line end. */
  end: number
  /** Number of the data row in the file. */
  row: number
  /** Why it cannot be read; null when it can be, by another reader. */
  problem: RecordProblem | null
  isUnusual: CsvRecord['isUnusual']
}

export interface ScannedChunk {
  /** Bytes up to the end of the last whole record. */
  end: number
  /** Records before `end`, blank lines not. */
  rows: number
  /** In order. */
  odd: OddRecord[]
}

const NEWLINE = 10
const RETURN = 13
const QUOTE = 34

/** What a byte is to the scan: part of a field, or one of these. */
const SEPARATES = 1
const ENDS_LINE = 2
const IS_ODD = 3

/** Row capacity of a block to begin with, as a share of the bytes: pages that are not used take no memory. */
const BYTES_PER_ROW = 32

/** How far the scan of a chunk has come. */
interface ScanState extends Pick<ScannedChunk, 'rows' | 'odd'> {
  bytes: Uint8Array
  /** Whether all lines are good UTF-8. */
  allUtf8: boolean
  /** After the last line end. */
  linesEnd: number
  rowsBefore: number
  start: number
  /** The lines that the kernel has at hand. */
  window: { start: number; end: number }
}

/** Reads chunks of CSV straight into events, row by row; what is not plain is left to other readers. */
export class CsvScanner {
  /** The events of the last chunk. */
  block: EventBlock
  readonly #turns: BlockTurns
  readonly #separator: number
  readonly #fields: number
  readonly #kinds = new Uint8Array(256)
  readonly #starts: Int32Array
  readonly #ends: Int32Array
  readonly #kernel: RowKernel

  constructor(plan: ScanPlan, unitSeed: number, file: { separator: string; fields: number; chunkBytes: number }) {
    const memory = new KernelMemory()
    this.#turns = new BlockTurns(plan, unitSeed, Math.ceil(file.chunkBytes / BYTES_PER_ROW), memory)
    this.block = this.#turns.next()
    this.#separator = file.separator.charCodeAt(0)
    this.#fields = file.fields
    this.#kernel = new RowKernel(memory, plan, unitSeed, { separator: this.#separator, fields: file.fields })
    this.#kinds[this.#separator] = SEPARATES
    this.#kinds[NEWLINE] = ENDS_LINE
    this.#kinds[QUOTE] = IS_ODD
    this.#kinds[0] = IS_ODD
    this.#starts = new Int32Array(file.fields)
    this.#ends = new Int32Array(file.fields)
  }

  /**
   * Fills a block with the events of a chunk. Null when the chunk is of another kind than the scan is good at: then the
   * block is of no use.
   *
   * @param isLast the file ends with this chunk, so its last record may lack a line end.
   */
  scan(bytes: Buffer, rowsBefore: number, isLast: boolean): ScannedChunk | null {
    let scanned: ScannedChunk | null
    if (rowsBefore > 0) this.block = this.#turns.next()
    do {
      this.block.clear()
      scanned = this.#scanOnce(bytes, rowsBefore, isLast)
    } while (this.block.loosen())
    return scanned
  }

  #scanOnce(bytes: Buffer, rowsBefore: number, isLast: boolean): ScannedChunk | null {
    const linesEnd = bytes.lastIndexOf(NEWLINE) + 1
    const allUtf8 = isUtf8(bytes.subarray(0, linesEnd))
    const careful = new CsvRecordReader(bytes, this.#separator, this.#fields, isLast)
    const window = { start: 0, end: 0 }
    const begin = { start: 0, rows: 0, odd: [], window }
    const state: ScanState = { bytes: plainBytes(bytes), allUtf8, linesEnd, rowsBefore, ...begin }
    while (state.start < bytes.length) {
      this.#scanPlainRows(state)
      if (state.start >= bytes.length) break
      const { start } = state
      const record = careful.at(start)
      if (record === null) break
      state.start = record.end
      if (record.isBlank) continue
      state.rows++
      const { end, problem, isUnusual } = record
      state.odd.push({ start, end, row: rowsBefore + state.rows, problem, isUnusual })
      if (isMostlyOdd(state.odd.length, state.rows)) return null
    }
    return { end: state.start, rows: state.rows, odd: state.odd }
  }

  /** Takes rows up to the first that it cannot take. */
  #scanPlainRows(state: ScanState): void {
    do this.#scanWindows(state)
    while (this.#scanRow(state))
  }

  /** Takes the rows whose texts are known, which are nearly all. */
  #scanWindows(state: ScanState): void {
    const { block } = this
    for (;;) {
      if (state.start >= state.window.end && !this.#openWindow(state)) return
      const { window } = state
      const events = block.rows
      const number = state.rowsBefore + state.rows + 1
      state.start = window.start + this.#kernel.take(block, state.start - window.start, number)
      state.rows += block.rows - events
      if (state.start < window.end) return
    }
  }

  /** Gives the kernel the lines from where the scan is; returns false when they are not for it. */
  #openWindow(state: ScanState): boolean {
    const { bytes, start, linesEnd } = state
    const most = Math.min(start + WINDOW_BYTES, linesEnd)
    const end = most > start ? bytes.lastIndexOf(NEWLINE, most - 1) + 1 : 0
    if (end <= start) return false
    const lines = bytes.subarray(start, end)
    if (!state.allUtf8 && !isUtf8(lines)) return false
    this.#kernel.setWindow(lines)
    state.window = { start, end }
    return true
  }

  /** Takes one row; returns whether it could. */
  #scanRow(state: ScanState): boolean {
    const { bytes, linesEnd, allUtf8, start } = state
    const end = start < linesEnd ? this.#plainEnd(bytes, start) : 0
    const isTaken =
      end > 0 &&
      end - start <= limits.recordBytes &&
      (allUtf8 || isUtf8(bytes.subarray(start, end))) &&
      this.block.take(bytes, this.#starts, this.#ends, state.rowsBefore + state.rows + 1)
    if (!isTaken) return false
    state.rows++
    state.start = end
    return true
  }

  /** Finds the fields of a record without quotes; returns where it ends, or 0 when it is none. A line end must follow. */
  #plainEnd(bytes: Uint8Array, start: number): number {
    const kinds = this.#kinds
    const starts = this.#starts
    const ends = this.#ends
    const last = this.#fields - 1
    let field = 0
    starts[0] = start
    for (let i = start; ; i++) {
      const kind = kinds[bytes[i]!]!
      if (kind === 0) continue
      if (kind === SEPARATES) {
        if (field === last) return 0
        ends[field++] = i
        starts[field] = i + 1
      } else if (kind === ENDS_LINE) {
        if (field !== last) return 0
        ends[field] = i > starts[field]! && bytes[i - 1] === RETURN ? i - 1 : i
        return i + 1
      } else return 0
    }
  }
}
