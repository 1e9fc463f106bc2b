import { Dictionary, type CodedTexts } from './dictionary.ts'
import { freshMemory, type Memory } from './memory.ts'
import type { Measure } from './plan.ts'
import { UnitIndex } from './unit-index.ts'

/** How often and to what a unit was exposed. */
export const exposureState = { none: 0, once: 1, repeatedly: 2, severalVariants: 3 } as const

/** Which exposures count, and until when events do. Times in microseconds since 1970; -Infinity and Infinity are open. */
export interface UnitRule {
  /** Exposures from then on count. */
  from: number
  /** Exposures and events before it count. */
  to: number
  /** Events count within this time after the first exposure, in microseconds. */
  horizon: number
}

/** The exposures of a part, sorted by unit or not. */
export interface ExposureColumns {
  /** Low and high half of each unit. */
  units: Int32Array
  times: Float64Array
  variants: CodedTexts
  attributes: Map<string, CodedTexts>
}

/** Events of a part. */
export interface EventColumns {
  units: Int32Array
  times: Float64Array
  types: CodedTexts
  /** 0 where an event has none. */
  values: Float64Array
}

/** Sums of one event type, by unit: from the first exposure on, and before it. */
export interface TypeSums {
  counts: Float64Array
  sums: Float64Array
  earlyCounts: Float64Array
  earlySums: Float64Array
}

/** Which of them a measure adds up. */
export function sumOf({ aggregation, before }: Pick<Measure, 'aggregation' | 'before'>): keyof TypeSums {
  if (aggregation === 'sum') return before ? 'earlySums' : 'sums'
  return before ? 'earlyCounts' : 'counts'
}

/** The names of what is kept of a type. */
export const sumNames = ['counts', 'sums', 'earlyCounts', 'earlySums'] as const satisfies readonly (keyof TypeSums)[]

/** Sums of so many units that have no events of a type. */
export function noSums(units: number, memory = freshMemory): TypeSums {
  const zeros = (): Float64Array => memory.float64(units)
  return { counts: zeros(), sums: zeros(), earlyCounts: zeros(), earlySums: zeros() }
}

/** Texts of an attribute by unit, as codes of a dictionary; -1 where there is none. */
export interface AttributeColumn {
  codes: Int32Array
  dictionary: Dictionary
}

/** Units as rows of columns that run side by side; the columns may be longer than there are rows. */
export interface SummedUnits {
  readonly size: number
  readonly variantNames: Dictionary
  /** Time of the first exposure; Infinity where there is none. */
  readonly firstExposure: Float64Array
  /** Code of the first exposure's variant; -1 where there is none. */
  readonly variant: Int32Array
  readonly state: Uint8Array
  /** Attributes at the first exposure. */
  readonly attributes: ReadonlyMap<string, AttributeColumn>
  readonly types: ReadonlyMap<string, TypeSums>
  /** Events, by type, of units that have no row because they were never exposed. */
  readonly eventsWithoutRow: ReadonlyMap<string, number>
}

/**
 * One row per unit: its first exposure, and its events summed up by type, those from the first exposure on apart from
 * those before it. Everything that an analysis asks of single users is in it.
 *
 * Made from events in two steps: all exposures first, in any order, then all other events, in any order.
 */
export class UnitRows implements SummedUnits {
  readonly #memory: Memory
  readonly index: UnitIndex
  readonly rule: UnitRule
  readonly variantNames = new Dictionary()
  firstExposure: Float64Array
  variant: Int32Array
  state: Uint8Array
  readonly attributes = new Map<string, AttributeColumn>()
  readonly types = new Map<string, TypeSums>()
  readonly eventsWithoutRow = new Map<string, number>()

  /**
   * @param commonBits how many upper bits all units have in common
   * @param expected how many units there may be
   */
  constructor(
    rule: UnitRule,
    attributes: readonly string[],
    commonBits = 0,
    expected = 0,
    memory: Memory = freshMemory,
  ) {
    this.rule = rule
    this.#memory = memory
    this.index = new UnitIndex(commonBits, expected, memory)
    const { capacity } = this.index
    this.firstExposure = memory.float64(capacity).fill(Infinity)
    this.variant = memory.int32(capacity).fill(-1)
    this.state = memory.uint8(capacity)
    for (const name of attributes)
      this.attributes.set(name, { codes: memory.int32(capacity).fill(-1), dictionary: new Dictionary() })
  }

  get size(): number {
    return this.index.size
  }

