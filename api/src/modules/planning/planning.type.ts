import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, Int, ObjectType, registerEnumType } from 'type-graphql'
import { NotComputableType } from '../analysis/metric-result.type.ts'
import type { LookPlan, SamplePlan } from './planning.service.ts'

export const SampleAnswerEnum = { SAMPLE_SIZE: 'SAMPLE_SIZE', POWER: 'POWER', EFFECT: 'EFFECT' } as const
registerEnumType(SampleAnswerEnum, {
  name: 'SampleAnswer',
  description: 'What a plan answers.',
  valuesConfig: {
    SAMPLE_SIZE: { description: 'How many users find the effect.' },
    POWER: { description: 'How often these users find the effect.' },
    EFFECT: { description: 'Which effect these users find.' },
  },
})

@ObjectType('PlannedEffect', { description: 'A change of the metric.' })
export class PlannedEffectType {
  @Field(() => Float, { description: 'In units of the metric.' })
  absolute!: number

  @Field(() => Float, { nullable: true, description: 'By the size of the baseline. Null when that is 0.' })
  relative!: number | null
}

@ObjectType('SamplePoint', { description: 'A point of the curve of power and detectable effect by users.' })
export class SamplePointType {
  @Field(() => GraphQLSafeInt, { description: 'Users over all variants.' })
  units!: number

  @Field(() => Float, { nullable: true, description: 'Days they take. Null when the traffic is not known.' })
  days!: number | null

  @Field(() => Float, { nullable: true, description: 'Chance to find the effect. Null where it does not exist.' })
  power!: number | null

  @Field(() => PlannedEffectType, {
    nullable: true,
    description: 'Smallest change that is found with the wanted power. Null where there is none.',
  })
  detectableEffect!: PlannedEffectType | null
}

@ObjectType('SamplePlan', { description: 'How many users, for how long, find which effect.' })
export class SamplePlanType implements SamplePlan {
  @Field(() => SampleAnswerEnum, { description: 'Which of users, power and effect is the answer.' })
  solvedFor!: SamplePlan['solvedFor']

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Users over all variants. Null without an answer.' })
  units!: number | null

  @Field(() => [GraphQLSafeInt], {
    nullable: true,
    description: 'Users by variant, the control first. Null without an answer.',
  })
  unitsByVariant!: number[] | null

  @Field(() => Float, { nullable: true, description: 'Chance to find the effect. Null without an answer.' })
  power!: number | null

  @Field(() => PlannedEffectType, { nullable: true, description: 'The change looked for. Null without an answer.' })
  effect!: SamplePlan['effect']

  @Field(() => PlannedEffectType, {
    nullable: true,
    description: 'Smallest change that these users find with the wanted power. Null where there is none.',
  })
  detectableEffect!: SamplePlan['detectableEffect']

  @Field(() => Float, { nullable: true, description: 'Days that the users take. Null when the traffic is not known.' })
  days!: number | null

  @Field(() => Float, { nullable: true, description: 'New users a day. Null when not known.' })
  dailyUnits!: number | null

  @Field(() => Float, { description: 'What the control is expected to show.' })
  baseline!: number

  @Field(() => Float, { nullable: true, description: 'Spread of the users’ values. Null for proportions.' })
  standardDeviation!: number | null

  @Field(() => Float, { description: 'What the p-value of one test has to be below.' })
  alphaPerTest!: number

  @Field(() => Int, { description: 'How many tests are corrected together.' })
  tests!: number

  @Field(() => [Float], { description: 'Shares of the variants, the control first; they add up to 1.' })
  trafficSplit!: number[]

  @Field(() => Float, { description: 'How many times the users of a single look the design needs; 1 without looks.' })
  inflation!: number

  @Field(() => String, { description: 'Which test is planned for, and what is assumed.' })
  method!: string

  @Field(() => [SamplePointType], { description: 'Power and detectable effect by number of users, for a chart.' })
  curve!: SamplePlan['curve']

  @Field(() => NotComputableType, { nullable: true, description: 'Why there is no answer. Null when there is one.' })
  notComputable!: SamplePlan['notComputable']

  @Field(() => [String], { description: 'Where what was not given comes from, and what one should know.' })
  notes!: string[]
}

@ObjectType('PlannedLook', { description: 'One look of a design.' })
export class PlannedLookType {
  @Field(() => Int, { description: 'From 1 on.' })
  number!: number

  @Field(() => Float, { description: 'Share of the planned users.' })
  informationFraction!: number

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Users at the look. Null when none are planned.' })
  units!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'What the z statistic has to reach. Null where so little is spent that nothing is enough.',
  })
  criticalValue!: number | null

  @Field(() => Float, { description: 'What the p-value has to be below at this look.' })
  nominalAlpha!: number

  @Field(() => Float, { description: 'Error spent up to and with this look.' })
  alphaSpent!: number

  @Field(() => Float, { description: 'Chance of having ended by then when there is no effect.' })
  endedUnderNull!: number

  @Field(() => Float, { description: 'Chance of having ended by then when there is the planned effect.' })
  endedUnderEffect!: number
}

@ObjectType('LookPlan', { description: 'A design with looks before the end.' })
export class LookPlanType implements LookPlan {
  @Field(() => [PlannedLookType], { description: 'The looks in order.' })
  looks!: LookPlan['looks']

  @Field(() => Float, { description: 'Planned users by those of a design with one look and the same power.' })
  inflation!: number

  @Field(() => Float, { description: 'Mean share of the planned users that are used when there is no effect.' })
  expectedFractionUnderNull!: number

  @Field(() => Float, { description: 'The same when there is the planned effect.' })
  expectedFractionUnderEffect!: number

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users used on average when there is no effect. Null when none are planned.',
  })
  expectedUnitsUnderNull!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'The same when there is the planned effect. Null when none are planned.',
  })
  expectedUnitsUnderEffect!: number | null

  @Field(() => Float, { description: 'Error of all looks together.' })
  alpha!: number

  @Field(() => Float, { description: 'Chance to find the planned effect.' })
  power!: number
}
