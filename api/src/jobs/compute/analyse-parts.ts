import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import stringify from 'safe-stable-stringify'
import { analyseExperiment } from '../../analysis/analyse-experiment.ts'
import { checkHealth } from '../../analysis/health/check-health.ts'
import type { DataLineage, HealthCheck } from '../../analysis/health/health-check.ts'
import { type Decomposition, decompositions } from '../../analysis/decomposition.ts'
import { distributionsOf, type MetricDistribution } from '../../analysis/distributions.ts'
import { type Traffic, trafficOf } from '../../analysis/revenue-change.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { PartFile } from '../../engine/engine.ts'
import type { Aggregates, AggregationPlan } from '../../engine/plan.ts'
import { aggregateParts } from '../../engine/polars/aggregate.ts'
import { cappedAggregates } from '../../analysis/capped-aggregates.ts'
import { aggregateUnitTable } from '../../engine/polars/aggregate-unit-table.ts'
import type { UnitFile } from '../../engine/unit-table.ts'
import { writeTimeSeries } from './write-time-series.ts'

export interface AnalyseRequest {
  metrics: MetricDefinition[]
  plan: AggregationPlan
  settings: AnalysisSettings
  /** Configured share of each of the plan's variants. */
  trafficSplits: number[]
  lineage: DataLineage
  /** Whether the planned end had come when the question was asked. */
  isOver: boolean
  parts: PartFile[]
  /** The parts' events summed up per unit for the plan's window, where there is such a table. */
  unitFiles: UnitFile[] | null
  /** Where the aggregates are written, as packed JSON: from them the same results can be computed again. */
  aggregatesPath: string
}

export interface AnalyseResult {
  rows: ResultRow[]
  health: HealthCheck[]
  /** Users of each of the plan's variants. */
  users: number[]
  exposedUnits: number
  traffic: Traffic
  decompositions: Decomposition[]
  distributions: MetricDistribution[]
  /** SHA-256 of the aggregates as canonical JSON. */
  aggregatesHash: string
}

/** With plain lists: typed ones would be stored as objects. */
function storable(aggregates: Aggregates): Aggregates {
  const cells = aggregates.cells.map(({ values, counts, ...rest }) => ({
    ...rest,
    values: [...values],
    counts: [...counts],
  }))
  return { ...aggregates, cells }
}

/**
 * From parts to result rows. The statistics run here and not in the API: ranking a million distinct values takes longer
 * than the API's event loop may wait.
 */
export async function analyseParts(
  request: AnalyseRequest,
  onProgress: (progress: { share: number }) => void,
): Promise<AnalyseResult> {
  const { metrics, plan, settings, trafficSplits, lineage, isOver, parts, unitFiles, aggregatesPath } = request
  const wholeShare = settings.timeseries === true ? 0.5 : 1
  const tell = (share: number): void => onProgress({ share: share * wholeShare })
  const aggregates = await cappedAggregates(plan, settings, tell, (ofPlan, onShare) =>
    unitFiles === null ? aggregateParts(ofPlan, parts, onShare) : aggregateUnitTable(ofPlan, unitFiles, parts, onShare),
  )
  const text = stringify(storable(aggregates))
  // Packed on a thread of its own while the statistics are computed here; what is kept is small either way.
  const packed = promisify(gzip)(text, { level: constants.Z_BEST_SPEED })
  packed.catch(() => undefined)
  if (settings.timeseries === true) await writeTimeSeries(request, aggregates.caps, (share) => tell(1 + share))
  const all = aggregates.groups.filter(({ segment }) => segment === null)
  const rows = analyseExperiment(metrics, plan, aggregates, settings)
  const health = checkHealth({ plan, aggregates, metrics, settings, trafficSplits, lineage, rows, isOver })
  await writeFile(aggregatesPath, await packed)
  return {
    rows,
    health,
    users: plan.variants.map((_, variant) => all[variant]?.n ?? 0),
    exposedUnits: aggregates.quality.exposedUnits,
    traffic: trafficOf(aggregates.quality),
    decompositions: decompositions(metrics, plan, aggregates, settings),
    distributions: distributionsOf(metrics, plan, aggregates),
    aggregatesHash: createHash('sha256').update(text).digest('hex'),
  }
}
