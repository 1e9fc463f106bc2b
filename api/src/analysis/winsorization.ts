import { withCaps } from '../engine/merge-plans.ts'
import type { Aggregates, AggregationPlan, Cap, Cells } from '../engine/plan.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { quantileOf } from '../stats/quantile.ts'
import { sizeOf, type ValueTable } from '../stats/value-table.ts'

/** Extreme values are brought to a bound that is the same in every variant. Either percentiles, or one bound. */
export interface Winsorization {
  /** Of the values other than 0 of all variants' users together: what lies above counts as this value. In (0.5, 1). */
  upperPercentile: number | null
  /** What lies below it counts as this value. In (0, 0.5). */
  lowerPercentile: number | null
  /** Sums above it count as this value; counts of events are left as they are. */
  cap: number | null
}

/** A measure's bounds, and what they were made of. */
export interface MeasureCap extends Cap {
  /** Values other than 0 that they were read from; null for a cap that was given. */
  values: number | null
  /** How many of these lie outside. */
  outside: number | null
}

/** Aggregates of capped values, with the bounds by position of the plan's measures. */
export interface CappedAggregates extends Aggregates {
  caps?: (MeasureCap | null)[]
}

/** Whether the bounds have to be read from the data before values can be added up. */
export function needsDistributions({ upperPercentile, lowerPercentile }: Winsorization): boolean {
  return upperPercentile !== null || lowerPercentile !== null
}

/** The plan of a first pass, for the distributions that percentiles are read from. */
export function distributionPlan(plan: AggregationPlan): AggregationPlan {
  const cells = plan.measures.flatMap(({ aggregation }, i) => (aggregation === 'any' ? [] : [i]))
  return { ...plan, cells, pairs: [], segments: [] }
}

/**
 * The bounds of a plan's measures, by position; null for those that are not capped.
 *
 * @param cells the distributions by variant; empty where no percentiles are asked for
 */
export function capsOf(plan: AggregationPlan, settings: Winsorization, cells: readonly Cells[]): (MeasureCap | null)[] {
  return plan.measures.map(({ aggregation }, position) => {
    if (aggregation === 'any') return null
    if (!needsDistributions(settings)) {
      if (settings.cap === null || aggregation !== 'sum') return null
      return { lower: null, upper: settings.cap, values: null, outside: null }
    }
    const table = pooled(cells.filter(({ measure }) => measure === position))
    const values = sizeOf(table)
    if (values === 0) return null
    const at = (share: number | null): number | null => {
      const value = share === null ? null : quantileOf(table, share)
      return value === null || (typeof value !== 'number' && isNotComputable(value)) ? null : value
    }
    const [lower, upper] = [at(settings.lowerPercentile), at(settings.upperPercentile)]
    let outside = 0
    for (let i = 0; i < table.values.length; i++) {
      const value = table.values[i]!
      if ((lower !== null && value < lower) || (upper !== null && value > upper)) outside += table.counts[i]!
    }
    return { lower, upper, values, outside }
  })
}

export function cappedPlan(plan: AggregationPlan, caps: readonly (MeasureCap | null)[]): AggregationPlan {
  return withCaps(
    plan,
    caps.map((cap) => cap && { lower: cap.lower, upper: cap.upper }),
  )
}

/** What was done to a measure's values, for the chain of adjustments. */
export function capText(
  name: string,
  cap: MeasureCap | null,
  { upperPercentile, lowerPercentile }: Winsorization,
): string {
  if (cap === null) return `${name}: not capped`
  const number = (x: number) => Number(x.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 6 })
  if (cap.values === null) return `${name}: values above ${number(cap.upper!)} count as ${number(cap.upper!)}`
  const bounds = [
    cap.lower === null ? [] : [`${number(cap.lower)} (percentile ${number(lowerPercentile! * 100)})`],
    cap.upper === null ? [] : [`${number(cap.upper)} (percentile ${number(upperPercentile! * 100)})`],
  ].flat()
  const which = cap.lower === null ? 'at most' : cap.upper === null ? 'at least' : 'between'
  const of = `${number(cap.outside!)} of ${number(cap.values)} values other than 0, all variants together`
  return `${name}: ${which} ${bounds.join(' and ')}; changes ${of}`
}

/** The values other than 0 of several distributions together. */
function pooled(cells: readonly Cells[]): ValueTable {
  const counts = new Map<number, number>()
  for (const { values, counts: own } of cells) {
    values.forEach((value, i) => {
      if (value !== 0) counts.set(value, (counts.get(value) ?? 0) + own[i]!)
    })
  }
  const sorted = Float64Array.from(counts.keys()).sort()
  return { values: sorted, counts: Float64Array.from(sorted, (value) => counts.get(value)!) }
}
