// type-graphql's decorators need it before any of their classes is defined.
import 'reflect-metadata'
import type { GraphQLSchema } from 'graphql'
import { buildSchema, type NonEmptyArray } from 'type-graphql'
import { guardSchema } from './auth/guard-schema.ts'
import { AnalysisResolver } from './modules/analysis/analysis.resolver.ts'
import { DecompositionResolver } from './modules/analysis/decomposition.type.ts'
import { JobVerificationResolver, VerificationResolver } from './modules/analysis/verification.resolver.ts'
import { MetricResultResolver } from './modules/analysis/metric-result.resolver.ts'
import { AnalysisTimeseriesResolver, MetricTimeseriesResolver } from './modules/analysis/timeseries.resolver.ts'
import { ApiKeyResolver } from './modules/api-key/api-key.resolver.ts'
import { BatchResolver } from './modules/batch/batch.resolver.ts'
import {
  CalibrationResolver,
  CalibrationResultResolver,
  ExperimentCalibrationsResolver,
} from './modules/calibration/calibration.resolver.ts'
import {
  ComparisonResolver,
  EffectComparisonResolver,
  EffectMoveResolver,
} from './modules/comparison/comparison.resolver.ts'
import { AnalysisChartsResolver, ChartResolver, ModelChartsResolver } from './modules/chart/chart.resolver.ts'
import { CompactionResolver } from './modules/dataset/compaction.resolver.ts'
import { DatasetResolver, ExperimentVersionsResolver } from './modules/dataset/dataset.resolver.ts'
import { EventConnectionResolver, EventResolver } from './modules/event/event.resolver.ts'
import { ErasureResolver } from './modules/erasure/erasure.resolver.ts'
import { ExperimentResolver } from './modules/experiment/experiment.resolver.ts'
import { ExperimentEventsResolver } from './modules/experiment/experiment-events.resolver.ts'
import { JobResolver } from './modules/job/job.resolver.ts'
import { MetricResolver } from './modules/metric/metric.resolver.ts'
import { ExperimentModelsResolver, ModelResolver } from './modules/model/model.resolver.ts'
import { PlanningResolver } from './modules/planning/planning.resolver.ts'
import { AnalysisReportResolver, ExperimentReportResolver } from './modules/report/report.resolver.ts'
import { UploadResolver } from './modules/upload/upload.resolver.ts'
import { ViewerResolver } from './modules/viewer/viewer.resolver.ts'

/** Subscriptions follow the database (NOTIFY), not a bus of one process; type-graphql asks for a bus all the same. */
const noPubSub = {
  publish: () => undefined,
  subscribe: (): AsyncIterable<never> => {
    throw new Error('Subscriptions name their own source')
  },
}

type Constructor = abstract new (...args: never[]) => object

const resolvers: NonEmptyArray<Constructor> = [
  AnalysisChartsResolver,
  AnalysisReportResolver,
  AnalysisResolver,
  AnalysisTimeseriesResolver,
  ApiKeyResolver,
  BatchResolver,
  CalibrationResolver,
  CalibrationResultResolver,
  ChartResolver,
  ComparisonResolver,
  CompactionResolver,
  DatasetResolver,
  EffectComparisonResolver,
  EffectMoveResolver,
  EventConnectionResolver,
  EventResolver,
  ErasureResolver,
  ExperimentCalibrationsResolver,
  ExperimentEventsResolver,
  ExperimentModelsResolver,
  ExperimentReportResolver,
  ExperimentResolver,
  ExperimentVersionsResolver,
  JobResolver,
  MetricResolver,
  MetricResultResolver,
  MetricTimeseriesResolver,
  ModelChartsResolver,
  ModelResolver,
  PlanningResolver,
  DecompositionResolver,
  JobVerificationResolver,
  VerificationResolver,
  UploadResolver,
  ViewerResolver,
]

/**
 * The one schema. Its fields ask for the scopes that they need.
 *
 * @param instances the resolvers to run; without them the schema can be printed but not executed
 */
export async function createSchema(instances: object[] = []): Promise<GraphQLSchema> {
  const byClass = new Map(instances.map((instance) => [instance.constructor, instance]))
  const schema = await buildSchema({
    resolvers: resolvers as unknown as NonEmptyArray<() => void>,
    validate: false,
    pubSub: noPubSub,
    container: {
      get: (someClass: Constructor) =>
        byClass.get(someClass) ?? (Object.create(someClass.prototype as object) as object),
    },
  })
  guardSchema(schema)
  return schema
}
