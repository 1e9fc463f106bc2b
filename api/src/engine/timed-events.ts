import { Dictionary } from './dictionary.ts'
import type { EventColumns, UnitRows } from './unit-rows.ts'

export const DAY_MICROS = 86_400_000_000
export const DAY_MS = 86_400_000

/** Takes an event. */
type Visit = (row: number, type: string, value: number, time: number) => void

/** Events after the exposure of known units, with the day on which they were, in typed arrays that grow. */
export class TimedEvents {
  /** Day of each event, from the first that is kept; 0 for those before it. */
  days = new Int32Array(1024)
  /** Whole days from the unit's first exposure to the event. */
  sinceExposure = new Int32Array(1024)
  length = 0
  readonly #types = new Dictionary()
  #rows = new Int32Array(1024)
  #codes = new Int32Array(1024)
  #values = new Float64Array(1024)
  #times = new Float64Array(1024)

  /** Takes events within the units' rule; those before the exposure go to the units' own sums. */
  add(units: UnitRows, { units: halves, times, types, values }: EventColumns, firstDay: number): void {
    const codes = this.#types.translate(types.values)
    const { to, horizon } = units.rule
    this.#reserve(this.length + times.length)
    for (let i = 0; i < times.length; i++) {
      const row = units.index.find(halves[i * 2]!, halves[i * 2 + 1]!)
      if (row < 0) continue
      const time = times[i]!
      const first = units.firstExposure[row]!
      const type = types.codes[i]!
      const sums = units.sumsOf(types.values[type]!)
      if (time < first) {
        sums.earlyCounts[row]!++
        sums.earlySums[row]! += values[i]!
      } else if (time < to && time < first + horizon) {
        const at = this.length++
        this.#rows[at] = row
        this.#codes[at] = codes[type]!
        this.#values[at] = values[i]!
        this.#times[at] = time
        this.days[at] = Math.max(0, Math.floor(time / DAY_MICROS) - firstDay)
        this.sinceExposure[at] = Math.floor((time - first) / DAY_MICROS)
      }
    }
  }

  /** Visits the events of one day after another. @param places day of each event; those from `days` on are left out */
  orderedBy(places: Int32Array, days: number): (day: number, visit: Visit) => void {
    const starts = new Int32Array(days + 1)
    for (let i = 0; i < this.length; i++) if (places[i]! < days) starts[places[i]! + 1]!++
    for (let day = 0; day < days; day++) starts[day + 1]! += starts[day]!
    const next = starts.slice()
    const order = new Int32Array(starts[days]!)
    for (let i = 0; i < this.length; i++) if (places[i]! < days) order[next[places[i]!]!++] = i
    const types = this.#types.values
    return (day, visit) => {
      for (let k = starts[day]!; k < starts[day + 1]!; k++) {
        const i = order[k]!
        visit(this.#rows[i]!, types[this.#codes[i]!]!, this.#values[i]!, this.#times[i]!)
      }
    }
  }

  #reserve(length: number): void {
    if (length <= this.days.length) return
    const size = Math.max(length, this.days.length * 2)
    const ints = (values: Int32Array) => {
      const larger = new Int32Array(size)
      larger.set(values)
      return larger
    }
    const doubles = (values: Float64Array) => {
      const larger = new Float64Array(size)
      larger.set(values)
      return larger
    }
    this.days = ints(this.days)
    this.sinceExposure = ints(this.sinceExposure)
    this.#rows = ints(this.#rows)
    this.#codes = ints(this.#codes)
    this.#values = doubles(this.#values)
    this.#times = doubles(this.#times)
  }
}
