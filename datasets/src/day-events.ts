import { ABANDONED_CART } from './behaviour.ts'
import { VISIT_SPAN_MS } from './calendar.ts'
import type { EventRow, EventType } from './event-row.ts'
import { DAY_MS, type Settings } from './options.ts'
import { RandomStream, scramble32 } from './random.ts'
import type { Tally, VariantTally } from './tally.ts'
import type { Exceptions, Visitor } from './visitor.ts'

/** Purposes of random streams: DAY + day offset. */
const DAY = 2000
const MINUTE_MS = 60_000
/** Time from one step of a visit to the next. */
const STEP_MS = { from: 4_000, to: 120_000 }
/** A bot calls this many pages, this far apart: within `VISIT_SPAN_MS / 2` altogether. */
const BOT_VIEWS = { from: 150, to: 449 }
const BOT_STEP_MS = { from: 1_500, to: 8_000 }
export const MEAN_BOT_VIEWS = (BOT_VIEWS.from + BOT_VIEWS.to) / 2

/** Writes down what a visitor does on a day, and counts it. Rows come without their ids, not in time order. */
export class DayEvents {
  readonly #settings: Settings
  readonly #tally: Tally
  readonly #stream: RandomStream
  #rows: EventRow[] = []
  #userId = ''
  #timeMs = 0

  constructor(settings: Settings, tally: Tally) {
    this.#settings = settings
    this.#tally = tally
    this.#stream = new RandomStream(settings.seed)
  }

  /** Appends the rows of the visitor's day, `dayOffset` days after the exposure, to `rows`. */
  write(visitor: Visitor, dayOffset: number, rows: EventRow[]): void {
    this.#rows = rows
    this.#userId = `u${hex32(scramble32(visitor.number ^ this.#settings.seed[0]))}`
    this.#stream.startAt(visitor.number, DAY + dayOffset)
    this.#timeMs = visitor.arrivalMs
    if (dayOffset === 0) this.#firstVisit(visitor)
    else {
      // Up to an hour earlier or later than on the day of the exposure; the visit itself is over within another hour.
      this.#timeMs += dayOffset * DAY_MS + this.#stream.below(VISIT_SPAN_MS) - VISIT_SPAN_MS / 2
      if (dayOffset < 0) this.#pastVisit(visitor, -dayOffset)
      else this.#laterDay(visitor, dayOffset)
    }
  }

  #firstVisit(visitor: Visitor): void {
    const { otherVariant, reExposed } = visitor.exceptions()
    this.#countVisitor(visitor, { otherVariant, reExposed })
    this.#expose(visitor, visitor.variant, this.#timeMs)
    if (reExposed) this.#expose(visitor, visitor.variant, this.#timeMs + this.#minutes(1, 10))
    if (otherVariant !== null) this.#expose(visitor, otherVariant, this.#timeMs + this.#minutes(5, 40))
    if (visitor.bot) {
      const views = between(this.#stream, BOT_VIEWS)
      for (let view = 0; view < views; view++) this.#step('view', BOT_STEP_MS)
      return
    }
    visitor.future()
    this.#views(visitor)
    if (visitor.orderOn(0) === 0) this.#order(visitor, 0)
    else if (this.#stream.chance(ABANDONED_CART)) this.#step('add_to_cart')
  }

  #pastVisit(visitor: Visitor, day: number): void {
    const before = this.#rows.length
    this.#views(visitor)
    if (visitor.mayHaveOrdered(day, visitor.daysBefore()) && this.#stream.chance(visitor.cell.interest.pastOrder)) {
      this.#step('add_to_cart')
      this.#step('purchase').value = visitor.orderCents(-day) / 100
    }
    this.#tally.rowsBeforeExposure += this.#rows.length - before
  }

  #laterDay(visitor: Visitor, dayOffset: number): void {
    visitor.future()
    const order = visitor.orderOn(dayOffset)
    if (order >= 0 || visitor.looksAgainOn(dayOffset)) this.#views(visitor)
    if (order >= 0) this.#order(visitor, order)
    for (const refunded of visitor.refundsOn(dayOffset)) {
      const value = visitor.orderCents(refunded) / 100
      this.#step('refund').value = -value
      const counts = this.#counts(visitor)
      if (counts === null) continue
      counts.refunds++
      counts.refunded = addMoney(counts.refunded, value)
    }
  }

  #order(visitor: Visitor, order: number): void {
    this.#step('add_to_cart')
    const value = visitor.orderCents(order) / 100
    this.#step('purchase').value = value
    const counts = this.#counts(visitor)
    if (counts === null) return
    if (order === 0) counts.converted++
    counts.orders++
    counts.revenue = addMoney(counts.revenue, value)
  }

  #views(visitor: Visitor): void {
    const views = 1 + this.#stream.below(visitor.cell.interest.mostViews)
    for (let view = 0; view < views; view++) this.#step('view')
  }

  #expose(visitor: Visitor, variant: number, timestampMs: number): void {
    const row = this.#row('exposure', timestampMs)
    row.variant = this.#settings.variantNames[variant] as string
    row.attributes = visitor.attributes
  }

  #step(type: EventType, gapMs = STEP_MS): EventRow {
    this.#timeMs += between(this.#stream, gapMs)
    return this.#row(type, this.#timeMs)
  }

  #row(type: EventType, timestampMs: number): EventRow {
    const row: EventRow = {
      eventId: '',
      userId: this.#userId,
      variant: '',
      type,
      value: null,
      timestampMs,
      attributes: null,
      fault: null,
    }
    this.#rows.push(row)
    this.#tally.goodRowsByType[type]++
    this.#tally.goodRows++
    return row
  }

  #minutes(from: number, to: number): number {
    return between(this.#stream, { from: from * MINUTE_MS, to: to * MINUTE_MS })
  }

  #countVisitor(visitor: Visitor, { otherVariant, reExposed }: Exceptions): void {
    const counts = this.#tally.perVariant[visitor.variant] as VariantTally
    this.#tally.visitors++
    counts.exposed++
    if (reExposed) this.#tally.reExposed++
    if (visitor.bot) {
      this.#tally.bots++
      counts.bots++
    } else if (otherVariant !== null) {
      this.#tally.contaminated++
      counts.contaminated++
    } else counts.visitors++
  }

  /** The counts that the visitor's orders go to, or null when an analysis leaves the visitor out. */
  #counts(visitor: Visitor): VariantTally | null {
    if (visitor.bot || visitor.exceptions().otherVariant !== null) return null
    return this.#tally.perVariant[visitor.variant] as VariantTally
  }
}

const HEX_BYTES = Array.from({ length: 256 }, (_, value) => value.toString(16).padStart(2, '0'))

/** Eight hexadecimal digits. Every row has two such ids: looking bytes up takes a fifth of formatting the number. */
export function hex32(value: number): string {
  const byte = (shift: number): string => HEX_BYTES[(value >>> shift) & 0xff] as string
  return byte(24) + byte(16) + byte(8) + byte(0)
}

function between(stream: RandomStream, { from, to }: { from: number; to: number }): number {
  return from + stream.below(to - from + 1)
}

/** Keeps a running sum of cents from collecting rounding errors. */
function addMoney(sum: number, value: number): number {
  return Math.round((sum + value) * 100) / 100
}
