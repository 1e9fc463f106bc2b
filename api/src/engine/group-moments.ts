import type { Block } from './block.ts'
import { emptyGroup } from './groups.ts'
import type { Scratch } from './memory.ts'
import type { AggregationPlan, Group, Segment } from './plan.ts'

/**
 * Means and centred moments of groups of units, taken in block by block: within a block in two passes, the second over
 * the deviations from the block's means; then the block is merged with what came before it by Chan's update. No digits
 * are lost where sums of squares lose all of them, and a block's values stay in the processor's cache for both passes.
 * The loops are the kernel's (api/kernel/moments.ts): a unit's values are all taken at once.
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", formulas 1.7 and 2.1.
 */
export class GroupMoments {
  readonly #plan: AggregationPlan
  /** How many groups there are: places that the units' cells may have. */
  readonly #count: number
  readonly #memory: Scratch
  /** By group. */
  readonly #sizes: Float64Array
  /** By group, one a measure. */
  readonly #means: Float64Array
  /** By group: the sum of squared deviations of each measure, then that of the products of each pair. */
  readonly #sums: Float64Array
  /** Of the block at hand. */
  readonly #blockSizes: Float64Array
  /** Of these the units that have no value other than 0. */
  readonly #blockZeros: Float64Array
  /** Moments in api/kernel/moments.ts. */
  readonly #fields: Int32Array

  /**
   * @param count how many groups
   * @param memory what they lie in: they are of no use after the release
   */
  constructor(plan: AggregationPlan, count: number, memory: Scratch) {
    this.#plan = plan
    this.#count = count
    this.#memory = memory
    const width = plan.measures.length
    const pairs = productsOf(plan)
    const doubles = (perGroup: number): Float64Array => memory.float64(count * perGroup)
    this.#sizes = doubles(1)
    this.#means = doubles(width)
    this.#sums = doubles(pairs.length)
    this.#blockSizes = doubles(1)
    this.#blockZeros = doubles(1)
    const places = memory.int32(pairs.length * 2)
    places.set(pairs.flat().map((measure) => measure * Float64Array.BYTES_PER_ELEMENT))
    // In the order of api/kernel/moments.ts.
    const arrays = [
      ...[places, this.#sizes, this.#means, this.#sums, this.#blockSizes, this.#blockZeros],
      ...[doubles(width), doubles(width), doubles(pairs.length), memory.float64(width)],
    ]
    this.#fields = memory.int32(3 + arrays.length)
    this.#fields.set([count, width, pairs.length, ...arrays.map(({ byteOffset }) => byteOffset)])
  }

  /**
   * Takes a block of units.
   *
   * @param cells group of each unit, in memory that the kernel sees
   */
  add({ addresses, active, length }: Pick<Block, 'addresses' | 'active' | 'length'>, cells: Int32Array): void {
    const { kernel } = this.#memory
    kernel.takeUnits(this.#fields.byteOffset, addresses.byteOffset, cells.byteOffset, active, length)
  }

  /**
   * Takes the units that have not been taken, none of which has a value other than 0.
   *
   * @param units how many units each group has, those taken before included
   * @returns how many have been taken now, by group
   */
  addIdle(units: Float64Array): Float64Array {
    for (let group = 0; group < this.#count; group++) {
      this.#blockZeros[group] = units[group]! - this.#sizes[group]!
      this.#blockSizes[group] = this.#blockZeros[group]!
    }
    this.#memory.kernel.takeIdle(this.#fields.byteOffset)
    return this.#blockZeros.slice()
  }

  /** Takes groups of other units into the groups that `groupOf` names. */
  merge(others: GroupMoments, groupOf: (group: number) => number): void {
    const pairs = productsOf(this.#plan)
    const width = this.#plan.measures.length
    const distances = new Float64Array(width)
    for (let from = 0; from < others.#count; from++) {
      const n = others.#sizes[from]!
      if (n === 0) continue
      const to = groupOf(from)
      const total = this.#sizes[to]! + n
      const weight = (this.#sizes[to]! * n) / total
      for (let measure = 0; measure < width; measure++) {
        const distance = others.#means[from * width + measure]! - this.#means[to * width + measure]!
        distances[measure] = distance
        this.#means[to * width + measure]! += (distance * n) / total
      }
      for (const [place, [a, b]] of pairs.entries()) {
        this.#sums[to * pairs.length + place]! +=
          others.#sums[from * pairs.length + place]! + distances[a]! * distances[b]! * weight
      }
      this.#sizes[to] = total
    }
  }

  /** The group of a cell. */
  groupOf(cell: number, variant: number, segment: Segment | null): Group {
    const n = this.#sizes[cell]!
    if (n === 0) return emptyGroup(this.#plan, variant, segment)
    const width = this.#plan.measures.length
    const own = productsOf(this.#plan).length
    const sums = [...this.#sums.subarray(cell * own, (cell + 1) * own)]
    return {
      variant,
      segment,
      n,
      means: [...this.#means.subarray(cell * width, (cell + 1) * width)],
      m2: sums.slice(0, width).map((m2) => Math.max(0, m2)),
      products: sums.slice(width),
    }
  }

  isEmpty(cell: number): boolean {
    return this.#sizes[cell] === 0
  }
}

/** The measures of each product: first each with itself, then the plan's pairs. */
function productsOf({ measures, pairs }: AggregationPlan): (readonly [number, number])[] {
  return [...measures.map((_, measure) => [measure, measure] as const), ...pairs]
}
