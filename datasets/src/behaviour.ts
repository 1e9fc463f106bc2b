import { ArrivalCalendar } from './calendar.ts'
import type { Settings } from './options.ts'
import { CELLS, type Cell } from './population.ts'

/** What a converting visitor does after the exposure, and when: shared by the generator and the truth. */

/** Probabilities that the first order falls 0, 1, 2, 3 days after the exposure. */
export const FIRST_ORDER_DAY_SHARES = [0.82, 0.09, 0.06, 0.03] as const
/** A further order follows the one before it by 1 to this many days, all equally likely. */
export const MOST_DAYS_BETWEEN_ORDERS = 4
export const MOST_ORDERS = 3
/** A refund follows its order by this many days, all equally likely. */
export const REFUND_DAYS = { from: 2, to: 7 } as const
/** A visitor who only looks around again does so 1 to this many days after the exposure, all equally likely. */
export const LOOK_AGAIN_DAYS = 7
/** Visits before the exposure are in the log from this many days before it. */
export const PAST_DAYS = 14
export const LAST_DAY =
  FIRST_ORDER_DAY_SHARES.length - 1 + (MOST_ORDERS - 1) * MOST_DAYS_BETWEEN_ORDERS + REFUND_DAYS.to
/** Probability that a first visit without an order leaves something in the basket. */
export const ABANDONED_CART = 0.25

/**
 * An order's value is the cell's mean times two log-normal factors of mean 1: one of the visitor (all orders, before
 * and after the exposure) and one of the order. These are the standard deviations of their logarithms.
 */
export const VISITOR_VALUE_SIGMA = 0.45
export const ORDER_VALUE_SIGMA = 0.4

/** The model with the settings' base rate, lifts and window put in. */
export interface Behaviour {
  calendar: ArrivalCalendar
  /** Probability that a visitor of the cell, in the variant, orders at all: `conversion[variant][cell]`. */
  conversion: readonly Float64Array[]
  /** Mean order value of the cell in the variant is `CELLS[cell].orderValue` times this. */
  orderValueFactor: readonly number[]
}

/**
 * Puts the model together.
 *
 * Throws `RangeError` when a lift would make a probability larger than 1.
 */
export function behaviourOf(settings: Settings): Behaviour {
  const base = baseConversions(settings.baseConversion)
  // The lift differs by cell; this factor makes the lift of the whole population the one that was asked for.
  const weighted = sumOverCells((cell, i) => (base[i] as number) * cell.liftWeight)
  const conversion = settings.conversionLifts.map((lift) => {
    const perWeight = (lift * settings.baseConversion) / weighted
    return base.map((rate, i) => rate * (1 + perWeight * (CELLS[i] as Cell).liftWeight))
  })
  for (const [variant, rates] of conversion.entries()) {
    if (rates.some((rate) => rate < 0 || rate > 1)) {
      throw new RangeError(
        `liftConversion ${settings.conversionLifts[variant]} leaves no valid probability for some visitors ` +
          `at baseConversion ${settings.baseConversion}: lower one of them`,
      )
    }
  }
  return {
    calendar: new ArrivalCalendar(settings.startMs, settings.endMs),
    conversion,
    orderValueFactor: settings.orderValueLifts.map((lift) => 1 + lift),
  }
}

/** The sum over the population of share times the cell's quantity, in the cells' order. */
export function sumOverCells(quantity: (cell: Cell, index: number) => number): number {
  let sum = 0
  for (let i = 0; i < CELLS.length; i++) sum += (CELLS[i] as Cell).share * quantity(CELLS[i] as Cell, i)
  return sum
}

/**
 * Expected number of a converting visitor's orders that the window lets us see, by how many orders came before: entry
 * k is the probability that order k (0 first) happens in time, given that the visitor wants to make it.
 *
 * `daysLater` asks instead for something that follows the order by so many days, all equally likely.
 */
export function observedOrderShares(calendar: ArrivalCalendar, daysLater = { from: 0, to: 0 }): number[] {
  const shares: number[] = []
  let onDay: readonly number[] = FIRST_ORDER_DAY_SHARES
  const gap = uniformDays(1, MOST_DAYS_BETWEEN_ORDERS)
  for (let order = 0; order < MOST_ORDERS; order++) {
    const days = convolve(onDay, uniformDays(daysLater.from, daysLater.to))
    shares.push(days.reduce((sum, share, day) => sum + share * calendar.shareObservedOn(day), 0))
    onDay = convolve(onDay, gap)
  }
  return shares
}

function uniformDays(from: number, to: number): number[] {
  return Array.from({ length: to + 1 }, (_, day) => (day < from ? 0 : 1 / (to - from + 1)))
}

function convolve(a: readonly number[], b: readonly number[]): number[] {
  const sum = Array<number>(a.length + b.length - 1).fill(0)
  a.forEach((x, i) => b.forEach((y, j) => (sum[i + j] = (sum[i + j] as number) + x * y)))
  return sum
}

/** Conversion by cell: logistic in the cell's log-odds, with the constant that makes the mean the base rate. */
function baseConversions(baseConversion: number): Float64Array {
  const shares = Float64Array.from(CELLS, ({ share }) => share)
  const odds = Float64Array.from(CELLS, ({ logOdds }) => Math.exp(logOdds))
  const rate = (index: number, factor: number): number => 1 - 1 / (1 + factor * (odds[index] as number))
  const meanRate = (factor: number): number => {
    let mean = 0
    for (let i = 0; i < odds.length; i++) mean += (shares[i] as number) * rate(i, factor)
    return mean
  }
  let low = 1e-6
  let high = 1e6
  // Bisection on the logarithm: 60 halvings go below the precision of a double.
  for (let step = 0; step < 60; step++) {
    const middle = Math.sqrt(low * high)
    if (meanRate(middle) < baseConversion) low = middle
    else high = middle
  }
  return odds.map((_, i) => rate(i, low))
}
