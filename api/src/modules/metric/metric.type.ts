import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql'
import type { Metric } from './metric.service.ts'

export const MetricKind = { PROPORTION: 'PROPORTION', MEAN: 'MEAN', RATIO: 'RATIO', QUANTILE: 'QUANTILE' } as const
registerEnumType(MetricKind, {
  name: 'MetricKind',
  description: 'What a metric is, and so how it is tested.',
  valuesConfig: {
    PROPORTION: { description: 'Share of users who did something, such as the conversion rate.' },
    MEAN: { description: 'Mean per user, such as revenue per visitor.' },
    RATIO: { description: 'A ratio of two sums over users, such as the average order value.' },
    QUANTILE: { description: 'A quantile of a per-user value.' },
  },
})

export const MeasureAggregation = { COUNT: 'count', SUM: 'sum', ANY: 'any' } as const
registerEnumType(MeasureAggregation, {
  name: 'MeasureAggregation',
  description: 'How a user’s events become a number.',
  valuesConfig: {
    COUNT: { description: 'How many events the user has.' },
    SUM: { description: 'The sum of the values of the user’s events.' },
    ANY: { description: '1 when the user has at least one event, else 0.' },
  },
})

export const MetricGoal = { INCREASE: 'INCREASE', DECREASE: 'DECREASE' } as const
registerEnumType(MetricGoal, {
  name: 'MetricGoal',
  description: 'The direction that is good for the shop.',
  valuesConfig: {
    INCREASE: { description: 'More is better.' },
    DECREASE: { description: 'Less is better.' },
  },
})

export const MetricFormat = { PERCENT: 'PERCENT', CURRENCY: 'CURRENCY', NUMBER: 'NUMBER' } as const
registerEnumType(MetricFormat, {
  name: 'MetricFormat',
  description: 'How values of a metric are shown.',
  valuesConfig: {
    PERCENT: { description: 'As a percentage.' },
    CURRENCY: { description: 'As money in the experiment’s currency.' },
    NUMBER: { description: 'As a plain number.' },
  },
})

export const MetricRole = { PRIMARY: 'PRIMARY', SECONDARY: 'SECONDARY', GUARDRAIL: 'GUARDRAIL' } as const
registerEnumType(MetricRole, {
  name: 'MetricRole',
  description: 'The part a metric plays in an experiment’s decision.',
  valuesConfig: {
    PRIMARY: { description: 'Decides.' },
    SECONDARY: { description: 'Informs.' },
    GUARDRAIL: { description: 'Must not get worse.' },
  },
})

@ObjectType('Measure', { description: 'What is added up per user: which events, and how.' })
export class MeasureType {
  @Field(() => [String], { description: 'Events of any of these types count.' })
  eventTypes!: string[]

  @Field(() => MeasureAggregation, { description: 'How the events become a number.' })
  aggregation!: 'count' | 'sum' | 'any'
}

@ObjectType('Metric', { description: 'A number by which variants are compared.' })
export class MetricType implements Omit<Metric, 'updatedAt'> {
  @Field(() => ID, { description: 'Identifies the metric.' })
  id!: string

  @Field(() => String, { description: 'The name that inputs use.' })
  key!: string

  @Field(() => String, { description: 'The name that people read.' })
  name!: string

  @Field(() => String, { nullable: true, description: 'What the metric means. Null when nobody said.' })
  description!: string | null

  @Field(() => MetricKind, { description: 'What the metric is, and so how it is tested.' })
  kind!: Metric['kind']

  @Field(() => MeasureType, { description: 'What is counted or added up.' })
  numerator!: Metric['numerator']

  @Field(() => MeasureType, {
    nullable: true,
    description: 'What the numerator is divided by. Null unless the kind is RATIO.',
  })
  denominator!: Metric['denominator']

  @Field(() => Float, {
    nullable: true,
    description:
      'Which quantile: 0.9 is the value that nine users in ten do not exceed. Null unless the kind is QUANTILE.',
  })
  quantile!: number | null

  @Field(() => MetricGoal, { description: 'The direction that is good for the shop.' })
  goal!: Metric['goal']

  @Field(() => MetricFormat, { description: 'How values are shown.' })
  format!: Metric['format']

  @Field(() => Boolean, { description: 'Whether the metric comes with Fairlift.' })
  standard!: boolean

  @Field(() => GraphQLDateTimeISO, { description: 'When the metric was defined.' })
  createdAt!: Date
}

@ObjectType('ExperimentMetric', { description: 'A metric of an experiment.' })
export class ExperimentMetricType {
  @Field(() => MetricType, { description: 'The metric.' })
  metric!: Metric

  @Field(() => MetricRole, { description: 'The part it plays in the decision.' })
  role!: 'PRIMARY' | 'SECONDARY' | 'GUARDRAIL'
}
