import { behaviourOf, LAST_DAY, PAST_DAYS } from './behaviour.ts'
import { DayEvents, hex32 } from './day-events.ts'
import type { EventRow } from './event-row.ts'
import { DAY_MS, type Settings } from './options.ts'
import { scramble32 } from './random.ts'
import { visitorCount } from './size.ts'
import type { Tally } from './tally.ts'
import { Visitor } from './visitor.ts'

/**
 * The good rows of the log in (nearly) time order, in constant memory.
 *
 * A visitor's events spread over a month, so that at any moment most visitors have some behind and some before them:
 * keeping those would take memory in proportion to the log. Instead there is one lane for each day offset from the
 * exposure (-14, ..., 0, ..., +18). Visitors are numbered in the order in which they arrive, so each lane walks through
 * them in time order, drawing each visitor again from the seed; merging the lanes by time gives the log. Only the
 * hours by which single visits stray from this order are left to a buffer of fixed size.
 * (One byte a visitor is kept after all, to pass over the many of whom there is nothing to draw.)
 */

/** Rows that wait to be sorted. Enough for exact time order up to a million events in four weeks; see README.md. */
const BUFFER_ROWS = 16_384

/** Bits of a visitor of whom nothing is logged before, or after, the day of the exposure. */
const IDLE_BEFORE = 1
const IDLE_AFTER = 2

/** Yields the rows in batches, and counts them in `tally`. */
export function* generateGoodRows(settings: Settings, tally: Tally): Generator<EventRow[], void, undefined> {
  const behaviour = behaviourOf(settings)
  const count = visitorCount(settings, behaviour)
  const visitor = new Visitor(settings, behaviour, count)
  const days = new DayEvents(settings, tally)
  /** By lane: the next visitor with something to do on the lane's day. */
  const next = new Uint32Array(PAST_DAYS + 1 + LAST_DAY)
  /** By lane: when that is due, give or take an hour; Infinity at the lane's end. */
  const dueMs = new Float64Array(next.length)
  /** By visitor: what is known to be empty. Saves most of the drawing, for one byte each. */
  const idle = new Uint8Array(count)
  for (let lane = 0; lane < next.length; lane++) advance(lane, 0)

  let buffer: EventRow[] = []
  let rowNumber = 0
  for (let lane = soonest(dueMs); (dueMs[lane] as number) < Infinity; lane = soonest(dueMs)) {
    const number = next[lane] as number
    visitor.load(number)
    days.write(visitor, lane - PAST_DAYS, buffer)
    advance(lane, number + 1)
    if (buffer.length >= BUFFER_ROWS) {
      buffer.sort(byTime)
      const later = buffer.splice(BUFFER_ROWS / 2)
      yield numbered(buffer)
      buffer = later
    }
  }
  yield numbered(buffer.sort(byTime))

  function advance(lane: number, from: number): void {
    const dayOffset = lane - PAST_DAYS
    const side = dayOffset < 0 ? IDLE_BEFORE : dayOffset > 0 ? IDLE_AFTER : 0
    dueMs[lane] = Infinity
    for (let number = from; number < count; number++) {
      if (((idle[number] as number) & side) !== 0) continue
      visitor.load(number)
      if (side !== 0) {
        const days = side === IDLE_BEFORE ? visitor.daysBefore() : visitor.daysAfter()
        if (days === 0) idle[number] = (idle[number] as number) | side
        if (((days >> Math.abs(dayOffset)) & 1) === 0) continue
      }
      const arrivalMs = visitor.arrivalMs
      if (dayOffset > 0 && arrivalMs >= behaviour.calendar.lastArrivalObservedOn(dayOffset)) return
      next[lane] = number
      dueMs[lane] = arrivalMs + dayOffset * DAY_MS
      return
    }
  }

  function numbered(rows: EventRow[]): EventRow[] {
    for (const row of rows) row.eventId = eventId(settings, rowNumber++)
    return rows
  }
}

/** The id of the row with the number: a bijection, so that ids are unique and look as if drawn. */
export function eventId(settings: Settings, rowNumber: number): string {
  return `e${hex32(scramble32(rowNumber ^ settings.seed[1]))}`
}

function soonest(dueMs: Float64Array): number {
  let best = 0
  for (let lane = 1; lane < dueMs.length; lane++) {
    if ((dueMs[lane] as number) < (dueMs[best] as number)) best = lane
  }
  return best
}

/** Sorting is stable, so rows of one millisecond stay in the order in which they were made. */
function byTime(a: EventRow, b: EventRow): number {
  return a.timestampMs - b.timestampMs
}
