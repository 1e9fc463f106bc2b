import type { AggregationPlan } from './plan.ts'
import { Block } from './block.ts'
import { Scratch } from './memory.ts'
import type { SummedUnits } from './unit-rows.ts'

/**
 * The units of an experiment with all their values and without their variants: what can be dealt out anew. Units that are
 * alike in every measure are one row; most have done nothing and are one row together.
 */
export interface UnitPool {
  /** How many units each of the plan's variants has. */
  sizes: number[]
  /** Values of each row, one column a measure of the plan. */
  columns: Float64Array[]
  /** Units of each row. */
  counts: Float64Array
}

const BLOCK_ROWS = 4096

/** Gathers the compared units of an experiment, taken in any number of pieces. */
export class UnitPoolBuilder {
  readonly #plan: AggregationPlan
  readonly #sizes: number[]
  /** Units with a value other than 0. */
  #columns: Float64Array[]
  #length = 0
  #zeros = 0

  constructor(plan: AggregationPlan) {
    this.#plan = plan
    this.#sizes = plan.variants.map(() => 0)
    this.#columns = plan.measures.map(() => new Float64Array(BLOCK_ROWS))
  }

  add(units: SummedUnits): void {
    Scratch.during((memory) => {
      const block = new Block(this.#plan, units, BLOCK_ROWS, memory)
      for (let from = 0; from < units.size; from += BLOCK_ROWS) {
        block.read(from, Math.min(units.size, from + BLOCK_ROWS))
        this.#take(block)
      }
    })
  }

  #take({ columns, variants, length }: Block): void {
    this.#reserve(this.#length + length)
    for (let i = 0; i < length; i++) {
      this.#sizes[variants[i]!]!++
      if (columns.every((column) => column[i] === 0)) {
        this.#zeros++
        continue
      }
      for (let measure = 0; measure < columns.length; measure++)
        this.#columns[measure]![this.#length] = columns[measure]![i]!
      this.#length++
    }
  }

  #reserve(length: number): void {
    const capacity = this.#columns[0]?.length ?? Infinity
    if (length <= capacity) return
    this.#columns = this.#columns.map((column) => {
      const larger = new Float64Array(Math.max(length, capacity * 2))
      larger.set(column)
      return larger
    })
  }

  /** The units in rows that differ, the row of those without any value first. */
  pool(): UnitPool {
    const columns = this.#columns
    const order = Uint32Array.from({ length: this.#length }, (_, i) => i).sort((a, b) => {
      for (const column of columns) if (column[a] !== column[b]) return column[a]! - column[b]!
      return 0
    })
    const firsts: number[] = []
    const counts: number[] = []
    for (const [place, unit] of order.entries()) {
      const before = place === 0 ? null : order[place - 1]!
      if (before !== null && columns.every((column) => column[unit] === column[before])) counts[counts.length - 1]!++
      else {
        firsts.push(unit)
        counts.push(1)
      }
    }
    const hasZeros = this.#zeros > 0
    return {
      sizes: this.#sizes,
      columns: columns.map((column) => Float64Array.from([...(hasZeros ? [0] : []), ...firsts.map((i) => column[i]!)])),
      counts: Float64Array.from([...(hasZeros ? [this.#zeros] : []), ...counts]),
    }
  }
}
