// type-graphql's decorators need it before any of their classes is defined.
import 'reflect-metadata'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createDatabase, migrateDatabase, Notifications, type DatabaseClient } from '@fairlift/db'
import { databaseConnection } from './database-connection.ts'
import type { Env } from './env.ts'
import { FileSigner } from './http/file-signer.ts'
import { keptSecret } from './http/kept-secret.ts'
import { originRules } from './http/origins.ts'
import { queryLimitsOf } from './http/query-limits.ts'
import { createServer, type HttpServer } from './http/server.ts'
import { ComputePool } from './jobs/compute/pool.ts'
import { repeat } from './jobs/repeat.ts'
import { JobQueue } from './jobs/queue.ts'
import { JobRunner } from './jobs/runner.ts'
import { calibrateExperiment } from './jobs/tasks/calibrate-experiment.ts'
import { copyEvents } from './jobs/tasks/copy-events.ts'
import { compactDataset } from './jobs/tasks/compact-dataset.ts'
import { eraseUser } from './jobs/tasks/erase-user.ts'
import { ingestBatch } from './jobs/tasks/ingest-batch.ts'
import { runAnalysis } from './jobs/tasks/run-analysis.ts'
import { trainModel } from './jobs/tasks/train-model.ts'
import { verifyAnalysis } from './jobs/tasks/verify-analysis.ts'
import { WorkFolders } from './jobs/work-folders.ts'
import type { Logger } from './logger.ts'
import { AnalysisRepository } from './modules/analysis/analysis.repository.ts'
import { AnalysisResolver } from './modules/analysis/analysis.resolver.ts'
import { AnalysisRunService } from './modules/analysis/analysis-run.service.ts'
import { AnalysisService } from './modules/analysis/analysis.service.ts'
import { AutoRunService } from './modules/analysis/auto-run.service.ts'
import { DecompositionResolver } from './modules/analysis/decomposition.type.ts'
import { JobVerificationResolver, VerificationResolver } from './modules/analysis/verification.resolver.ts'
import { VerificationService } from './modules/analysis/verification.service.ts'
import { MetricResultResolver } from './modules/analysis/metric-result.resolver.ts'
import { AnalysisTimeseriesResolver, MetricTimeseriesResolver } from './modules/analysis/timeseries.resolver.ts'
import { TimeseriesService } from './modules/analysis/timeseries.service.ts'
import { AfterLandingService } from './modules/batch/after-landing.service.ts'
import { BatchLandingService } from './modules/batch/batch-landing.service.ts'
import { BatchPreviewService } from './modules/batch/batch-preview.service.ts'
import { BatchRepository } from './modules/batch/batch.repository.ts'
import { BatchResolver } from './modules/batch/batch.resolver.ts'
import { BatchService } from './modules/batch/batch.service.ts'
import { CalibrationRepository } from './modules/calibration/calibration.repository.ts'
import { calibrationResolvers } from './modules/calibration/calibration.resolver.ts'
import { CalibrationRunService } from './modules/calibration/calibration-run.service.ts'
import { CalibrationService } from './modules/calibration/calibration.service.ts'
import { chartResolvers } from './modules/chart/chart.resolver.ts'
import { ChartService } from './modules/chart/chart.service.ts'
import { ComparisonRepository } from './modules/comparison/comparison.repository.ts'
import { comparisonResolvers } from './modules/comparison/comparison.resolver.ts'
import { ComparisonService } from './modules/comparison/comparison.service.ts'
import { CompactionResolver } from './modules/dataset/compaction.resolver.ts'
import { CompactionService } from './modules/dataset/compaction.service.ts'
import { DatasetRepository } from './modules/dataset/dataset.repository.ts'
import { DatasetResolver, ExperimentVersionsResolver } from './modules/dataset/dataset.resolver.ts'
import { UnitTableRepository } from './modules/dataset/unit-table.repository.ts'
import { UnitTableService } from './modules/dataset/unit-table.service.ts'
import { DatasetService } from './modules/dataset/dataset.service.ts'
import { EventCopyService } from './modules/event/event-copy.service.ts'
import { EventRepository } from './modules/event/event.repository.ts'
import { EventConnectionResolver, EventResolver } from './modules/event/event.resolver.ts'
import { EventService } from './modules/event/event.service.ts'
import { ErasureRepository } from './modules/erasure/erasure.repository.ts'
import { ErasureResolver } from './modules/erasure/erasure.resolver.ts'
import { ErasureService } from './modules/erasure/erasure.service.ts'
import { UserErasureService } from './modules/erasure/user-erasure.service.ts'
import { ExperimentEventsResolver } from './modules/experiment/experiment-events.resolver.ts'
import { ExperimentRepository } from './modules/experiment/experiment.repository.ts'
import { ExperimentResolver } from './modules/experiment/experiment.resolver.ts'
import { ExperimentService } from './modules/experiment/experiment.service.ts'
import { ExperimentWatcher } from './modules/experiment/experiment-watcher.ts'
import { asQueueDatabase, JobRepository } from './modules/job/job.repository.ts'
import { JobResolver } from './modules/job/job.resolver.ts'
import { JobService } from './modules/job/job.service.ts'
import { MetricRepository } from './modules/metric/metric.repository.ts'
import { MetricResolver } from './modules/metric/metric.resolver.ts'
import { MetricService } from './modules/metric/metric.service.ts'
import { ModelRepository } from './modules/model/model.repository.ts'
import { ExperimentModelsResolver, ModelResolver } from './modules/model/model.resolver.ts'
import { ModelRunService } from './modules/model/model-run.service.ts'
import { ModelService } from './modules/model/model.service.ts'
import { DataLineageService } from './modules/report/data-lineage.service.ts'
import { reportResolvers } from './modules/report/report.resolver.ts'
import { ReportService } from './modules/report/report.service.ts'
import { SweepRepository } from './modules/sweep/sweep.repository.ts'
import { SweepService } from './modules/sweep/sweep.service.ts'
import { MeasuredMetricService } from './modules/planning/measured-metric.service.ts'
import { PlanningResolver } from './modules/planning/planning.resolver.ts'
import { PlanningService } from './modules/planning/planning.service.ts'
import { UploadRepository } from './modules/upload/upload.repository.ts'
import { UploadResolver } from './modules/upload/upload.resolver.ts'
import { UploadService } from './modules/upload/upload.service.ts'
import { createSchema } from './schema.ts'
import { LocalObjectStore } from './storage/local.ts'
import { LocalUploads } from './storage/local-uploads.ts'
import { FilesOnDemand } from './storage/files-on-demand.ts'

