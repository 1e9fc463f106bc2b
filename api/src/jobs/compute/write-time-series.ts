import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { analyseTimeSeries, TIME_SERIES_FILE } from '../../analysis/time-series.ts'
import { cappedPlan, type CappedAggregates } from '../../analysis/winsorization.ts'
import { readTimeSeries } from '../../engine/polars/read-time-series.ts'
import type { AnalyseRequest } from './analyse-parts.ts'

/** Follows the effects over time, with the same bounds for extreme values as the whole analysis has. */
export async function writeTimeSeries(
  { metrics, plan, settings, parts, aggregatesPath }: AnalyseRequest,
  caps: CappedAggregates['caps'],
  onProgress: (share: number) => void,
): Promise<void> {
  const own = { ...(caps === undefined ? plan : cappedPlan(plan, caps)), segments: [], cells: [] }
  const read = await readTimeSeries(own, parts, onProgress)
  const text = JSON.stringify(analyseTimeSeries(metrics, own, read, settings))
  await writeFile(join(dirname(aggregatesPath), TIME_SERIES_FILE), await promisify(gzip)(text))
}
