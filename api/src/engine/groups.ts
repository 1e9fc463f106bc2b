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

/** A group without units. */
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
