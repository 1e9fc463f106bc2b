import type { PartFile } from '../engine.ts'
import { mergeAggregates } from '../merge-aggregates.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { SummedUnits } from '../unit-rows.ts'
import type { UnitFile } from '../unit-table.ts'
import { timeRangeOf } from './aggregate.ts'
import { aggregateShare } from './share.ts'
import { aggregateOnTwoThreads } from './two-threads.ts'
import { readUnits, wantedBy } from '../unit-files.ts'

/** With fewer units another thread has not begun before the first one ends. */
const UNITS_FOR_TWO_THREADS = 400_000

/**
 * Executes a plan over a unit table, shard by shard: with the same result as over the events of the parts
 * that the table was made of. The plan's window must be the table's.
 */
export async function aggregateUnitTable(
  plan: AggregationPlan,
  files: UnitFile[],
  parts: PartFile[],
  onProgress: (share: number) => void = () => undefined,
  onTwoThreads = unitsIn(files) >= UNITS_FOR_TWO_THREADS,
): Promise<Aggregates> {
  if (onTwoThreads) {
    const shares = shardsOf(files).map((own) => ({ files: own }))
    return aggregateOnTwoThreads(plan, shares, timeRangeOf(parts), onProgress)
  }
  let total: Aggregates | null = null
  const shards = shardsOf(files)
  for (const [index, own] of shards.entries()) {
    const aggregates = await aggregateShare(plan, { files: own }, timeRangeOf(parts))
    total = total === null ? aggregates : mergeAggregates(plan, total, aggregates)
    onProgress((index + 1) / shards.length)
  }
  return total!
}

/** The units of a unit table with their sums, one shard after the other. */
export function* unitsByShard(
  plan: AggregationPlan,
  files: UnitFile[],
  onProgress: (share: number) => void = () => undefined,
): Generator<SummedUnits> {
  const shards = shardsOf(files)
  const wanted = wantedBy(plan)
  let done = 0
  for (const own of shards) {
    yield readUnits(own, wanted)
    onProgress(++done / shards.length)
  }
}

/** The files of each shard, in order. */
function shardsOf(files: UnitFile[]): UnitFile[][] {
  return [...Map.groupBy(files, ({ shard }) => shard).values()]
}

function unitsIn(files: UnitFile[]): number {
  return shardsOf(files).reduce((sum, own) => sum + own.at(-1)!.size, 0)
}
