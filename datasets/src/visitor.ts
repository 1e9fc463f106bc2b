import { AliasTable } from './alias-table.ts'
import {
  type Behaviour,
  FIRST_ORDER_DAY_SHARES,
  LOOK_AGAIN_DAYS,
  MOST_DAYS_BETWEEN_ORDERS,
  MOST_ORDERS,
  ORDER_VALUE_SIGMA,
  PAST_DAYS,
  REFUND_DAYS,
  VISITOR_VALUE_SIGMA,
} from './behaviour.ts'
import type { Settings } from './options.ts'
import { type Attributes, CELLS, type Cell, type RecencyBand } from './population.ts'
import { asUniform, pickShare, RandomStream } from './random.ts'

/** Purposes of random streams; visits use VISIT + day offset, order values ORDER_VALUE + slot. */
const IDENTITY = 1
const PAST = 2
const FUTURE = 3
const VISITOR_VALUE = 4
const EXCEPTIONS = 5
const ORDER_VALUE = 1000

const CELL_TABLE = new AliasTable(CELLS.map(({ share }) => share))

/** Stands for "on no day" where a day offset is expected. */
const NEVER = 255

export interface Exceptions {
  /** The variant that a contaminated visitor sees besides their own; null for everybody else. */
  otherVariant: number | null
  /** Whether the visitor is exposed to their own variant a second time. */
  reExposed: boolean
}

/**
 * One visitor at a time: `load` draws who they are, `daysBefore` and `future` what they do when. Everything is drawn
 * again from the seed and the visitor's number whenever it is needed, so nothing is kept between visitors.
 *
 * Each visitor is loaded some thirty times. What most of these times is not needed is kept as drawn, and interpreted
 * when it is asked for.
 */
export class Visitor {
  readonly #settings: Settings
  readonly #behaviour: Behaviour
  readonly #visitorCount: number
  readonly #stream: RandomStream
  #cell = 0
  #arrivalDraw = 0
  #variantDraw = 0
  #botDraw = 0
  #recencyDraw = 0
  #lookAgainDay = NEVER
  /** Days after the exposure of the orders (`#orderCount` of them) and of their refunds. */
  #orderCount = 0
  readonly #orderDays = new Uint8Array(MOST_ORDERS)
  readonly #refundDays = new Uint8Array(MOST_ORDERS)

  number = 0

  constructor(settings: Settings, behaviour: Behaviour, visitorCount: number) {
    this.#settings = settings
    this.#behaviour = behaviour
    this.#visitorCount = visitorCount
    this.#stream = new RandomStream(settings.seed)
  }

  /** Draws the visitor with the number (from 0). */
  load(number: number): void {
    const stream = this.#stream.startAt(number, IDENTITY)
    this.number = number
    this.#cell = CELL_TABLE.draw(stream)
    this.#arrivalDraw = stream.nextUint32()
    this.#variantDraw = stream.nextUint32()
    this.#botDraw = stream.nextUint32()
    this.#recencyDraw = stream.nextUint32()
  }

