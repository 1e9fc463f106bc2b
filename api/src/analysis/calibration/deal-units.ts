import { emptyGroup } from '../../engine/groups.ts'
import type { AggregationPlan, Cells, Group } from '../../engine/plan.ts'
import type { UnitPool } from '../../engine/unit-pool.ts'
import { drawHypergeometric } from './draw-hypergeometric.ts'
import type { SeededRandom } from './seeded-random.ts'

const TWO_POW_MINUS_32 = 2 ** -32

/**
 * Deals the units of an experiment out to its variants anew, as many to each as it had: whatever the variants did, between
 * groups that are made like this there is no difference but chance.
 *
 * Moments are summed about the mean of all units, from which a group's mean is only chance away, so that nothing cancels.
 */
export class UnitDealer {
  readonly #plan: AggregationPlan
  readonly #pool: UnitPool
  readonly #random: SeededRandom
  /** Mean of all units, by measure. */
  readonly #centres: number[]
  /** Values less the mean. */
  readonly #centred: Float64Array[]
  readonly #distributions: Distribution[]
  readonly #sums: Float64Array[]
  readonly #squares: Float64Array[]
  readonly #products: Float64Array[]

  /** @param cells measures whose distributions are wanted */
  constructor(plan: AggregationPlan, pool: UnitPool, random: SeededRandom, cells: readonly number[]) {
    const { counts, columns, sizes } = pool
    const total = sizes.reduce((sum, size) => sum + size, 0)
    this.#plan = plan
    this.#pool = pool
    this.#random = random
    this.#centres = columns.map((column) => column.reduce((sum, value, i) => sum + (value / total) * counts[i]!, 0))
    this.#centred = columns.map((column, measure) => column.map((value) => value - this.#centres[measure]!))
    this.#distributions = cells.map((measure) => new Distribution(measure, columns[measure]!, sizes.length))
    const zeros = (length: number) => sizes.map(() => new Float64Array(length))
    this.#sums = zeros(columns.length)
    this.#squares = zeros(columns.length)
    this.#products = zeros(plan.pairs.length)
  }

  /** The next deal. */
  deal(): { groups: Group[]; cells: Cells[] } {
    for (const sums of [...this.#sums, ...this.#squares, ...this.#products]) sums.fill(0)
    for (const distribution of this.#distributions) distribution.clear()
    const { counts, sizes } = this.#pool
    const left = [...sizes]
    let total = sizes.reduce((sum, size) => sum + size, 0)
    for (let row = 0; row < counts.length; row++) {
      const count = counts[row]!
      if (count === 1) {
        let place = this.#random.bits() * TWO_POW_MINUS_32 * total
        let variant = 0
        while (variant < left.length - 1 && place >= left[variant]!) place -= left[variant++]!
        this.#add(variant, row, 1)
        left[variant]!--
      } else {
        this.#dealAlike(row, count, left, total)
      }
      total -= count
    }
    return { groups: sizes.map((n, variant) => this.#groupOf(variant, n)), cells: this.#cells() }
  }

  /** Deals units that are alike: how many of them each variant gets. */
  #dealAlike(row: number, count: number, left: number[], total: number): void {
    let [alike, population] = [count, total]
    for (let variant = 0; variant < left.length; variant++) {
      const isLast = variant === left.length - 1
      const own = isLast ? alike : drawHypergeometric(this.#random, population, alike, left[variant]!)
      population -= left[variant]!
      alike -= own
      left[variant]! -= own
      if (own > 0) this.#add(variant, row, own)
    }
  }

  #add(variant: number, row: number, count: number): void {
    const [sums, squares, products] = [this.#sums[variant]!, this.#squares[variant]!, this.#products[variant]!]
    const centred = this.#centred
    for (let measure = 0; measure < centred.length; measure++) {
      const value = centred[measure]![row]!
      sums[measure]! += value * count
      squares[measure]! += value * value * count
    }
    const { pairs } = this.#plan
    for (let pair = 0; pair < pairs.length; pair++) {
      const [a, b] = pairs[pair]!
      products[pair]! += centred[a]![row]! * centred[b]![row]! * count
    }
    for (const distribution of this.#distributions) distribution.add(variant, row, count)
  }

  #groupOf(variant: number, n: number): Group {
    if (n === 0) return emptyGroup(this.#plan, variant, null)
    const sums = this.#sums[variant]!
    const products = this.#products[variant]!
    return {
      variant,
      segment: null,
      n,
      means: this.#centres.map((centre, measure) => centre + sums[measure]! / n),
      m2: Array.from(this.#squares[variant]!, (squares, measure) =>
        Math.max(0, squares - (sums[measure]! * sums[measure]!) / n),
      ),
      products: this.#plan.pairs.map(([a, b], pair) => products[pair]! - (sums[a]! * sums[b]!) / n),
    }
  }

  #cells(): Cells[] {
    return this.#distributions.flatMap((distribution) => this.#pool.sizes.map((_, variant) => distribution.of(variant)))
  }
}

/** How many units of each variant have each value of a measure. */
class Distribution {
  readonly #measure: number
  readonly #values: Float64Array
  /** Place of each row's value among the distinct ones. */
  readonly #places: Int32Array
  readonly #counts: Float64Array[]

  constructor(measure: number, column: Float64Array, variants: number) {
    this.#measure = measure
    this.#values = Float64Array.from(new Set(column)).sort()
    const places = new Map(Array.from(this.#values, (value, place): [number, number] => [value, place]))
    this.#places = Int32Array.from(column, (value) => places.get(value)!)
    this.#counts = Array.from({ length: variants }, () => new Float64Array(this.#values.length))
  }

  clear(): void {
    for (const counts of this.#counts) counts.fill(0)
  }

  add(variant: number, row: number, count: number): void {
    this.#counts[variant]![this.#places[row]!]! += count
  }

  of(variant: number): Cells {
    const own = this.#counts[variant]!
    const present = (_: number, place: number) => own[place]! > 0
    return {
      measure: this.#measure,
      variant,
      values: Array.from(this.#values.filter(present)),
      counts: Array.from(own.filter(present)),
    }
  }
}
