import DataLoader from 'dataloader'
import type { AnalysisService } from './modules/analysis/analysis.service.ts'
import type { BatchService } from './modules/batch/batch.service.ts'
import type { CalibrationService } from './modules/calibration/calibration.service.ts'
import type { DatasetService } from './modules/dataset/dataset.service.ts'
import type { ErasureService } from './modules/erasure/erasure.service.ts'
import type { ExperimentService } from './modules/experiment/experiment.service.ts'
import type { ExperimentWatcher } from './modules/experiment/experiment-watcher.ts'
import type { JobService } from './modules/job/job.service.ts'
import type { MetricService } from './modules/metric/metric.service.ts'
import type { ModelService } from './modules/model/model.service.ts'
import type { Page } from './modules/pagination.ts'

export interface LoaderServices {
  experiments: ExperimentService
  metrics: MetricService
  batches: BatchService
  datasets: DatasetService
  analyses: AnalysisService
  calibrations: CalibrationService
  models: ModelService
  erasures: ErasureService
  jobs: JobService
  watcher: ExperimentWatcher
}

export type Loaders = ReturnType<typeof createLoaders>

/** Loaders of one request: what many fields ask for one by one is fetched in one statement. */
export function createLoaders({
  experiments,
  metrics,
  batches,
  datasets,
  analyses,
  calibrations,
  models,
  erasures,
  jobs,
}: LoaderServices) {
  return {
    experiment: one((ids) => experiments.byIds(ids)),
    variant: one((ids) => experiments.variantsByIds(ids)),
    variantsOf: many(
      (ids) => experiments.variantsOf(ids),
      ({ experimentId }) => experimentId,
    ),
    metric: one((ids) => metrics.byIds(ids)),
    metricsOf: many(
      (ids) => metrics.ofExperiments(ids),
      ({ experimentId }) => experimentId,
    ),
    batch: one((ids) => batches.byIds(ids)),
    /** The newest batches of an experiment, as many as asked for. */
    firstBatches: firstPages((ids, first) => batches.firstPages(ids, first)),
    jobOfBatch: oneBy(
      (ids) => jobs.ofBatches(ids),
      ({ batchId }) => batchId!,
    ),
    datasetVersion: one((ids) => datasets.byIds(ids)),
    latestVersion: oneBy(
      (ids) => datasets.latestOf(ids),
      ({ experimentId }) => experimentId,
    ),
    firstVersions: firstPages((ids, first) => datasets.firstPages(ids, first)),
    partCount: one((ids) => datasets.partCounts(ids)),
    namesOf: many(
      (ids) => datasets.namesOf(ids),
      ({ experimentId }) => experimentId,
    ),
    firstErasures: firstPages((ids, first) => erasures.firstPages(ids, first)),
    analysis: one((ids) => analyses.byIds(ids)),
    latestAnalysis: oneBy(
      (ids) => analyses.latestOf(ids),
      ({ experimentId }) => experimentId,
    ),
    calibration: one((ids) => calibrations.byIds(ids)),
    firstCalibrations: firstPages((ids, first) => calibrations.firstPages(ids, first)),
    model: one((ids) => models.byIds(ids)),
    /** The newest models of an experiment, as many as asked for. */
    firstModels: firstPages((ids, first) => models.firstPages(ids, first)),
    jobOfModel: oneBy(
      (ids) => jobs.ofModels(ids),
      ({ modelId }) => modelId!,
    ),
    firstAnalyses: firstPages((ids, first) => analyses.firstPages(ids, first)),
    resultsOf: many(
      (ids) => analyses.resultsOf(ids),
      ({ analysisId }) => analysisId,
    ),
  }
}

type Load<Row> = (ids: readonly string[]) => Promise<Row[]>

/** Rows by their own id; null for what is not there. */
function one<Row extends { id: string }>(load: Load<Row>): DataLoader<string, Row | null> {
  return oneBy(load, ({ id }) => id)
}

/** At most one row for each key. */
function oneBy<Row>(load: Load<Row>, keyOf: (row: Row) => string): DataLoader<string, Row | null> {
  return new DataLoader(async (ids) => {
    const byKey = new Map((await load(ids)).map((row) => [keyOf(row), row]))
    return ids.map((id) => byKey.get(id) ?? null)
  })
}

/** All rows of each key, in the order in which they come. */
function many<Row>(load: Load<Row>, keyOf: (row: Row) => string): DataLoader<string, Row[]> {
  return new DataLoader(async (ids) => {
    const byKey = Map.groupBy(await load(ids), keyOf)
    return ids.map((id) => byKey.get(id) ?? [])
  })
}

interface FirstPageKey {
  id: string
  first: number
}

/** The first page of each owner's list. Pages of different sizes take a statement each. */
function firstPages<Item>(
  load: (ids: readonly string[], first: number) => Promise<Map<string, Page<Item>>>,
): DataLoader<FirstPageKey, Page<Item>, string> {
  return new DataLoader<FirstPageKey, Page<Item>, string>(
    async (keys) => {
      const sizes = [...new Set(keys.map(({ first }) => first))]
      const loaded = new Map<number, Map<string, Page<Item>>>()
      for (const size of sizes) {
        const ids = keys.filter(({ first }) => first === size).map(({ id }) => id)
        loaded.set(size, await load(ids, size))
      }
      return keys.map(({ id, first }) => loaded.get(first)!.get(id) ?? { items: [], hasNextPage: false })
    },
    { cacheKeyFn: ({ id, first }) => `${id} ${first}` },
  )
}
