import { DAY_MS } from './options.ts'

/**
 * When visitors arrive: a rate that is constant within an hour and follows the day of the week and the hour of the day
 * (UTC), over the experiment's days.
 */

const HOUR_MS = 3_600_000

/**
 * Longest stretch from a visit's planned time to its last event, and the largest distance by which later visits are
 * moved from their plan. Nobody arrives so late that the first visit would run over the window's end.
 */
export const VISIT_SPAN_MS = 2 * HOUR_MS

/** Sunday first, as in `Date.getUTCDay`. */
const WEEKDAY_WEIGHTS = [1.16, 0.98, 0.94, 0.92, 0.95, 0.97, 1.08]

const HOUR_WEIGHTS = [
  0.34, 0.22, 0.15, 0.12, 0.13, 0.22, 0.44, 0.72, 0.95, 1.08, 1.16, 1.2, 1.26, 1.2, 1.14, 1.12, 1.18, 1.3, 1.46, 1.62,
  1.68, 1.48, 1.06, 0.64,
]

/** Distribution of arrival times over one experiment. */
export class ArrivalCalendar {
  readonly #startMs: number
  readonly #endMs: number
  /** Share of the visitors who arrived before each hour's beginning; one more entry than hours; the last is 1. */
  readonly #cumulative: Float64Array

  constructor(startMs: number, endMs: number) {
    this.#startMs = startMs
    this.#endMs = endMs
    const hours = (endMs - startMs) / HOUR_MS
    const openHours = hours - VISIT_SPAN_MS / HOUR_MS
    this.#cumulative = new Float64Array(hours + 1)
    const firstWeekday = new Date(startMs).getUTCDay()
    let sum = 0
    for (let hour = 0; hour < openHours; hour++) {
      const weekday = (firstWeekday + Math.floor(hour / 24)) % 7
      sum += (WEEKDAY_WEIGHTS[weekday] as number) * (HOUR_WEIGHTS[hour % 24] as number)
      this.#cumulative[hour + 1] = sum
    }
    for (let hour = 1; hour <= hours; hour++) {
      this.#cumulative[hour] = hour >= openHours ? 1 : (this.#cumulative[hour] as number) / sum
    }
  }

  /** Share of the visitors who have arrived by the time. */
  shareArrivedBy(timeMs: number): number {
    const position = (timeMs - this.#startMs) / HOUR_MS
    if (position <= 0) return 0
    const hour = Math.floor(position)
    if (hour >= this.#cumulative.length - 1) return 1
    const before = this.#cumulative[hour] as number
    return before + (position - hour) * ((this.#cumulative[hour + 1] as number) - before)
  }

  /** The time by which the share (in [0, 1)) has arrived, in whole milliseconds: the inverse of `shareArrivedBy`. */
  timeAtShare(share: number): number {
    let low = 0
    let high = this.#cumulative.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if ((this.#cumulative[middle] as number) <= share) low = middle
      else high = middle
    }
    const before = this.#cumulative[low] as number
    const within = (share - before) / ((this.#cumulative[low + 1] as number) - before)
    return this.#startMs + Math.floor((low + within) * HOUR_MS)
  }

  /**
   * Share of the visitors for whom the day `dayOffset` days after their arrival still lies in the window. What they do
   * on later days is not in the log, and so it is not in the truth either.
   */
  shareObservedOn(dayOffset: number): number {
    return this.shareArrivedBy(this.lastArrivalObservedOn(dayOffset))
  }

  /** The arrival time from which on the day `dayOffset` days later is cut off. */
  lastArrivalObservedOn(dayOffset: number): number {
    return this.#endMs - VISIT_SPAN_MS - dayOffset * DAY_MS
  }
}