  get cell(): Cell {
    return CELLS[this.#cell] as Cell
  }

  get variant(): number {
    return pickShare(this.#settings.variantShares, asUniform(this.#variantDraw))
  }

  get bot(): boolean {
    return asUniform(this.#botDraw) < this.#settings.bots
  }

  /** When the visitor is exposed first, in ms. It never falls as the visitors' numbers rise. */
  get arrivalMs(): number {
    // One visitor to each 1/n of the distribution: each is spread as it says, and numbers are in time order.
    const share = (this.number + asUniform(this.#arrivalDraw)) / this.#visitorCount
    return this.#behaviour.calendar.timeAtShare(share)
  }

  get attributes(): Attributes {
    const { device, channel, geo, priceBucket, recencyBand, frequency } = this.cell
    const returning = recencyBand !== null && !this.bot
    return {
      device,
      channel,
      geo,
      price_bucket: priceBucket.name,
      recency: returning ? this.#recency(recencyBand) : null,
      frequency: returning ? frequency : 0,
    }
  }

  /** What is odd about the visitor's exposures. */
  exceptions(): Exceptions {
    const { variantShares, contamination, reExposed } = this.#settings
    const stream = this.#stream.startAt(this.number, EXCEPTIONS)
    const contaminated = stream.chance(contamination) && !this.bot
    const steps = 1 + stream.below(variantShares.length - 1)
    return {
      otherVariant: contaminated ? (this.variant + steps) % variantShares.length : null,
      reExposed: stream.chance(reExposed),
    }
  }

  /** The days before the exposure with a visit, as bits: bit d for d days before. */
  daysBefore(): number {
    const { recencyBand, interest } = this.cell
    if (recencyBand === null || recencyBand.from > PAST_DAYS || this.bot) return 0
    const recency = this.#recency(recencyBand)
    if (recency > PAST_DAYS) return 0
    const stream = this.#stream.startAt(this.number, PAST)
    let days = 1 << recency
    for (let day = recency + 1; day <= PAST_DAYS; day++) if (stream.chance(interest.dailyVisit)) days |= 1 << day
    return days
  }

  /**
   * Whether a visit on the day before the exposure may have been an order: not more of them than the visitor's
   * `frequency` says, counted from the last visit backwards.
   */
  mayHaveOrdered(day: number, daysBefore: number): boolean {
    let later = 0
    for (let d = 1; d < day; d++) later += (daysBefore >> d) & 1
    return later < this.cell.frequency
  }

  /** Draws orders, refunds and another look. The window's end is not looked at here. */
  future(): void {
    this.#orderCount = 0
    this.#lookAgainDay = NEVER
    if (this.bot) return
    const { interest, orderAgain, priceBucket } = this.cell
    const stream = this.#stream.startAt(this.number, FUTURE)
    if (stream.chance(interest.lookAgain)) this.#lookAgainDay = 1 + stream.below(LOOK_AGAIN_DAYS)
    const conversion = (this.#behaviour.conversion[this.variant] as Float64Array)[this.#cell] as number
    if (!stream.chance(conversion)) return
    let day = pickShare(FIRST_ORDER_DAY_SHARES, stream.uniform())
    for (let order = 0; order < MOST_ORDERS; order++) {
      this.#orderCount = order + 1
      this.#orderDays[order] = day
      this.#refundDays[order] = stream.chance(priceBucket.refund)
        ? day + REFUND_DAYS.from + stream.below(REFUND_DAYS.to - REFUND_DAYS.from + 1)
        : NEVER
      if (!stream.chance(orderAgain)) return
      day += 1 + stream.below(MOST_DAYS_BETWEEN_ORDERS)
    }
  }

  /** The order that is made on the day after the exposure (0 for the first one), or -1. Call `future` first. */
  orderOn(day: number): number {
    for (let order = 0; order < this.#orderCount; order++) if (this.#orderDays[order] === day) return order
    return -1
  }

  /** The orders that are paid back on the day. Call `future` first. */
  refundsOn(day: number): number[] {
    const orders: number[] = []
    for (let order = 0; order < this.#orderCount; order++) if (this.#refundDays[order] === day) orders.push(order)
    return orders
  }

  /** Whether the visitor comes to look around on the day. Call `future` first. */
  looksAgainOn(day: number): boolean {
    return this.#lookAgainDay === day
  }

  /** The days after the exposure on which anything happens, as bits; draws the future anew. */
  daysAfter(): number {
    this.future()
    let days = 0
    if (this.#lookAgainDay !== NEVER) days |= 1 << this.#lookAgainDay
    for (let order = 0; order < this.#orderCount; order++) {
      days |= 1 << (this.#orderDays[order] as number)
      if (this.#refundDays[order] !== NEVER) days |= 1 << (this.#refundDays[order] as number)
    }
    // The day of the exposure itself is there for everybody, and not asked for.
    return days & ~1
  }

  /**
   * Value of an order in cents. `slot` is the order's number after the exposure, or minus the day for one before it,
   * which the treatment cannot touch.
   */
  orderCents(slot: number): number {
    const ofVisitor = this.#stream.startAt(this.number, VISITOR_VALUE).normal() * VISITOR_VALUE_SIGMA
    const ofOrder = this.#stream.startAt(this.number, ORDER_VALUE + slot).normal() * ORDER_VALUE_SIGMA
    const spread = (VISITOR_VALUE_SIGMA ** 2 + ORDER_VALUE_SIGMA ** 2) / 2
    const factor = slot < 0 ? 1 : (this.#behaviour.orderValueFactor[this.variant] as number)
    return Math.round(100 * this.cell.orderValue * factor * Math.exp(ofVisitor + ofOrder - spread))
  }

  #recency({ from, to }: RecencyBand): number {
    return from + Math.floor(asUniform(this.#recencyDraw) * (to - from + 1))
  }
}
