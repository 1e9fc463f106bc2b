import { type EventRow, type Fault, FAULTS } from './event-row.ts'
import { eventId } from './event-log.ts'
import type { Settings } from './options.ts'
import { RandomStream } from './random.ts'
import type { Tally } from './tally.ts'

/** Purpose of the random stream. */
const FLAWS = 3000
/** A duplicate follows its original within this many good rows. */
const MOST_ROWS_APART = 1_000

/**
 * Puts duplicates and bad rows between the good ones. Every good row stays as it is, so that flaws change nothing in
 * what a careful reader of the log gets out of it.
 */
export function* addFlaws(
  batches: Iterable<readonly EventRow[]>,
  settings: Settings,
  tally: Tally,
): Generator<EventRow, void, undefined> {
  const stream = new RandomStream(settings.seed).startAt(0, FLAWS)
  const badRows = new BadRows(settings, stream)
  /** Rows to repeat, by the number of the good row that they are to follow. */
  const repeats = new Map<number, EventRow[]>()
  let rowNumber = 0
  for (const batch of batches) {
    for (const row of batch) {
      yield row
      if (settings.duplicates > 0) {
        if (stream.chance(settings.duplicates)) {
          const dueAt = rowNumber + 1 + stream.below(MOST_ROWS_APART)
          repeats.set(dueAt, [...(repeats.get(dueAt) ?? []), row])
        }
        const due = repeats.get(rowNumber)
        if (due !== undefined) {
          yield* due
          tally.duplicates += due.length
          repeats.delete(rowNumber)
        }
      }
      if (settings.badRows > 0) {
        const bad = badRows.after(row)
        if (bad !== null) {
          yield bad
          tally.badRows++
          tally.badRowsByFault[bad.fault as Fault]++
        }
      }
      rowNumber++
    }
  }
  for (const dueAt of [...repeats.keys()].sort((a, b) => a - b)) {
    const due = repeats.get(dueAt) as EventRow[]
    yield* due
    tally.duplicates += due.length
  }
  tally.rows = tally.goodRows + tally.duplicates + tally.badRows
}

/** Makes bad rows out of copies of good ones, going through the faults in turn. */
class BadRows {
  readonly #settings: Settings
  readonly #stream: RandomStream
  #made = 0
  #owed = 0
  #exposure: EventRow | null = null
  #purchase: EventRow | null = null

  constructor(settings: Settings, stream: RandomStream) {
    this.#settings = settings
    this.#stream = stream
  }

  /** The bad row to put after the row, or null. */
  after(row: EventRow): EventRow | null {
    if (row.type === 'exposure') this.#exposure = row
    if (row.type === 'purchase') this.#purchase = row
    if (this.#stream.chance(this.#settings.badRows)) this.#owed++
    if (this.#owed === 0) return null
    const fault = FAULTS[this.#made % FAULTS.length] as Fault
    const original = this.#originalFor(fault, row)
    if (original === null) return null
    this.#owed--
    // Good rows are numbered upwards from the first: ids of bad rows count downwards from the last number there is.
    return { ...original, eventId: eventId(this.#settings, ~this.#made++), fault }
  }

  /** A row of a kind in which the fault is one; null when there has been none yet. */
  #originalFor(fault: Fault, row: EventRow): EventRow | null {
    if (fault === 'unknownVariant') return this.#exposure
    if (fault === 'notANumber' || fault === 'missingValue') return this.#purchase
    return row
  }
}
