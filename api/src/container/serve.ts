import type { DatabaseClient } from '@fairlift/db'
import type { Env } from '../env.ts'
import type { FileSigner } from '../http/file-signer.ts'
import { originRules } from '../http/origins.ts'
import { queryLimitsOf } from '../http/query-limits.ts'
import { createServer, type HttpServer } from '../http/server.ts'
import type { ComputePool } from '../jobs/compute/pool.ts'
import type { Logger } from '../logger.ts'
import { ApiKeyResolver } from '../modules/api-key/api-key.resolver.ts'
import { AnalysisResolver } from '../modules/analysis/analysis.resolver.ts'
import { DecompositionResolver } from '../modules/analysis/decomposition.type.ts'
import { JobVerificationResolver, VerificationResolver } from '../modules/analysis/verification.resolver.ts'
import { MetricResultResolver } from '../modules/analysis/metric-result.resolver.ts'
import { AnalysisTimeseriesResolver, MetricTimeseriesResolver } from '../modules/analysis/timeseries.resolver.ts'
import { TimeseriesService } from '../modules/analysis/timeseries.service.ts'
import { BatchResolver } from '../modules/batch/batch.resolver.ts'
import { calibrationResolvers } from '../modules/calibration/calibration.resolver.ts'
import { chartResolvers } from '../modules/chart/chart.resolver.ts'
import { ChartService } from '../modules/chart/chart.service.ts'
import { comparisonResolvers } from '../modules/comparison/comparison.resolver.ts'
import { CompactionResolver } from '../modules/dataset/compaction.resolver.ts'
import { DatasetResolver, ExperimentVersionsResolver } from '../modules/dataset/dataset.resolver.ts'
import { EventConnectionResolver, EventResolver } from '../modules/event/event.resolver.ts'
import { ErasureResolver } from '../modules/erasure/erasure.resolver.ts'
import { ExperimentEventsResolver } from '../modules/experiment/experiment-events.resolver.ts'
import { ExperimentResolver } from '../modules/experiment/experiment.resolver.ts'
import { JobResolver } from '../modules/job/job.resolver.ts'
import { MetricResolver } from '../modules/metric/metric.resolver.ts'
import { ExperimentModelsResolver, ModelResolver } from '../modules/model/model.resolver.ts'
import { reportResolvers } from '../modules/report/report.resolver.ts'
import { ReportService } from '../modules/report/report.service.ts'
import { PlanningResolver } from '../modules/planning/planning.resolver.ts'
import { UploadRepository } from '../modules/upload/upload.repository.ts'
import { UploadResolver } from '../modules/upload/upload.resolver.ts'
import { UploadService } from '../modules/upload/upload.service.ts'
import { ViewerResolver } from '../modules/viewer/viewer.resolver.ts'
import { createSchema } from '../schema.ts'
import { FilesOnDemand } from '../storage/files-on-demand.ts'
import type { Access } from './access.ts'
import type { Services } from './services.ts'
import type { FileStorage } from './storage.ts'

/** Resolvers, and the HTTP server that has them. */
export async function serve(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  { store, uploadsAt, uploadOrigin }: FileStorage,
  signer: FileSigner,
  drawing: ComputePool,
  parts: Services,
  { apiKeys, authenticator, connections, rateLimits }: Access,
): Promise<HttpServer> {
  const { services, idempotency, previews, autoRun, comparisons, planning, verifications, compactions, events } = parts
  const { uploads: directUploads, received } = uploadsAt(
    (upload) => `${env.PUBLIC_URL ?? ''}${signer.uploadPath(upload)}`,
  )
  const limits = { maxMultipartBytes: env.MAX_MULTIPART_BYTES, maxUploadBytes: env.MAX_UPLOAD_BYTES }
  const uploads = new UploadService(
    new UploadRepository(client),
    services.batches,
    services.jobs,
    store,
    directUploads,
    idempotency,
    {
      maxUploadBytes: env.MAX_UPLOAD_BYTES,
      lifetimeMs: env.UPLOAD_LIFETIME_SECONDS * 1000,
    },
  )
  const timeseries = new TimeseriesService(store)
  const made = new FilesOnDemand(store)
  const charts = new ChartService(services, verifications, timeseries, made, drawing)
  const reports = new ReportService(services, verifications, parts.lineage, made, drawing)
  const schema = await createSchema([
    ...chartResolvers(charts, signer),
    ...reportResolvers(reports, signer),
    new AnalysisResolver(services.analyses),
    new ApiKeyResolver(apiKeys),
    new BatchResolver(services.batches, previews, signer, limits),
    ...calibrationResolvers(services.calibrations),
    ...comparisonResolvers(comparisons, services.batches),
    new CompactionResolver(compactions),
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
    new ViewerResolver(),
  ])
  return createServer({
    schema,
    services,
    store,
    directUploads: received,
    uploadOrigin,
    makers: [charts, reports],
    signer,
    origins: originRules(env.HOST, env.ALLOWED_ORIGINS, env.PUBLIC_URL),
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxMultipartBytes: env.MAX_MULTIPART_BYTES,
    queryLimits: queryLimitsOf(env),
    rateLimits,
    authenticator,
    connections,
    isReady: () => client.pool.query('select 1'),
    logger,
  })
}