/** A running server. */
export interface Fairlift {
  /** Where clients reach it; null for a worker. */
  url: string | null
  /** Whether the data folder held data of an earlier start. */
  reused: boolean
  /** Settles when the server cannot go on, with the reason. */
  broken: Promise<string>
  /** Ends the work under way and lets go of everything. */
  stop(): Promise<void>
}

/** What stopping waits for running jobs before it gives them back. */
const STOP_TIMEOUT_MS = 8000
const HOUR_MS = 3_600_000
/** A picture takes a second; on a machine that is busy, some. */
const DRAWING_TIMEOUT_MS = 120_000
/** A job that copies events takes turns with those of other experiments after so long. */
const MAX_COPY_MS = 600_000

/** Puts everything together and starts it. What was started is stopped again when a later step fails. */
export async function startFairlift(env: Env, logger: Logger): Promise<Fairlift> {
  const stops: (() => Promise<void>)[] = []
  const stop = async (): Promise<void> => {
    for (const step of stops.splice(0).reverse()) {
      await step().catch((error: unknown) => logger.error({ err: error }, 'a part did not stop cleanly'))
    }
  }
  try {
    return { ...(await start(env, logger, stops)), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function start(env: Env, logger: Logger, stops: (() => Promise<void>)[]): Promise<Omit<Fairlift, 'stop'>> {
  const broken = Promise.withResolvers<string>()
  await mkdir(env.DATA_DIR, { recursive: true })
  const { connection, reused, ended } = await databaseConnection(env, logger, stops)
  void ended.then((reason) => reason !== null && broken.resolve(reason))

  const client = createDatabase({
    ...connection,
    max: env.DB_POOL_SIZE,
    onError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
  })
  stops.push(() => client.close())
  await migrateDatabase(client)
  const notifications = new Notifications(connection, (error) => logger.warn({ err: error }, 'notifications were lost'))
  stops.push(() => notifications.close())
  await notifications.start()
  const queue = new JobQueue(connection, env.COMPUTE_TIMEOUT_SECONDS, logger)
  stops.push(() => queue.stop(STOP_TIMEOUT_MS))
  await queue.start()

  const store = new LocalObjectStore(join(env.DATA_DIR, 'files'))
  const folders = new WorkFolders(join(env.DATA_DIR, 'work'))
  await Promise.all([store.sweep(), folders.sweep()])
  const limits = { memoryBytes: env.COMPUTE_MEMORY_MB * 2 ** 20, timeoutMs: env.COMPUTE_TIMEOUT_SECONDS * 1000 }
  const compute = new ComputePool({ ...limits, concurrency: env.COMPUTE_CONCURRENCY })
  stops.push(() => compute.close())
  compute.warmUp()

  const parts = wire(env, logger, client, notifications, queue, store, folders, compute)
  await parts.services.metrics.ensureStandard()
  if (env.ROLE !== 'api') {
    const runner = new JobRunner(queue, parts.services.jobs, parts.tasks, logger)
    stops.push(async () => runner.abort())
    await runner.start(env.COMPUTE_CONCURRENCY)
    stops.push(startSweeping(env, logger, client, store, folders))
    parts.copies.catchUp().catch((error: unknown) => logger.warn({ err: error }, 'copying events was not taken up'))
  }
  if (env.ROLE === 'worker') return { url: null, reused, broken: broken.promise }

  let url = env.PUBLIC_URL ?? ''
  const signer = new FileSigner(env.SIGNING_SECRET ?? (await keptSecret(env.DATA_DIR)), () => url)
  // Nobody should wait for a picture until a computation has ended. Its child starts with the first picture.
  const drawing = new ComputePool({ ...limits, concurrency: 1, timeoutMs: DRAWING_TIMEOUT_MS })
  stops.push(() => drawing.close())
  const server = await serve(env, logger, client, store, signer, drawing, parts)
  stops.push(() => server.close())
  const port = await server.listen(env.HOST, env.PORT)
  url ||= `http://${env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST}:${port}`
  return { url, reused, broken: broken.promise }
}

type Parts = ReturnType<typeof wire>

/** Repositories and services: plain constructors, each given what it needs. */
function wire(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  notifications: Notifications,
  queue: JobQueue,
  store: LocalObjectStore,
  folders: WorkFolders,
  compute: ComputePool,
) {
  const metricRepository = new MetricRepository(client)
  const datasetRepository = new DatasetRepository(client)
  const batchRepository = new BatchRepository(client)
  const analysisRepository = new AnalysisRepository(client)

  const metrics = new MetricService(metricRepository)
  const datasets = new DatasetService(datasetRepository)
  const experiments = new ExperimentService(new ExperimentRepository(client), metrics, metricRepository, datasets)
  const jobs = new JobService(
    new JobRepository(client),
    { send: (kind, id, experimentId, isAlone, tx) => queue.send(kind, id, experimentId, isAlone, asQueueDatabase(tx)) },
    notifications,
  )
  const batches = new BatchService(batchRepository, experiments, jobs, store, {
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
  const analyses = new AnalysisService(analysisRepository, experiments, metrics, datasetRepository, jobs)
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
  const verifications = new VerificationService(analyses, runs, jobs, store, compute)
  const calibrationRepository = new CalibrationRepository(client)
  const calibrations = new CalibrationService(calibrationRepository, analyses, jobs)
  const modelRepository = new ModelRepository(client)
  const models = new ModelService(modelRepository, experiments, metrics, datasetRepository, jobs)
  const comparisons = new ComparisonService(
    new ComparisonRepository(client),
    datasets,
    datasetRepository,
    experiments,
    analyses,
    store,
    compute,
  )
  const eventRepository = new EventRepository(client)
  const copies = new EventCopyService(eventRepository, jobs, store, compute, folders, {
    maxRows: env.EVENTS_TABLE,
    maxJobMs: Math.min(MAX_COPY_MS, env.COMPUTE_TIMEOUT_SECONDS * 1000),
  })
  const erasureRepository = new ErasureRepository(client)
  const erasures = new ErasureService(erasureRepository, experiments, jobs)
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
  const compactions = new CompactionService(datasetRepository, jobs, store, compute, folders)
  const afterLanding = new AfterLandingService(experiments, unitTables, autoRun, copies, compactions)
  const watcher = new ExperimentWatcher(experiments, notifications)
  const services = { experiments, metrics, batches, datasets, analyses, calibrations, models, erasures, jobs, watcher }
  return {
    services,
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
      calibrateExperiment(new CalibrationRunService(calibrationRepository, runs, compute)),
      trainModel(new ModelRunService(modelRepository, runs, store, compute, folders)),
      compactDataset(compactions),
      eraseUser(userErasures, afterLanding),
    ],
  }
}

/** Removes what nothing refers to, now and then. Returns how to end it. */
function startSweeping(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  store: LocalObjectStore,
  folders: WorkFolders,
): () => Promise<void> {
  const uploads = new LocalUploads(join(env.DATA_DIR, 'files', 'uploads'), store, () => '')
  const graceMs = env.SWEEP_GRACE_HOURS * HOUR_MS
  const sweeps = new SweepService(new SweepRepository(client), store, [store, folders], uploads, graceMs)
  return repeat(
    env.SWEEP_INTERVAL_HOURS * HOUR_MS,
    async (signal) => {
      const removed = await sweeps.sweep(signal)
      if (removed !== null) logger.info({ ...removed }, 'what nothing refers to was removed')
    },
    (error) => logger.error({ err: error }, 'sweeping failed; it is tried again'),
  )
}

async function serve(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  store: LocalObjectStore,
  signer: FileSigner,
  drawing: ComputePool,
  { services, previews, autoRun, comparisons, planning, verifications, compactions, events, lineage }: Parts,
): Promise<HttpServer> {
  const directUploads = new LocalUploads(
    join(env.DATA_DIR, 'files', 'uploads'),
    store,
    (upload) => `${env.PUBLIC_URL ?? ''}${signer.uploadPath(upload)}`,
  )
  const uploads = new UploadService(new UploadRepository(client), services.batches, store, directUploads, {
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    lifetimeMs: env.UPLOAD_LIFETIME_SECONDS * 1000,
  })
  const timeseries = new TimeseriesService(store)
  const made = new FilesOnDemand(store)
  const charts = new ChartService(services, verifications, timeseries, made, drawing)
  const reports = new ReportService(services, verifications, lineage, made, drawing)
  const schema = await createSchema([
    ...chartResolvers(charts, signer),
    ...reportResolvers(reports, signer),
    new AnalysisResolver(services.analyses),
    new BatchResolver(services.batches, previews, signer, env.MAX_UPLOAD_BYTES),
    ...calibrationResolvers(services.calibrations),
    ...comparisonResolvers(comparisons, services.batches),
    new CompactionResolver(compactions, services.experiments),
    new DatasetResolver(),
    new ExperimentVersionsResolver(services.datasets),
    new EventConnectionResolver(),
    new EventResolver(events),
    new ErasureResolver(services.erasures),
    new ExperimentEventsResolver(),
    new ExperimentResolver(services.experiments, services.batches, services.analyses, autoRun),
    new JobResolver(services.jobs),
    new MetricResolver(services.metrics),
    new MetricResultResolver(),
    new AnalysisTimeseriesResolver(timeseries),
    new MetricTimeseriesResolver(),
    new ModelResolver(services.models, signer),
    new ExperimentModelsResolver(services.models),
    new PlanningResolver(planning),
    new DecompositionResolver(),
    new VerificationResolver(verifications, signer),
    new JobVerificationResolver(verifications),
    new UploadResolver(uploads),
  ])
  return createServer({
    schema,
    services,
    store,
    directUploads,
    makers: [charts, reports],
    signer,
    origins: originRules(env.HOST, env.ALLOWED_ORIGINS),
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxUploadBytes: env.MAX_UPLOAD_BYTES,
    queryLimits: queryLimitsOf(env),
    isReady: () => client.pool.query('select 1'),
    logger,
  })
}
