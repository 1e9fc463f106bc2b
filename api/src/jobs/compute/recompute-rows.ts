import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import stringify from 'safe-stable-stringify'
import { analyseExperiment } from '../../analysis/analyse-experiment.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { Aggregates, AggregationPlan } from '../../engine/plan.ts'

export interface RecomputeRequest {
  metrics: MetricDefinition[]
  plan: AggregationPlan
  settings: AnalysisSettings
  /** File of aggregates as `analyseParts` writes it. */
  aggregatesPath: string
}

export interface RecomputeResult {
  /** Null where the file does not hold what it should. */
  rows: ResultRow[] | null
  /** SHA-256 of the aggregates as canonical JSON; null where they cannot be read. */
  aggregatesHash: string | null
  /** Why there are no rows. */
  problem: string | null
}

/** The rows once more, from the aggregates that were kept: the data are not read. */
export async function recomputeRows(request: RecomputeRequest): Promise<RecomputeResult> {
  const { metrics, plan, settings, aggregatesPath } = request
  let aggregatesHash: string | null = null
  try {
    const text = (await promisify(gunzip)(await readFile(aggregatesPath))).toString('utf8')
    const aggregates = JSON.parse(text) as Aggregates
    aggregatesHash = createHash('sha256').update(stringify(aggregates)).digest('hex')
    const rows = analyseExperiment(metrics, plan, aggregates, settings)
    return { rows, aggregatesHash, problem: null }
  } catch (error) {
    // Whatever a file that was tampered with makes of the computation, it is what this is to find out.
    return { rows: null, aggregatesHash, problem: error instanceof Error ? error.message : String(error) }
  }
}
