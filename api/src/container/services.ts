import type { Notifications, DatabaseClient } from '@fairlift/db'
import type { Env } from '../env.ts'
import type { ComputePool } from '../jobs/compute/pool.ts'
import type { JobQueue } from '../jobs/queue.ts'
import { calibrateExperiment } from '../jobs/tasks/calibrate-experiment.ts'
import { copyEvents } from '../jobs/tasks/copy-events.ts'
import { compactDataset } from '../jobs/tasks/compact-dataset.ts'
import { eraseUser } from '../jobs/tasks/erase-user.ts'
import { ingestBatch } from '../jobs/tasks/ingest-batch.ts'
import { runAnalysis } from '../jobs/tasks/run-analysis.ts'
import { trainModel } from '../jobs/tasks/train-model.ts'
import { verifyAnalysis } from '../jobs/tasks/verify-analysis.ts'
import type { WorkFolders } from '../jobs/work-folders.ts'
import type { Logger } from '../logger.ts'
import { AnalysisRepository } from '../modules/analysis/analysis.repository.ts'
import { AnalysisRunService } from '../modules/analysis/analysis-run.service.ts'
import { AnalysisService } from '../modules/analysis/analysis.service.ts'
import { AutoRunService } from '../modules/analysis/auto-run.service.ts'
import { VerificationService } from '../modules/analysis/verification.service.ts'
import { AfterLandingService } from '../modules/batch/after-landing.service.ts'
import { BatchLandingService } from '../modules/batch/batch-landing.service.ts'
import { BatchPreviewService } from '../modules/batch/batch-preview.service.ts'
import { BatchRepository } from '../modules/batch/batch.repository.ts'
import { BatchService } from '../modules/batch/batch.service.ts'
import { CalibrationRepository } from '../modules/calibration/calibration.repository.ts'
import { CalibrationRunService } from '../modules/calibration/calibration-run.service.ts'
import { CalibrationService } from '../modules/calibration/calibration.service.ts'
import { ComparisonRepository } from '../modules/comparison/comparison.repository.ts'
import { ComparisonService } from '../modules/comparison/comparison.service.ts'
import { CompactionService } from '../modules/dataset/compaction.service.ts'
import { DatasetRepository } from '../modules/dataset/dataset.repository.ts'
import { UnitTableRepository } from '../modules/dataset/unit-table.repository.ts'
import { UnitTableService } from '../modules/dataset/unit-table.service.ts'
import { DatasetService } from '../modules/dataset/dataset.service.ts'
import { EventCopyService } from '../modules/event/event-copy.service.ts'
import { EventRepository } from '../modules/event/event.repository.ts'
import { EventService } from '../modules/event/event.service.ts'
import { ErasureRepository } from '../modules/erasure/erasure.repository.ts'
import { ErasureService } from '../modules/erasure/erasure.service.ts'
import { UserErasureService } from '../modules/erasure/user-erasure.service.ts'
import { ExperimentRepository } from '../modules/experiment/experiment.repository.ts'
import { ExperimentService } from '../modules/experiment/experiment.service.ts'
import { ExperimentWatcher } from '../modules/experiment/experiment-watcher.ts'
import { IdempotencyRepository } from '../modules/idempotency/idempotency.repository.ts'
import { IdempotencyService } from '../modules/idempotency/idempotency.service.ts'
import { asQueueDatabase, JobRepository } from '../modules/job/job.repository.ts'
import { JobService } from '../modules/job/job.service.ts'
import { MetricRepository } from '../modules/metric/metric.repository.ts'
import { MetricService } from '../modules/metric/metric.service.ts'
import { ModelRepository } from '../modules/model/model.repository.ts'
import { ModelRunService } from '../modules/model/model-run.service.ts'
import { ModelService } from '../modules/model/model.service.ts'
import { DataLineageService } from '../modules/report/data-lineage.service.ts'
import { MeasuredMetricService } from '../modules/planning/measured-metric.service.ts'
import { PlanningService } from '../modules/planning/planning.service.ts'
import type { ObjectStore } from '../storage/object-store.ts'

/** A job that copies events takes turns with those of other experiments after so long. */
const MAX_COPY_MS = 600_000

export type Services = ReturnType<typeof createServices>

