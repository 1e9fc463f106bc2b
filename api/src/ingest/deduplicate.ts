import { KEY_LANES, type EventKeys } from './event-keys.ts'
import { inRuns } from './in-runs.ts'
import { KeyMarks } from './key-marks.ts'
import { KeySet } from './key-set.ts'
import { LaneList } from './lane-list.ts'

/** What an event with a known event_id but other content does: the first or the last one counts. */
export type ConflictPolicy = 'KEEP_FIRST' | 'KEEP_LAST'

/** An expectation may be wrong: it costs 6 bytes an event. */
const MOST_EXPECTED = 20_000_000

/** An event's key in four lanes of 32 bits. */
export type Key = [number, number, number, number]

/**
 * Finds the events of a batch that are there already, in the batch itself or in the parts before it. Holds the keys of
 * the batch only (about 30 bytes an event): what is known is streamed past them.
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
  #contents: LaneList | null = null
  readonly #dropped = new Map<number, Key[]>()
  /** Which keys there may be, until more are taken. */
  #bits: Uint32Array | null = null

  constructor(policy: ConflictPolicy) {
    this.#policy = policy
  }

  /** Makes room for so many events in all. */
  expect(events: number): void {
    this.#keys.reserve(Math.min(events, MOST_EXPECTED))
  }

  /**
   * Finds which events of the next chunk are new to the batch: 1 where an event stays, 0 where it does not.
   *
   * @param rawRowOf the raw file's row of an event, for the sample
   */
  take(keys: EventKeys, rawRowOf: (event: number) => number): Uint8Array {
    const chunk = this.#firstKeys.length
    const first = this.#keys.size
    this.#firstKeys.push(first)
    this.#bits = null
    const { rows, width } = keys
    if (width > KEY_LANES) this.#contents ??= new LaneList(2, first)
    const keep = new Uint8Array(rows).fill(1)
    const taking: Taking = { chunk, first, keys, keep, holders: new Int32Array(rows), movedHere: new Map(), rawRowOf }
    inRuns(rows, (from, to) => this.#takeRun(taking, from, to))
    return keep
  }

  #takeRun(taking: Taking, from: number, to: number): void {
    const { keys, first, holders } = taking
    const { width, lanes } = keys
    for (let row = from, i = from * width; row < to; row++, i += width) {
      const number = this.#keys.add(lanes[i]!, lanes[i + 1]!, lanes[i + 2]!, lanes[i + 3]!)
      if (number < 0) {
        holders[this.#keys.size - 1 - first] = row
        if (this.#contents !== null) this.#setContent(this.#contents.grow(), keys, i)
      } else this.#takeAgain(taking, row, number)
    }
  }

  /** Takes an event whose key is there already, as some number. */
  #takeAgain({ chunk, first, keys, keep, holders, movedHere, rawRowOf }: Taking, row: number, number: number): void {
    const i = row * keys.width
    if (!this.#isConflict(number, keys, i)) {
      keep[row] = 0
      this.duplicates++
      if (this.sampleRows.length < MOST_SAMPLES) this.sampleRows.push(rawRowOf(row))
      return
    }
    this.conflicts++
    if (this.#policy === 'KEEP_FIRST') {
      keep[row] = 0
      return
    }
    const holder = movedHere.get(number) ?? (number >= first ? holders[number - first] : undefined)
    if (holder !== undefined) keep[holder] = 0
    else this.#drop(number, keyAt(keys, i))
    movedHere.set(number, row)
    this.#moved.set(number, chunk)
    this.#setContent(number, keys, i)
  }

  /**
   * Compares events of a part that is there already. Those that the batch has too are dropped from the batch, or, where
   * the last one counts and they differ, from the part: those keys are returned.
   */
  compareKnown(known: EventKeys): Key[] {
    const { rows, width, lanes } = known
    const superseded: Key[] = []
    // Nearly all known events are not in the batch: a look at few bits tells.
    const bits = (this.#bits ??= this.#keys.bits())
    const mask = bits.length * 32 - 1
    for (let row = 0, i = 0; row < rows; row++, i += width) {
      const bit = lanes[i + 1]! & mask
      if (((bits[bit >>> 5]! >>> (bit & 31)) & 1) === 0) continue
      const number = this.#keys.indexOf(lanes[i]!, lanes[i + 1]!, lanes[i + 2]!, lanes[i + 3]!)
      if (number < 0) continue
      const conflict = this.#isConflict(number, known, i)
      if (conflict) this.conflicts++
      else this.duplicates++
      if (conflict && this.#policy === 'KEEP_LAST') superseded.push(keyAt(known, i))
      else this.#drop(number, keyAt(known, i))
    }
    return superseded
  }

  /** The marks of the batch's keys: known events whose marks are not among them need not be compared. */
  marks(): KeyMarks {
    return new KeyMarks(this.#keys.secondLanes())
  }

  /** The keys to take out of the part made of a chunk that was taken before. */
  droppedFrom(chunk: number): Key[] {
    return this.#dropped.get(chunk) ?? []
  }

  /** An event that has no id has its content as key, and cannot say anything else under the same key. */
  #isConflict(number: number, { width, lanes }: EventKeys, i: number): boolean {
    if (width === KEY_LANES || this.#contents === null) return false
    const block = this.#contents.blockOf(number)
    const at = this.#contents.offsetOf(number)
    const [a, b] = [lanes[i + 4]!, lanes[i + 5]!]
    const [c, d] = [block[at]!, block[at + 1]!]
    return (a !== 0 || b !== 0) && (c !== 0 || d !== 0) && (a !== c || b !== d)
  }

  #setContent(number: number, { width, lanes }: EventKeys, i: number): void {
    if (width === KEY_LANES) return
    const block = this.#contents!.blockOf(number)
    const at = this.#contents!.offsetOf(number)
    block[at] = lanes[i + 4]!
    block[at + 1] = lanes[i + 5]!
  }

  #drop(number: number, key: Key): void {
    const chunk = this.#moved.get(number) ?? lastAtMost(this.#firstKeys, number)
    const keys = this.#dropped.get(chunk)
    if (keys === undefined) this.#dropped.set(chunk, [key])
    else keys.push(key)
  }
}

const MOST_SAMPLES = 10

/** A chunk whose events are being taken. */
interface Taking {
  chunk: number
  /** Number of its first new key. */
  first: number
  keys: EventKeys
  keep: Uint8Array
  /** Rows of the chunk's keys: the key numbered first + i is held by row holders[i], or by movedHere. */
  holders: Int32Array
  movedHere: Map<number, number>
  rawRowOf: (event: number) => number
}

/** The keys of the events that stay. */
export function keptKeys(keep: Uint8Array, { rows, width, lanes }: EventKeys): EventKeys {
  const left = new Int32Array(keep.reduce((sum, one) => sum + one, 0) * width)
  for (let row = 0, to = 0; row < rows; row++) {
    if (keep[row] === 0) continue
    for (let lane = 0; lane < width; lane++) left[to++] = lanes[row * width + lane]!
  }
  return { rows: left.length / width, width, lanes: left }
}

/** Which events are left when those of some keys are dropped: 1 where an event stays, 0 where it does not. */
export function keptWithout(dropped: Key[], { rows, width, lanes }: EventKeys): Uint8Array {
  const set = new KeySet(dropped.length)
  for (const key of dropped) set.add(...key)
  const keep = new Uint8Array(rows)
  for (let row = 0, i = 0; row < rows; row++, i += width) {
    keep[row] = set.indexOf(lanes[i]!, lanes[i + 1]!, lanes[i + 2]!, lanes[i + 3]!) < 0 ? 1 : 0
  }
  return keep
}

function keyAt({ lanes }: EventKeys, i: number): Key {
  return [lanes[i]!, lanes[i + 1]!, lanes[i + 2]!, lanes[i + 3]!]
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
