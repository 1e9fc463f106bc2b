import pl from 'nodejs-polars'
import { column, int64Values, type Frame } from '../engine/polars/frame.ts'
import { eventColumn } from '../engine/event-columns.ts'
import { KeySet } from './key-set.ts'

/** What an event with a known event_id but other content does: the first or the last one counts. */
export type ConflictPolicy = 'KEEP_FIRST' | 'KEEP_LAST'

/** The columns that tell events apart. */
export const keyColumns = [eventColumn.keyHigh, eventColumn.keyLow, eventColumn.content] as const

/** An expectation may be wrong: it costs 30 bytes an event. */
const MOST_EXPECTED = 20_000_000

/** An event's key in four lanes of 32 bits. */
export type Key = [number, number, number, number]

/**
 * Finds the events of a batch that are there already, in the batch itself or in the parts before it. Holds the keys of
 * the batch only (20 to 40 bytes an event): what is known is streamed past them.
 */
export class Deduplicator {
  duplicates = 0
  conflicts = 0
  /** Rows of the raw file whose events were dropped as duplicates, the first few. */
  readonly sampleRows: number[] = []
  readonly #policy: ConflictPolicy
  readonly #keys = new KeySet()
  /** Number of the first key of each chunk: keys are numbered as they come. */
  readonly #firstKeys: number[] = []
  /** Keys whose event was replaced by one of a later chunk. */
  readonly #moved = new Map<number, number>()
  /** Content hash of each key, once some event has one. */
  #contents: PairList | null = null
  readonly #dropped = new Map<number, Key[]>()

  constructor(policy: ConflictPolicy) {
    this.#policy = policy
  }

  /** Makes room for so many events in all. */
  expect(events: number): void {
    this.#keys.reserve(Math.min(events, MOST_EXPECTED))
  }

  /** The events of the next chunk that are new to the batch. */
  take(events: Frame): Frame {
    const chunk = this.#firstKeys.length
    const first = this.#keys.size
    this.#firstKeys.push(first)
    const { rows, high, low, contents } = readKeys(events)
    if (contents !== null) this.#contents ??= new PairList(first)
    const keep = new Uint8Array(rows).fill(1)
    /** Rows of this chunk's keys: the key numbered first + i is held by row holders[i], or by movedHere. */
    const holders = new Int32Array(rows)
    const movedHere = new Map<number, number>()
    for (let row = 0, i = 0; row < rows; row++, i += 2) {
      const number = this.#keys.add(high[i]!, high[i + 1]!, low[i]!, low[i + 1]!)
      if (number < 0) {
        holders[this.#keys.size - 1 - first] = row
        this.#contents?.push(contents?.[i] ?? 0, contents?.[i + 1] ?? 0)
        continue
      }
      if (!this.#isConflict(number, contents, i)) {
        keep[row] = 0
        this.#noteDuplicate(events, row)
        continue
      }
      this.conflicts++
      if (this.#policy === 'KEEP_FIRST') {
        keep[row] = 0
        continue
      }
      const holder = movedHere.get(number) ?? (number >= first ? holders[number - first] : undefined)
      if (holder !== undefined) keep[holder] = 0
      else this.#drop(number, [high[i]!, high[i + 1]!, low[i]!, low[i + 1]!])
      movedHere.set(number, row)
      this.#moved.set(number, chunk)
      this.#contents!.set(number, contents![i]!, contents![i + 1]!)
    }
    return filtered(events, keep)
  }

  /**
   * Compares a part that is there already. Its events that the batch has too are dropped from the batch, or, where the
   * last one counts and they differ, from the part: those keys are returned.
   */
  compareKnown(part: Frame): Key[] {
    const { rows, high, low, contents } = readKeys(part)
    const superseded: Key[] = []
    for (let row = 0, i = 0; row < rows; row++, i += 2) {
      const number = this.#keys.indexOf(high[i]!, high[i + 1]!, low[i]!, low[i + 1]!)
      if (number < 0) continue
      const key: Key = [high[i]!, high[i + 1]!, low[i]!, low[i + 1]!]
      const conflict = this.#isConflict(number, contents, i)
      if (conflict) this.conflicts++
      else this.duplicates++
      if (conflict && this.#policy === 'KEEP_LAST') superseded.push(key)
      else this.#drop(number, key)
    }
    return superseded
  }

  /** The keys to take out of the part made of a chunk that was taken before. */
  droppedFrom(chunk: number): Key[] {
    return this.#dropped.get(chunk) ?? []
  }

  /** An event that has no id has its content as key, and cannot say anything else under the same key. */
  #isConflict(number: number, contents: Int32Array | null, i: number): boolean {
    if (contents === null || this.#contents === null) return false
    const [a, b] = [contents[i]!, contents[i + 1]!]
    const [c, d] = this.#contents.at(number)
    return (a !== 0 || b !== 0) && (c !== 0 || d !== 0) && (a !== c || b !== d)
  }

  #drop(number: number, key: Key): void {
    const chunk = this.#moved.get(number) ?? lastAtMost(this.#firstKeys, number)
    const keys = this.#dropped.get(chunk)
    if (keys === undefined) this.#dropped.set(chunk, [key])
    else keys.push(key)
  }

  #noteDuplicate(events: Frame, row: number): void {
    this.duplicates++
    if (this.sampleRows.length < 10) this.sampleRows.push(Number(events.getColumn(eventColumn.row).get(row)))
  }
}

