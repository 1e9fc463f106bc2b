import { addressIn, roomFor, type Block } from './block.ts'
import { GroupMoments } from './group-moments.ts'
import { byText, MAX_SEGMENT_VALUES, TooManySegmentsError } from './groups.ts'
import type { Scratch } from './memory.ts'
import type { AggregationPlan, Group } from './plan.ts'
import type { AttributeColumn, SummedUnits } from './unit-rows.ts'

/** With more groups than rows a block would be spent on the groups. */
const ROWS_PER_GROUP = 16
/** Rows that are worked on at a time: all that is computed of them stays in the processor's cache. */
const BLOCK_ROWS = 4096
/** The most groups that the values of several attributes together may make, so that blocks need not be longer for them. */
const MOST_COMBINED_GROUPS = BLOCK_ROWS / ROWS_PER_GROUP

/**
 * The moments of all units, by variant, and those by the values of attributes. Attributes of few values are gone through
 * together: each unit is taken once, into the group of all its values, and the groups are merged when all units are in. With
 * four attributes that is one pass instead of four. The one over all units stays apart: merging rounds otherwise, and what is
 * said of all users must not depend, in its last digit, on what they are broken down by.
 */
export class SegmentMoments {
  readonly #plan: AggregationPlan
  readonly #all: Combination
  readonly #attributes: AttributeValues[]
  readonly #combinations: Combination[]

  constructor(plan: AggregationPlan, units: Pick<SummedUnits, 'attributes'>, memory: Scratch) {
    this.#plan = plan
    this.#attributes = plan.segments.map((name) => new AttributeValues(name, units.attributes.get(name)))
    this.#all = new Combination(plan, [], memory)
    this.#combinations = []
    for (const attribute of this.#attributes) {
      const fitting = this.#combinations.find(({ count }) => count * attribute.count <= MOST_COMBINED_GROUPS)
      if (fitting === undefined) this.#combinations.push(new Combination(plan, [attribute], memory))
      else fitting.include(attribute)
    }
  }

  /** How many rows a block should have: more than usual only for attributes of many values. */
  get blockRows(): number {
    return Math.max(BLOCK_ROWS, ...this.#combinations.map(({ count }) => count * ROWS_PER_GROUP))
  }

  add(block: Block): void {
    this.#all.add(block)
    for (const combination of this.#combinations) combination.add(block)
  }

  /** The moments by variant. */
  get all(): GroupMoments {
    return this.#all.moments
  }

  /**
   * The groups of all attributes.
   *
   * @param unitsOf how many units there are by value and variant of an attribute, those without rows included
   */
  groups(unitsOf: ((attribute: AttributeValues) => Float64Array) | null): Group[] {
    return this.#attributes.flatMap((attribute) => {
      const combination = this.#combinations.find(({ attributes }) => attributes.includes(attribute))!
      const moments = combination.byValuesOf(attribute)
      if (unitsOf !== null) moments.addIdle(unitsOf(attribute))
      return this.#groupsOf(attribute, moments)
    })
  }

  /** By value, then by variant; values that no unit has are left out. */
  #groupsOf({ name, values }: AttributeValues, moments: GroupMoments): Group[] {
    const { variants } = this.#plan
    return values
      .map((value, place) => ({ value, place }))
      .filter(({ place }) => variants.some((_, variant) => !moments.isEmpty(place * variants.length + variant)))
      .sort((a, b) => byText(a.value, b.value))
      .flatMap(({ value, place }) =>
        variants.map((_, variant) =>
          moments.groupOf(place * variants.length + variant, variant, { attribute: name, value }),
        ),
      )
  }
}

/** An attribute's values, by place: those of its codes, and last that of units without one. */
export class AttributeValues {
  readonly name: string
  readonly values: (string | null)[]
  readonly codes: Int32Array | null

  constructor(name: string, column: AttributeColumn | undefined) {
    this.name = name
    this.codes = column?.codes ?? null
    this.values = [...(column?.dictionary.values ?? []), null]
    if (this.values.length > MAX_SEGMENT_VALUES + 1) throw new TooManySegmentsError(name)
  }

  get count(): number {
    return this.values.length
  }

  readonly placeOf = (code: number): number => (code < 0 ? this.values.length - 1 : code)
}

const NO_CODES: Int32Array = new Int32Array(0)

/** Groups of units that have the same values of some attributes and the same variant. */
class Combination {
  readonly attributes: AttributeValues[] = []
  count: number
  readonly #plan: AggregationPlan
  readonly #memory: Scratch
  moments: GroupMoments
  #cells: Int32Array = NO_CODES
  /** Room for the codes of each attribute. */
  #rooms: Uint8Array[] = []

  constructor(plan: AggregationPlan, attributes: AttributeValues[], memory: Scratch) {
    this.#plan = plan
    this.#memory = memory
    this.count = plan.variants.length
    this.moments = new GroupMoments(plan, this.count, memory)
    for (const attribute of attributes) this.include(attribute)
  }

  /** To be called before units are added. */
  include(attribute: AttributeValues): void {
    this.attributes.push(attribute)
    this.count *= attribute.count
    this.moments = new GroupMoments(this.#plan, this.count, this.#memory)
  }

  add(block: Block): void {
    if (this.attributes.length === 0) return this.moments.add(block, block.variants)
    const { rows, variants, length, from, to } = block
    if (this.#cells.length < rows.length) this.#reserve(rows.length)
    const cells = this.#cells
    cells.set(variants.subarray(0, length))
    let step = this.#plan.variants.length
    for (const [index, { codes, count }] of this.attributes.entries()) {
      const address = codes === null ? 0 : addressIn(codes, from, to, this.#rooms[index]!)
      const { kernel } = this.#memory
      kernel.addPlaces(cells.byteOffset, address, rows.byteOffset, from, length, count - 1, step)
      step *= count
    }
    this.moments.add(block, cells)
  }

  #reserve(rows: number): void {
    this.#cells = this.#memory.int32(rows)
    this.#rooms = this.attributes.map(({ codes }) => roomFor(codes ?? NO_CODES, rows, this.#memory))
  }

  /** The groups by value of one of the attributes and by variant. */
  byValuesOf(attribute: AttributeValues): GroupMoments {
    const width = this.#plan.variants.length
    const before = this.attributes.slice(0, this.attributes.indexOf(attribute))
    const step = before.reduce((product, { count }) => product * count, width)
    const merged = new GroupMoments(this.#plan, attribute.count * width, this.#memory)
    merged.merge(this.moments, (group) => {
      const place = Math.floor(group / step) % attribute.count
      return place * width + (group % width)
    })
    return merged
  }
}