/** Repositories and services: plain constructors, each given what it needs. */
export function createServices(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  notifications: Notifications,
  queue: JobQueue,
  store: ObjectStore,
  folders: WorkFolders,
  compute: ComputePool,
) {
  const metricRepository = new MetricRepository(client)
  const datasetRepository = new DatasetRepository(client)
  const batchRepository = new BatchRepository(client)
  const analysisRepository = new AnalysisRepository(client)

  const idempotency = new IdempotencyService(new IdempotencyRepository(client))
  const metrics = new MetricService(metricRepository, idempotency)
  const datasets = new DatasetService(datasetRepository)
  const experiments = new ExperimentService(
    new ExperimentRepository(client),
    metrics,
    metricRepository,
    datasets,
    idempotency,
  )
  const jobs = new JobService(
    new JobRepository(client),
    { send: (kind, id, experimentId, isAlone, tx) => queue.send(kind, id, experimentId, isAlone, asQueueDatabase(tx)) },
    notifications,
    env.MAX_QUEUED_JOBS_PER_EXPERIMENT,
  )
  const batches = new BatchService(batchRepository, experiments, jobs, store, idempotency, {
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    maxUnpackedBytes: env.MAX_UNPACKED_BYTES,
    maxRejectRate: env.MAX_REJECT_RATE,
  })
  const landing = new BatchLandingService(
    batchRepository,
    datasetRepository,
    experiments,
    metrics,
    store,
    compute,
    folders,
    {
      maxUnpackedBytes: env.MAX_UNPACKED_BYTES,
      chunkBytes: env.INGEST_CHUNK_MB * 2 ** 20,
    },
  )
  const previews = new BatchPreviewService(experiments, metrics, compute, folders, env.MAX_UNPACKED_BYTES)
  const analyses = new AnalysisService(analysisRepository, experiments, metrics, datasetRepository, jobs, idempotency)
  const autoRun = new AutoRunService(experiments, datasets, analyses, jobs, logger)
  const unitTables = new UnitTableService(
    new UnitTableRepository(client),
    datasetRepository,
    store,
    compute,
    folders,
    logger,
    env.UNIT_TABLE_MIN_EVENTS,
  )
  const runs = new AnalysisRunService(
    analysisRepository,
    datasetRepository,
    unitTables,
    experiments,
    metrics,
    store,
    compute,
    folders,
  )
  const verifications = new VerificationService(analyses, runs, jobs, store, compute, idempotency, folders)
  const calibrationRepository = new CalibrationRepository(client)
  const calibrations = new CalibrationService(calibrationRepository, analyses, jobs, idempotency)
  const modelRepository = new ModelRepository(client)
  const models = new ModelService(modelRepository, experiments, metrics, datasetRepository, jobs, idempotency)
  const comparisons = new ComparisonService(
    new ComparisonRepository(client),
    datasets,
    datasetRepository,
    experiments,
    analyses,
    store,
    compute,
    folders,
  )
  const eventRepository = new EventRepository(client)
  const copies = new EventCopyService(eventRepository, jobs, store, compute, folders, {
    maxRows: env.EVENTS_TABLE,
    maxJobMs: Math.min(MAX_COPY_MS, env.COMPUTE_TIMEOUT_SECONDS * 1000),
  })
  const erasureRepository = new ErasureRepository(client)
  const erasures = new ErasureService(erasureRepository, experiments, jobs, idempotency)
  const userErasures = new UserErasureService(
    erasureRepository,
    eventRepository,
    datasetRepository,
    store,
    compute,
    folders,
    {
      maxUnpackedBytes: env.MAX_UNPACKED_BYTES,
    },
  )
  const compactions = new CompactionService(datasetRepository, experiments, jobs, store, compute, folders, idempotency)
  const afterLanding = new AfterLandingService(experiments, unitTables, autoRun, copies, compactions)
  const watcher = new ExperimentWatcher(experiments, notifications)
  const services = { experiments, metrics, batches, datasets, analyses, calibrations, models, erasures, jobs, watcher }
  return {
    services,
    idempotency,
    previews,
    autoRun,
    comparisons,
    planning: new PlanningService(new MeasuredMetricService(experiments, metrics, analyses, datasetRepository)),
    verifications,
    compactions,
    lineage: new DataLineageService(datasetRepository),
    events: new EventService(eventRepository, copies, experiments),
    copies,
    tasks: [
      copyEvents(copies),
      ingestBatch(landing, afterLanding),
      runAnalysis(runs),
      verifyAnalysis(verifications),
      calibrateExperiment(new CalibrationRunService(calibrationRepository, runs, compute, folders)),
      trainModel(new ModelRunService(modelRepository, runs, store, compute, folders)),
      compactDataset(compactions),
      eraseUser(userErasures, afterLanding),
    ],
  }
}
