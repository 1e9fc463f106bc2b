import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, InputType, Int, registerEnumType } from 'type-graphql'
import type { Spending } from '../../analysis/spending.ts'
import type { Alternative } from '../../stats/inference-options.ts'
import { AlternativeEnum } from '../analysis/analysis.enum.ts'
import type { PlanLooksRequest, PlanSampleRequest } from './planning.service.ts'
import { SpendingEnum } from './spending.enum.ts'

export const PlannedMetricKindEnum = { PROPORTION: 'PROPORTION', MEAN: 'MEAN', RATIO: 'RATIO' } as const
registerEnumType(PlannedMetricKindEnum, {
  name: 'PlannedMetricKind',
  description: 'The kind of metric that a sample is planned for.',
  valuesConfig: {
    PROPORTION: { description: 'Share of users who did something. Pearson’s chi-square test.' },
    MEAN: { description: 'Mean per user. The t test.' },
    RATIO: { description: 'Ratio of two sums over users. The t test of what each user contributes.' },
  },
})

@InputType('PlannedLooksInput', { description: 'Looks before the end, which the plan must pay for.' })
export class PlannedLooksInput {
  @Field(() => Int, { description: 'How many looks at equal steps, the one at the end included: 1 to 20.' })
  looks!: number

  @Field(() => SpendingEnum, { nullable: true, description: 'How error is spent. Default OBRIEN_FLEMING.' })
  spending?: Spending | null

  @Field(() => Float, { nullable: true, description: 'For HWANG_SHIH_DECANI, -20 to 20. Default -4.' })
  gamma?: number | null
}

@InputType('PlanSampleInput', {
  description:
    'Without `units` the users are the answer, without an effect the smallest detectable one, with both the power. What is known of the metric is given, or measured: `experimentId` and `metric`.',
})
export class PlanSampleInput implements PlanSampleRequest {
  @Field(() => ID, {
    nullable: true,
    description:
      'An experiment whose newest analysis and data tell what is not given: baseline, spread, traffic, split.',
  })
  experimentId?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Key of the metric in that experiment. By default its primary metric.',
  })
  metric?: string | null

  @Field(() => PlannedMetricKindEnum, {
    nullable: true,
    description: 'The kind of metric. Needed without an experiment.',
  })
  kind?: PlanSampleRequest['kind']

  @Field(() => Float, {
    nullable: true,
    description: 'What the control is expected to show: rate (0 to 1), mean per user, or ratio.',
  })
  baseline?: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Standard deviation of the users’ values (MEAN), or of numerator − ratio × denominator, divided by the mean denominator (RATIO).',
  })
  standardDeviation?: number | null

  @Field(() => Float, { nullable: true, description: 'The change to look for, relative: 0.05 is 5 % more.' })
  relativeEffect?: number | null

  @Field(() => Float, { nullable: true, description: 'The change to look for, in units of the metric.' })
  absoluteEffect?: number | null

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Users over all variants.' })
  units?: number | null

  @Field(() => Float, { nullable: true, description: 'Chance to find the effect, 0.5 to 0.999. Default 0.8.' })
  power?: number | null

  @Field(() => Float, { nullable: true, description: 'Confidence level, 0.8 to 0.999. Default 0.95.' })
  level?: number | null

  @Field(() => AlternativeEnum, { nullable: true, description: 'The direction to test. Default TWO_SIDED.' })
  alternative?: Alternative | null

  @Field(() => [Float], {
    nullable: true,
    description:
      'Relative sizes of the variants, the control first: [1, 1] is half and half. Default [1, 1], or the experiment’s.',
  })
  trafficSplit?: number[] | null

  @Field(() => Int, {
    nullable: true,
    description:
      'How many tests are corrected together: each is planned at (1 - level) / tests. Default: one a treatment.',
  })
  tests?: number | null

  @Field(() => Float, { nullable: true, description: 'New users a day over all variants, for the duration.' })
  dailyUnits?: number | null

  @Field(() => PlannedLooksInput, { nullable: true, description: 'Looks before the end. By default none.' })
  looks?: PlannedLooksInput | null
}

@InputType('PlanLooksInput', { description: 'A design with looks before the end.' })
export class PlanLooksInput implements PlanLooksRequest {
  @Field(() => Int, {
    nullable: true,
    description: 'How many looks at equal steps, the one at the end included: 1 to 20. Default 5.',
  })
  looks?: number | null

  @Field(() => [Float], {
    nullable: true,
    description: 'In place of equal steps: shares of the planned users, rising by 0.001 or more to 1.',
  })
  informationFractions?: number[] | null

  @Field(() => SpendingEnum, { nullable: true, description: 'How error is spent. Default OBRIEN_FLEMING.' })
  spending?: Spending | null

  @Field(() => Float, { nullable: true, description: 'For HWANG_SHIH_DECANI, -20 to 20. Default -4.' })
  gamma?: number | null

  @Field(() => Float, { nullable: true, description: 'Confidence level, 0.8 to 0.999. Default 0.95.' })
  level?: number | null

  @Field(() => AlternativeEnum, { nullable: true, description: 'The direction to test. Default TWO_SIDED.' })
  alternative?: Alternative | null

  @Field(() => Float, { nullable: true, description: 'Chance to find the effect, 0.5 to 0.999. Default 0.8.' })
  power?: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users planned over all variants, for numbers of users.',
  })
  plannedUnits?: number | null
}
