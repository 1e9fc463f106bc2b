import { positionOf } from '../engine/merge-plans.ts'
import type { Aggregates, AggregationPlan, Cells } from '../engine/plan.ts'
import type { MetricDefinition } from './metric-definition.ts'

/** The file that keeps the distributions of an analysis, as JSON. */
export const DISTRIBUTIONS_FILE = 'distributions.json'

/** How the users of a variant spread over a metric's values. */
export interface VariantDistribution {
  variantId: string
  users: number
  /** Users whose value is 0, and below it: they have no place on a logarithmic scale. */
  zero: number
  negative: number
  /** Users of each bin; of the bins' edges the lower one belongs to it. */
  counts: number[]
}

/** A metric's values in bins that are equally wide on a logarithmic scale, the same for all variants. */
export interface MetricDistribution {
  metricId: string
  /** Ascending, one more than bins. */
  edges: number[]
  variants: VariantDistribution[]
}

/** Each power of ten in so many bins: fine enough to see two humps, coarse enough for few buyers. */
const BINS_A_DECADE = 8
/** Beyond so many powers of ten below the largest value, values are in the first bin. */
const DECADES = 6

/**
 * The distributions of the metrics that are means of sums, such as revenue per visitor, from the counts of equal values
 * that their rank tests need. Metrics without a positive value have none.
 */
export function distributionsOf(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  { cells, groups }: Pick<Aggregates, 'cells' | 'groups'>,
): MetricDistribution[] {
  return metrics.flatMap(({ id, kind, numerator }) => {
    if (kind !== 'MEAN' || numerator.aggregation !== 'sum') return []
    const measure = positionOf(plan.measures, numerator)
    const own = cells.filter((one) => one.measure === measure)
    const edges = edgesOf(own)
    if (edges === null) return []
    const variants = plan.variants.map((variantId, variant) => {
      const users = groups.find((group) => group.variant === variant && group.segment === null)?.n ?? 0
      return {
        variantId,
        users,
        ...countsOf(
          own.find((one) => one.variant === variant),
          edges,
        ),
      }
    })
    return { metricId: id, edges, variants }
  })
}

/** Edges from below the smallest positive value to above the largest; null without positive values. */
function edgesOf(cells: Cells[]): number[] | null {
  let [least, most] = [Infinity, 0]
  for (const { values } of cells) {
    for (const value of values) {
      if (!(value > 0 && value < Infinity)) continue
      if (value < least) least = value
      if (value > most) most = value
    }
  }
  if (most === 0) return null
  const last = Math.floor(Math.log10(most) * BINS_A_DECADE) + 1
  const first = Math.max(Math.floor(Math.log10(least) * BINS_A_DECADE), last - DECADES * BINS_A_DECADE)
  return Array.from({ length: last - first + 1 }, (_, index) => 10 ** ((first + index) / BINS_A_DECADE))
}

function countsOf(
  cells: Cells | undefined,
  edges: number[],
): Pick<VariantDistribution, 'zero' | 'negative' | 'counts'> {
  const counts = new Array<number>(edges.length - 1).fill(0)
  let [zero, negative, bin] = [0, 0, 0]
  // Values ascend: so do their bins.
  cells?.values.forEach((value, index) => {
    const users = cells.counts[index]!
    if (value < 0) negative += users
    else if (value === 0) zero += users
    else {
      while (bin < counts.length - 1 && value >= edges[bin + 1]!) bin++
      counts[bin]! += users
    }
  })
  return { zero, negative, counts }
}
