import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { DefineMetricInput, DefineMetricPayload } from './metric.input.ts'
import type { MetricService } from './metric.service.ts'
import { MetricType } from './metric.type.ts'

@Resolver(() => MetricType)
export class MetricResolver {
  readonly #metrics: MetricService

  constructor(metrics: MetricService) {
    this.#metrics = metrics
  }

  @Query(() => [MetricType], { description: 'The catalogue of metrics, by name.' })
  metrics(): Promise<MetricType[]> {
    return this.#metrics.list()
  }

  @Mutation(() => DefineMetricPayload, { description: 'Adds a metric to the catalogue.' })
  defineMetric(
    @Arg('input', () => DefineMetricInput, { description: 'The metric.' }) input: DefineMetricInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<DefineMetricPayload> {
    return this.#metrics.define(input, idempotentCall(caller, 'defineMetric', input.idempotencyKey, input))
  }
}
