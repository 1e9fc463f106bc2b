import { readActiveUnits, sumsWantedBy } from '../active-units.ts'
import { aggregateUnits, type TimeRange } from '../aggregate-units.ts'
import type { PartFile } from '../engine.ts'
import type { Aggregates, AggregationPlan } from '../plan.ts'
import type { UnitFile } from '../unit-table.ts'
import { Scratch } from '../memory.ts'
import type { UnitRange } from './unit-ranges.ts'

/** Some of the units that a plan is about: a range of those of parts, or a shard of a unit table. */
export type Share = { parts: PartFile[]; range: UnitRange } | { files: UnitFile[] }

/** What a plan gives over a share. */
export async function aggregateShare(
  plan: AggregationPlan,
  share: Share,
  timeRange: TimeRange,
  onProgress?: (share: number) => void,
): Promise<Aggregates> {
  if ('files' in share) {
    return Scratch.during((memory) => {
      const units = readActiveUnits(share.files, sumsWantedBy(plan), memory)
      return aggregateUnits(plan, units, timeRange)
    })
  }
  // To load the library takes the other thread longer than to add up a unit table, which needs none of it.
  const { unitsOfRange } = await import('./units-of-range.ts')
  return Scratch.throughout(async (memory) => {
    const units = await unitsOfRange(plan, share.parts, share.range, onProgress, memory)
    return aggregateUnits(plan, units, timeRange)
  })
}
