import { aggregateUnits } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { UnitFile } from '../unit-table.ts'
import { timeRangeOf } from './aggregate.ts'
import { readUnits } from './unit-files.ts'

/**
 * Executes a plan over a unit table, one shard after the other: with the same result as over the events of the parts
 * that the table was made of. The plan's window must be the table's.
 */
export async function aggregateUnitTable(
  plan: AggregationPlan,
  files: UnitFile[],
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
): Promise<Aggregates> {
  const types = [...new Set(plan.measures.flatMap(({ eventTypes }) => eventTypes))]
  const shards = Math.max(...files.map(({ shard }) => shard)) + 1
  let total: Aggregates | null = null
  for (let shard = 0; shard < shards; shard++) {
    const own = files.filter((file) => file.shard === shard)
    const units = await readUnits(own, { types, attributes: plan.segments, units: false })
    const aggregates = aggregateUnits(plan, units, timeRangeOf(parts))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
    onProgress((shard + 1) / shards)
  }
  return total!
}
