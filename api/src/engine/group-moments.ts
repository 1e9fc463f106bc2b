import { emptyGroup } from './groups.ts'
import type { AggregationPlan, Group, Segment } from './plan.ts'

/**
 * Means and centred moments of groups of units, taken in block by block: within a block in two passes, the second over
 * the deviations from the block's means; then the block is merged with what came before it by Chan's update. No digits
 * are lost where sums of squares lose all of them, and a block's values stay in the processor's cache for both passes.
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", formulas 1.7 and 2.1.
 */
export class GroupMoments {
  readonly #plan: AggregationPlan
  /** How many groups there are: places that the units' cells may have. */
  readonly #count: number
  readonly #sizes: Float64Array
  readonly #means: Float64Array[]
  readonly #m2: Float64Array[]
  readonly #products: Float64Array[]
  /** The same of the block at hand. */
  readonly #blockSizes: Float64Array
  /** Of these the units that have no value other than 0. */
  readonly #blockZeros: Float64Array
  readonly #blockMeans: Float64Array[]
  /** Sums of deviations from the block's means: what rounding left. */
  readonly #residues: Float64Array[]
  readonly #blockSums: Float64Array

  /** @param count how many groups */
  constructor(plan: AggregationPlan, count: number) {
    const zeros = (): Float64Array => new Float64Array(count)
    this.#plan = plan
    this.#count = count
    this.#sizes = zeros()
    this.#means = plan.measures.map(zeros)
    this.#m2 = plan.measures.map(zeros)
    this.#products = plan.pairs.map(zeros)
    this.#blockSizes = zeros()
    this.#blockZeros = zeros()
    this.#blockMeans = plan.measures.map(zeros)
    this.#residues = plan.measures.map(zeros)
    this.#blockSums = zeros()
  }

  /**
   * Takes a block of units.
   *
   * @param columns value of each unit, one column a measure
   * @param cells group of each unit
   * @param active how many of them, from the beginning on, may have values other than 0: the others are only counted
   * @param length how many units
   */
  add(columns: Float64Array[], cells: Int32Array, active: number, length: number): void {
    const sizes = this.#blockSizes.fill(0)
    const zeros = this.#blockZeros.fill(0)
    for (let i = active; i < length; i++) zeros[cells[i]!]!++
    for (let i = 0; i < active; i++) sizes[cells[i]!]!++
    for (let cell = 0; cell < this.#count; cell++) sizes[cell]! += zeros[cell]!
    this.#take(columns, cells, active)
  }

  /**
   * Takes the units that have not been taken, none of which has a value other than 0.
   *
   * @param units how many units each group has, those taken before included
   * @returns how many have been taken now, by group
   */
  addIdle(units: Float64Array): Float64Array {
    for (let cell = 0; cell < this.#count; cell++) {
      this.#blockZeros[cell] = units[cell]! - this.#sizes[cell]!
      this.#blockSizes[cell] = this.#blockZeros[cell]!
    }
    this.#take(
      this.#means.map(() => new Float64Array(0)),
      new Int32Array(0),
      0,
    )
    return this.#blockZeros.slice()
  }

