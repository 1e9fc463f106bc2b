import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import { VariantType } from '../experiment/experiment.type.ts'
import type { Metric } from '../metric/metric.service.ts'
import { MetricType } from '../metric/metric.type.ts'
import { type MetricResult, MetricResultType } from './metric-result.type.ts'

@Resolver(() => MetricResultType)
export class MetricResultResolver {
  @FieldResolver(() => MetricType, { description: 'The metric.' })
  metric(@Root() { metricId }: MetricResult, @Ctx() { loaders }: RequestContext): Promise<Metric | null> {
    return loaders.metric.load(metricId)
  }

  @FieldResolver(() => VariantType, { description: 'The control.' })
  control(@Root() { controlId }: MetricResult, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(controlId)
  }

  @FieldResolver(() => VariantType, { description: 'The treatment.' })
  treatment(@Root() { treatmentId }: MetricResult, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(treatmentId)
  }
}
