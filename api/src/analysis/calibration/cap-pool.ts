import type { AggregationPlan, Cap, Cells } from '../../engine/plan.ts'
import type { UnitPool } from '../../engine/unit-pool.ts'
import type { AnalysisSettings } from '../settings.ts'
import { capsOf } from '../winsorization.ts'

/** What is left of a purchase and its refund is rounding, and nothing: such users stay as they are, as in the engine. */
const NOTHING = 1e-9

/**
 * The units with extreme values brought to the bounds that the settings ask for. The bounds are those of all variants
 * together, so dealing the units anew leaves them as they are.
 */
export function capPool(plan: AggregationPlan, pool: UnitPool, { winsorization }: AnalysisSettings): UnitPool {
  if (winsorization === undefined) return pool
  const cells = pool.columns.map((column, measure) => distributionOf(measure, column, pool.counts))
  const caps = capsOf(plan, winsorization, cells)
  return {
    ...pool,
    columns: pool.columns.map((column, measure) => {
      const cap = caps[measure] ?? null
      return cap === null ? column : column.map((value) => broughtInto(cap, value))
    }),
  }
}

function distributionOf(measure: number, column: Float64Array, counts: Float64Array): Cells {
  const byValue = new Map<number, number>()
  column.forEach((value, row) => byValue.set(value, (byValue.get(value) ?? 0) + counts[row]!))
  const sorted = [...byValue].sort(([a], [b]) => a - b)
  return { measure, variant: 0, values: sorted.map(([value]) => value), counts: sorted.map(([, count]) => count) }
}

function broughtInto({ lower, upper }: Cap, value: number): number {
  if (Math.abs(value) <= NOTHING) return value
  return Math.max(lower ?? -Infinity, Math.min(upper ?? Infinity, value))
}