  /** Merges the block whose sizes have been counted. */
  #take(columns: Float64Array[], cells: Int32Array, active: number): void {
    const sizes = this.#blockSizes
    for (let measure = 0; measure < columns.length; measure++) this.#centre(columns[measure]!, cells, active, measure)
    for (let measure = 0; measure < columns.length; measure++)
      this.#merge(this.#m2[measure]!, columns, cells, active, measure, measure)
    for (const [pair, [a, b]] of this.#plan.pairs.entries())
      this.#merge(this.#products[pair]!, columns, cells, active, a, b)
    for (let measure = 0; measure < columns.length; measure++) {
      const means = this.#means[measure]!
      const blockMeans = this.#blockMeans[measure]!
      const residues = this.#residues[measure]!
      for (let cell = 0; cell < this.#count; cell++) {
        const n = sizes[cell]!
        if (n === 0) continue
        const mean = blockMeans[cell]! + residues[cell]! / n
        means[cell]! += ((mean - means[cell]!) * n) / (this.#sizes[cell]! + n)
      }
    }
    for (let cell = 0; cell < this.#count; cell++) this.#sizes[cell]! += sizes[cell]!
  }

  /** Takes groups of other units into the groups that `groupOf` names. */
  merge(others: GroupMoments, groupOf: (group: number) => number): void {
    const distances = new Float64Array(this.#means.length)
    for (let from = 0; from < others.#count; from++) {
      const n = others.#sizes[from]!
      if (n === 0) continue
      const to = groupOf(from)
      const total = this.#sizes[to]! + n
      const weight = (this.#sizes[to]! * n) / total
      for (let measure = 0; measure < distances.length; measure++) {
        const distance = others.#means[measure]![from]! - this.#means[measure]![to]!
        distances[measure] = distance
        this.#m2[measure]![to]! += others.#m2[measure]![from]! + distance * distance * weight
        this.#means[measure]![to]! += (distance * n) / total
      }
      for (const [pair, [a, b]] of this.#plan.pairs.entries())
        this.#products[pair]![to]! += others.#products[pair]![from]! + distances[a]! * distances[b]! * weight
      this.#sizes[to] = total
    }
  }

  /** The group of a cell. */
  groupOf(cell: number, variant: number, segment: Segment | null): Group {
    const n = this.#sizes[cell]!
    if (n === 0) return emptyGroup(this.#plan, variant, segment)
    return {
      variant,
      segment,
      n,
      means: this.#means.map((means) => means[cell]!),
      m2: this.#m2.map((m2) => Math.max(0, m2[cell]!)),
      products: this.#products.map((products) => products[cell]!),
    }
  }

  isEmpty(cell: number): boolean {
    return this.#sizes[cell] === 0
  }

  /** Means of the block, and the sums of the deviations from them. */
  #centre(column: Float64Array, cells: Int32Array, length: number, measure: number): void {
    const sizes = this.#blockSizes
    const means = this.#blockMeans[measure]!.fill(0)
    const residues = this.#residues[measure]!.fill(0)
    for (let i = 0; i < length; i++) means[cells[i]!]! += column[i]!
    for (let cell = 0; cell < this.#count; cell++) if (sizes[cell]! > 0) means[cell]! /= sizes[cell]!
    for (let i = 0; i < length; i++) residues[cells[i]!]! += column[i]! - means[cells[i]!]!
    for (let cell = 0; cell < this.#count; cell++) residues[cell]! -= this.#blockZeros[cell]! * means[cell]!
  }

  /** Adds the block's sum of products of deviations, and what the two means' distance adds to it. */
  #merge(total: Float64Array, columns: Float64Array[], cells: Int32Array, length: number, a: number, b: number): void {
    const [left, right] = [columns[a]!, columns[b]!]
    const [leftMeans, rightMeans] = [this.#blockMeans[a]!, this.#blockMeans[b]!]
    const sums = this.#blockSums.fill(0)
    for (let i = 0; i < length; i++) {
      const cell = cells[i]!
      sums[cell]! += (left[i]! - leftMeans[cell]!) * (right[i]! - rightMeans[cell]!)
    }
    for (let cell = 0; cell < this.#count; cell++) {
      const n = this.#blockSizes[cell]!
      if (n === 0) continue
      sums[cell]! += this.#blockZeros[cell]! * leftMeans[cell]! * rightMeans[cell]!
      const known = this.#sizes[cell]!
      const [x, y] = [this.#residues[a]![cell]! / n, this.#residues[b]![cell]! / n]
      const distance =
        (leftMeans[cell]! + x - this.#means[a]![cell]!) * (rightMeans[cell]! + y - this.#means[b]![cell]!)
      total[cell]! += sums[cell]! - x * y * n + (distance * known * n) / (known + n)
    }
  }
}
