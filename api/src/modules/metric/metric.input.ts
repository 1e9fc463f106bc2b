import { Field, Float, InputType, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import { UserErrorType } from '../user-error.type.ts'
import { MeasureAggregation, MetricFormat, MetricGoal, MetricKind, MetricType } from './metric.type.ts'
import type { Metric } from './metric.service.ts'

@InputType('MeasureInput', { description: 'What is added up per user: which events, and how.' })
export class MeasureInput {
  @Field(() => [String], { description: 'Events of any of these types count.' })
  eventTypes!: string[]

  @Field(() => MeasureAggregation, { description: 'How the events become a number.' })
  aggregation!: 'count' | 'sum' | 'any'
}

@InputType('DefineMetricInput', { description: 'A metric for the catalogue.' })
export class DefineMetricInput {
  @Field(() => String, { description: 'The name that inputs use: small letters, digits and "_".' })
  key!: string

  @Field(() => String, { description: 'The name that people read.' })
  name!: string

  @Field(() => String, { nullable: true, description: 'What the metric means.' })
  description?: string | null

  @Field(() => MetricKind, { description: 'What the metric is, and so how it is tested.' })
  kind!: Metric['kind']

  @Field(() => MeasureInput, { description: 'What is counted or added up.' })
  numerator!: MeasureInput

  @Field(() => MeasureInput, { nullable: true, description: 'What the numerator is divided by; for RATIO only.' })
  denominator?: MeasureInput | null

  @Field(() => Float, { nullable: true, description: 'Which quantile, between 0 and 1; for QUANTILE only.' })
  quantile?: number | null

  @Field(() => MetricGoal, {
    nullable: true,
    description: 'The direction that is good for the shop. Default INCREASE.',
  })
  goal?: Metric['goal'] | null

  @Field(() => MetricFormat, {
    nullable: true,
    description: 'How values are shown. By default PERCENT for proportions, else NUMBER.',
  })
  format?: Metric['format'] | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same metric; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@ObjectType('DefineMetricPayload', { description: 'What came of defining a metric.' })
export class DefineMetricPayload {
  @Field(() => MetricType, { nullable: true, description: 'The new metric. Null when there are user errors.' })
  metric!: Metric | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
