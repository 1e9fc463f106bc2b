import { calibrate, type CalibrationRow } from '../../analysis/calibration/calibrate.ts'
import type { AggregationPlan } from '../../engine/plan.ts'
import { unitsByRange } from '../../engine/polars/aggregate.ts'
import { unitsByShard } from '../../engine/polars/aggregate-unit-table.ts'
import { type UnitPool, UnitPoolBuilder } from '../../engine/unit-pool.ts'
import type { SummedUnits } from '../../engine/unit-rows.ts'
import type { AnalyseRequest } from './analyse-parts.ts'

export interface CalibrateRequest extends Pick<
  AnalyseRequest,
  'metrics' | 'plan' | 'settings' | 'parts' | 'unitFiles'
> {
  replications: number
  seed: number
}

/** Share of the task that reading takes, for the progress bar. */
const READING_SHARE = 0.2

/** Reads the experiment's users once, and deals them out anew as often as asked for. */
export async function calibrateUnits(
  { metrics, plan, settings, parts, unitFiles, replications, seed }: CalibrateRequest,
  onProgress: (progress: { share: number }) => void,
): Promise<CalibrationRow[]> {
  const onRead = (share: number): void => onProgress({ share: share * READING_SHARE })
  const pool = await poolOf(
    plan,
    unitFiles === null ? unitsByRange(plan, parts, onRead) : unitsByShard(plan, unitFiles, onRead),
  )
  const onDeal = (share: number): void => onProgress({ share: READING_SHARE + share * (1 - READING_SHARE) })
  return calibrate(metrics, plan, pool, settings, { replications, seed, onProgress: onDeal })
}

async function poolOf(
  plan: AggregationPlan,
  pieces: AsyncIterable<SummedUnits> | Iterable<SummedUnits>,
): Promise<UnitPool> {
  const builder = new UnitPoolBuilder(plan)
  for await (const units of pieces) builder.add(units)
  return builder.pool()
}
