import { DAY_MICROS } from '../timed-events.ts'
import type { EventColumns, UnitRows } from '../unit-rows.ts'

/** When units last did something before their first exposure: of some event types, in any order of the events. */
export class Recency {
  readonly #types: ReadonlySet<string>
  readonly #last: Float64Array

  /** @param units with all their exposures: no rows are added later */
  constructor(eventTypes: readonly string[], units: UnitRows) {
    this.#types = new Set(eventTypes)
    this.#last = new Float64Array(units.size).fill(-Infinity)
  }

  add(units: UnitRows, { units: halves, times, types }: EventColumns): void {
    const isOwn = types.values.map((type) => this.#types.has(type))
    for (let i = 0; i < times.length; i++) {
      if (!isOwn[types.codes[i]!]) continue
      const row = units.index.find(halves[i * 2]!, halves[i * 2 + 1]!)
      if (row < 0) continue
      const time = times[i]!
      if (time < units.firstExposure[row]! && time > this.#last[row]!) this.#last[row] = time
    }
  }

  /** Whole days from the last event to the first exposure, by row; NaN where there was none. */
  days({ firstExposure }: UnitRows): Float64Array {
    return this.#last.map((time, row) =>
      time === -Infinity ? Number.NaN : Math.floor((firstExposure[row]! - time) / DAY_MICROS),
    )
  }
}
