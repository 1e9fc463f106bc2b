import { aggregateUnits } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { UnitFile } from '../unit-table.ts'
import { timeRangeOf } from './aggregate.ts'
import { readAhead } from './read-ahead.ts'
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
  const shards = [...Map.groupBy(files, ({ shard }) => shard).values()]
  let done = 0
  let total: Aggregates | null = null
  const wanted = { types, attributes: plan.segments, units: false }
  for await (const units of readAhead(shards, (own) => readUnits(own, wanted))) {
    const aggregates = aggregateUnits(plan, units, timeRangeOf(parts))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
    onProgress(++done / shards.length)
  }
  return total!
}