  /** The sums of an event type; zeros when it has not occurred. */
  sumsOf(type: string): TypeSums {
    let sums = this.types.get(type)
    if (sums === undefined) {
      sums = noSums(this.index.capacity, this.#memory)
      this.types.set(type, sums)
    }
    return sums
  }

  /** Takes exposures within the rule's window; others must have been left out. */
  addExposures({ units, times, variants, attributes }: ExposureColumns): void {
    const variantCodes = this.variantNames.translate(variants.values)
    const rows = this.#memory.int32(times.length)
    const order = new Int8Array(times.length)
    for (let i = 0; i < times.length; i++) {
      const row = this.row(units[i * 2]!, units[i * 2 + 1]!)
      rows[i] = row
      order[i] = this.addExposure(row, times[i]!, variantCodes[variants.codes[i]!]!)
    }
    // Column by column: each loop then works on two lists only.
    for (const [name, column] of this.attributes) {
      const given = attributes.get(name)
      if (given === undefined) takeNone(column, rows, order)
      else takeTexts(column, given.codes, column.dictionary.translate(given.values), rows, order)
    }
  }

  /**
   * Takes one exposure. Of several at the same instant the one with the variant that comes first by name counts, and of
   * those each attribute has its least text: the answer must not depend on the order in which files come.
   *
   * @returns 1 when it is the unit's first now, -1 when it is at the same instant and of the same variant as the first,
   * else 0
   */
  addExposure(row: number, time: number, variant: number): 1 | 0 | -1 {
    const known = this.variant[row]!
    if (known < 0) {
      this.state[row] = exposureState.once
      this.firstExposure[row] = time
      this.variant[row] = variant
      return 1
    }
    if (known !== variant) this.state[row] = exposureState.severalVariants
    else if (this.state[row] === exposureState.once) this.state[row] = exposureState.repeatedly
    const first = this.firstExposure[row]!
    if (time > first) return 0
    if (time === first) {
      if (known === variant) return -1
      const names = this.variantNames.values
      if (names[known]! < names[variant]!) return 0
    }
    this.firstExposure[row] = time
    this.variant[row] = variant
    return 1
  }

  /**
   * Takes events, of any time. To be called when all exposures are known.
   *
   * @param withoutExposure whether units without an exposure get rows too; else their events are only counted
   */
  addEvents({ units, times, types, values }: EventColumns, withoutExposure: boolean): void {
    const { to, horizon } = this.rule
    const unplaced = new Float64Array(types.values.length)
    const sumsByType: TypeSums[] = []
    let lastLow = 0
    let lastHigh = 0
    let row = -2
    for (let i = 0; i < times.length; i++) {
      const low = units[i * 2]!
      const high = units[i * 2 + 1]!
      if (row === -2 || low !== lastLow || high !== lastHigh) {
        row = withoutExposure ? this.row(low, high) : this.index.find(low, high)
        lastLow = low
        lastHigh = high
      }
      const type = types.codes[i]!
      if (row < 0) {
        unplaced[type]!++
        continue
      }
      const time = times[i]!
      const first = this.firstExposure[row]!
      const sums = (sumsByType[type] ??= this.sumsOf(types.values[type]!))
      if (time < first) {
        sums.earlyCounts[row]!++
        sums.earlySums[row]! += values[i]!
      } else if (time < to && time < first + horizon) {
        sums.counts[row]!++
        sums.sums[row]! += values[i]!
      }
    }
    unplaced.forEach((count, type) => {
      const name = types.values[type]!
      if (count > 0) this.eventsWithoutRow.set(name, (this.eventsWithoutRow.get(name) ?? 0) + count)
    })
  }

  /** The row of a unit, made when there is none. */
  row(low: number, high: number): number {
    const row = this.index.add(low, high)
    if (this.index.capacity > this.firstExposure.length) this.#grow(this.index.capacity)
    return row
  }

  #grow(capacity: number): void {
    const memory = this.#memory
    this.firstExposure = grown(this.firstExposure, memory.float64(capacity).fill(Infinity))
    this.variant = grown(this.variant, memory.int32(capacity).fill(-1))
    this.state = grown(this.state, memory.uint8(capacity))
    for (const column of this.attributes.values()) column.codes = grown(column.codes, memory.int32(capacity).fill(-1))
    for (const sums of this.types.values()) {
      for (const name of sumNames) sums[name] = grown(sums[name], memory.float64(capacity))
    }
  }
}

/**
 * Takes the attribute of exposures.
 *
 * @param order of each exposure what `addExposure` said
 */
function takeTexts(
  column: AttributeColumn,
  given: Int32Array,
  translated: Int32Array,
  rows: Int32Array,
  order: Int8Array,
): void {
  const { codes } = column
  for (let i = 0; i < rows.length; i++) {
    if (order[i] === 0) continue
    const code = given[i]! < 0 ? -1 : translated[given[i]!]!
    if (order[i] === 1) codes[rows[i]!] = code
    else takeLeast(column, rows[i]!, code)
  }
}

/** Takes that exposures do not have the attribute. */
function takeNone({ codes }: AttributeColumn, rows: Int32Array, order: Int8Array): void {
  for (let i = 0; i < rows.length; i++) if (order[i] === 1) codes[rows[i]!] = -1
}

/** Keeps the lesser text of two; any text is less than none. */
export function takeLeast({ codes, dictionary }: AttributeColumn, row: number, code: number): void {
  const known = codes[row]!
  if (code < 0 || known === code) return
  if (known < 0 || dictionary.values[code]! < dictionary.values[known]!) codes[row] = code
}

function grown<Values extends Float64Array | Int32Array | Uint8Array>(
  values: ArrayLike<number>,
  larger: Values,
): Values {
  larger.set(values)
  return larger
}
