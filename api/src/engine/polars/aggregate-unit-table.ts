import { aggregateUnits } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { SummedUnits } from '../unit-rows.ts'
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
  let total: Aggregates | null = null
  for await (const units of unitsByShard(plan, files, onProgress)) {
    const aggregates = aggregateUnits(plan, units, timeRangeOf(parts))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
  }
  return total!
}

/** The units of a unit table with their sums, one shard after the other. */
export async function* unitsByShard(
  plan: AggregationPlan,
  files: UnitFile[],
  onProgress: (share: number) => void = () => undefined,
): AsyncGenerator<SummedUnits> {
  const types = [...new Set(plan.measures.flatMap(({ eventTypes }) => eventTypes))]
  const shards = [...Map.groupBy(files, ({ shard }) => shard).values()]
  const wanted = { types, attributes: plan.segments, units: false }
  let done = 0
  for await (const units of readAhead(shards, (own) => readUnits(own, wanted))) {
    yield units
    onProgress(++done / shards.length)
  }
}
