import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { MetricTimeSeries, TimePoint } from '../../analysis/time-series.ts'
import type { RequestContext } from '../../context.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import { VariantType } from '../experiment/experiment.type.ts'
import type { Metric } from '../metric/metric.service.ts'
import { MetricType } from '../metric/metric.type.ts'
import type { Analysis } from './analysis.service.ts'
import { AnalysisType } from './analysis.type.ts'
import { toEffect } from './metric-result.type.ts'
import type { TimeseriesService } from './timeseries.service.ts'
import { MetricTimeseriesType, type ShownTimePoint } from './timeseries.type.ts'

@Resolver(() => AnalysisType)
export class AnalysisTimeseriesResolver {
  readonly #timeseries: TimeseriesService

  constructor(timeseries: TimeseriesService) {
    this.#timeseries = timeseries
  }

  @FieldResolver(() => [MetricTimeseriesType], {
    nullable: true,
    description:
      'Its effects over time, by metric and treatment: the newest 180 days and the first 60 days since the exposure. Null unless the analysis was asked for it.',
  })
  timeseries(@Root() analysis: Analysis): Promise<MetricTimeSeries[] | null> {
    return this.#timeseries.of(analysis)
  }
}

@Resolver(() => MetricTimeseriesType)
export class MetricTimeseriesResolver {
  @FieldResolver(() => MetricType, { description: 'The metric.' })
  metric(@Root() { metricId }: MetricTimeSeries, @Ctx() { loaders }: RequestContext): Promise<Metric | null> {
    return loaders.metric.load(metricId)
  }

  @FieldResolver(() => VariantType, { description: 'The treatment.' })
  treatment(@Root() { treatmentId }: MetricTimeSeries, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(treatmentId)
  }

  @FieldResolver(() => VariantType, { description: 'The control.' })
  control(@Root() { controlId }: MetricTimeSeries, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(controlId)
  }

  // The fields themselves are described in their type.
  @FieldResolver()
  cumulative(@Root() { cumulative }: MetricTimeSeries): ShownTimePoint[] {
    return cumulative.map(shown)
  }

  @FieldResolver()
  daily(@Root() { daily }: MetricTimeSeries): ShownTimePoint[] {
    return daily.map(shown)
  }

  @FieldResolver()
  sinceExposure(@Root() { sinceExposure }: MetricTimeSeries): ShownTimePoint[] {
    return sinceExposure.map(shown)
  }
}

function shown(point: TimePoint): ShownTimePoint {
  return { ...point, effect: toEffect(point.effect), relativeEffect: toEffect(point.relativeEffect) }
}
