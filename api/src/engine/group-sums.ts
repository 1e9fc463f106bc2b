import type { AggregationPlan, Group } from './plan.ts'

/** The most values of an attribute that are broken down; beyond it a segment says nothing and memory would have no bound. */
export const MAX_SEGMENT_VALUES = 10_000

/** More distinct values than can be broken down: an identifier, not an attribute. */
export class TooManySegmentsError extends Error {
  readonly attribute: string

  constructor(attribute: string) {
    super(
      `The attribute "${attribute}" has more than ${MAX_SEGMENT_VALUES} values: it tells users apart and not groups of them. Choose another one.`,
    )
    this.name = 'TooManySegmentsError'
    this.attribute = attribute
  }
}

/**
 * Sums units up into groups by Welford's update: means and centred moments in one pass, without the cancellation that
 * sums of squares suffer.
 *
 * See Welford (1962), "Note on a method for calculating corrected sums of squares and products".
 */
export class GroupSums {
  readonly #plan: AggregationPlan
  readonly #groups: Group[] = []

  constructor(plan: AggregationPlan) {
    this.#plan = plan
  }

  /**
   * Adds units.
   *
   * @param variants the position of each unit's variant in the plan
   * @param columns the value of each unit, one column a measure
   * @param segment the attribute to break down by, and its value of each unit; null for all units together
   */
  addAll(
    variants: ArrayLike<number>,
    columns: ArrayLike<number>[],
    segment: { attribute: string; values: ArrayLike<string | null> } | null,
  ): void {
    const byValue = new Map<string | null, Group[]>()
    const groupsFor = (value: string | null): Group[] => {
      let groups = byValue.get(value)
      if (groups === undefined) {
        if (segment !== null && byValue.size >= MAX_SEGMENT_VALUES) throw new TooManySegmentsError(segment.attribute)
        groups = this.#plan.variants.map((_, variant) =>
          emptyGroup(this.#plan, variant, segment === null ? null : { attribute: segment.attribute, value }),
        )
        byValue.set(value, groups)
      }
      return groups
    }
    if (segment === null) groupsFor(null)
    for (let unit = 0; unit < variants.length; unit++) {
      this.#add(groupsFor(segment === null ? null : segment.values[unit]!)[variants[unit]!]!, columns, unit)
    }
    const values = [...byValue.keys()].sort(byText)
    for (const value of values) this.#groups.push(...byValue.get(value)!)
  }

  groups(): Group[] {
    return this.#groups
  }

  #add(group: Group, columns: ArrayLike<number>[], unit: number): void {
    const n = ++group.n
    const { means, m2, products } = group
    const { pairs } = this.#plan
    // Products need the old mean of one measure and the new mean of the other.
    for (let pair = 0; pair < pairs.length; pair++) {
      const [a, b] = pairs[pair]!
      const deviationA = columns[a]![unit]! - means[a]!
      const deviationB = columns[b]![unit]! - means[b]!
      products[pair]! += deviationA * (deviationB - deviationB / n)
    }
    for (let measure = 0; measure < columns.length; measure++) {
      const value = columns[measure]![unit]!
      const deviation = value - means[measure]!
      means[measure]! += deviation / n
      m2[measure]! += deviation * (value - means[measure]!)
    }
  }
}

export function emptyGroup(plan: AggregationPlan, variant: number, segment: Group['segment']): Group {
  const zeros = (length: number) => new Array<number>(length).fill(0)
  const { measures, pairs } = plan
  return {
    variant,
    segment,
    n: 0,
    means: zeros(measures.length),
    m2: zeros(measures.length),
    products: zeros(pairs.length),
  }
}

/** Texts in the order of their characters, null first. */
export function byText(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null) return -1
  if (b === null) return 1
  return a < b ? -1 : 1
}