/** The events whose key is not among the dropped ones. */
export function withoutKeys(events: Frame, dropped: Key[]): Frame {
  const set = new KeySet(dropped.length)
  for (const key of dropped) set.add(...key)
  const { rows, high, low } = readKeys(events)
  const keep = new Uint8Array(rows)
  for (let row = 0, i = 0; row < rows; row++, i += 2) {
    keep[row] = set.indexOf(high[i]!, high[i + 1]!, low[i]!, low[i + 1]!) < 0 ? 1 : 0
  }
  return filtered(events, keep)
}

function filtered(events: Frame, keep: Uint8Array): Frame {
  if (!keep.includes(0)) return events
  return events.filter(column('keep', keep, pl.UInt8).cast(pl.Bool)) as Frame
}

/** Keys and content hashes as lanes of 32 bits, two to a row. */
function readKeys(events: Frame): { rows: number; high: Int32Array; low: Int32Array; contents: Int32Array | null } {
  const rows = events.height
  const lanes = (name: string) => new Int32Array(int64Values(events, name).buffer)
  const content = events.getColumn(eventColumn.content)
  const filled = events.select(pl.col(eventColumn.content).fillNull(pl.lit(0)).cast(pl.Int64)) as Frame
  return {
    rows,
    high: lanes(eventColumn.keyHigh),
    low: lanes(eventColumn.keyLow),
    contents: content.nullCount() === rows ? null : new Int32Array(int64Values(filled, eventColumn.content).buffer),
  }
}

/** Index of the last number of an ascending list that is not above `value`. */
function lastAtMost(ascending: number[], value: number): number {
  let low = 0
  let high = ascending.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (ascending[middle]! <= value) low = middle
    else high = middle
  }
  return low
}

/** A growing list of pairs of 32-bit numbers. */
class PairList {
  #values: Int32Array
  #length: number

  /** @param length pairs of zeros to begin with. */
  constructor(length: number) {
    this.#values = new Int32Array(Math.max(1024, length * 2))
    this.#length = length
  }

  at(index: number): [number, number] {
    return [this.#values[index * 2]!, this.#values[index * 2 + 1]!]
  }

  set(index: number, a: number, b: number): void {
    this.#values[index * 2] = a
    this.#values[index * 2 + 1] = b
  }

  push(a: number, b: number): void {
    if (this.#length * 2 === this.#values.length) {
      const longer = new Int32Array(this.#values.length * 2)
      longer.set(this.#values)
      this.#values = longer
    }
    this.set(this.#length++, a, b)
  }
}
