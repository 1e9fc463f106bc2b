import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ObjectType, registerEnumType } from 'type-graphql'
import { DatasetVersionType } from '../dataset/dataset.type.ts'
import type { DatasetVersion } from '../dataset/dataset.service.ts'
import type { EffectsUnavailable } from './comparison.service.ts'

@ObjectType('EventChange', { description: 'How the events of two versions differ.' })
export class EventChangeType {
  @Field(() => GraphQLSafeInt, {
    description: 'Events in the earlier version, as it is now: users that were erased since are in no version.',
  })
  before!: number

  @Field(() => GraphQLSafeInt, { description: 'Events in the later version.' })
  after!: number

  @Field(() => GraphQLSafeInt, { description: 'Events that batches brought. Merging files brings none.' })
  added!: number

  @Field(() => GraphQLSafeInt, {
    description: 'Events that corrections took the place of: before + added - removed = after.',
  })
  removed!: number

  @Field(() => GraphQLSafeInt, {
    description: 'Events of users that were erased between the two, out of the earlier version too.',
  })
  erased!: number
}

@ObjectType('CountChange', { description: 'How a number of users differs between two versions.' })
export class CountChangeType {
  @Field(() => GraphQLSafeInt, { description: 'How many the earlier version has.' })
  before!: number

  @Field(() => GraphQLSafeInt, { description: 'How many the later version has.' })
  after!: number

  @Field(() => GraphQLSafeInt, { description: 'How many only the later version has.' })
  added!: number

  @Field(() => GraphQLSafeInt, { description: 'How many only the earlier version has.' })
  removed!: number
}

@ObjectType('UserChange', { description: 'How the users of two versions differ, counted exactly.' })
export class UserChangeType {
  @Field(() => CountChangeType, { description: 'Users with any event.' })
  all!: CountChangeType

  @Field(() => CountChangeType, { description: 'Users with an exposure, whenever it was.' })
  exposed!: CountChangeType
}

export const EffectsUnavailableReasonEnum = {
  NO_DATA: 'NO_DATA',
  NO_ANALYSIS_BEFORE: 'NO_ANALYSIS_BEFORE',
  NO_ANALYSIS_AFTER: 'NO_ANALYSIS_AFTER',
  NO_ANALYSES: 'NO_ANALYSES',
  QUESTIONS_DIFFER: 'QUESTIONS_DIFFER',
} as const
registerEnumType(EffectsUnavailableReasonEnum, {
  name: 'EffectsUnavailableReason',
  description: 'Why the effects of two versions cannot be compared.',
  valuesConfig: {
    NO_DATA: { description: 'A version holds no events.' },
    NO_ANALYSIS_BEFORE: { description: 'The earlier version was never analysed.' },
    NO_ANALYSIS_AFTER: { description: 'The later version was never analysed.' },
    NO_ANALYSES: { description: 'Neither was analysed.' },
    QUESTIONS_DIFFER: { description: 'Both were analysed, but never with the same settings and metrics.' },
  },
})

@ObjectType('EffectsUnavailable', { description: 'Why effects cannot be compared, and what to do.' })
export class EffectsUnavailableType implements EffectsUnavailable {
  @Field(() => EffectsUnavailableReasonEnum, { description: 'Why.' })
  reason!: EffectsUnavailable['reason']

  @Field(() => String, { description: 'In a sentence, with what to do.' })
  message!: string
}

@ObjectType('EffectMove', { description: 'How the result of one metric and treatment moved.' })
export class EffectMoveType {
  @Field(() => Float, {
    nullable: true,
    description: 'Later lift minus earlier lift. Null where one of them does not exist.',
  })
  relativeEffectChange!: number | null

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the intervals of the two lifts (or effects, where there are no lifts) share a value. Null where one does not exist. Versions share most of their users, so this is a rough guide and no test.',
  })
  intervalsOverlap!: boolean | null

  @Field(() => Boolean, { description: 'Whether one of the two is significant and the other is not.' })
  significanceChanged!: boolean
}

@ObjectType('EffectComparison', {
  description: 'How the newest answers to the same question, computed from each of two versions, differ.',
})
export class EffectComparisonType {
  @Field(() => EffectsUnavailableType, {
    nullable: true,
    description: 'Why there is nothing to compare. Null when there is.',
  })
  unavailable!: EffectsUnavailable | null
}

@ObjectType('VersionComparison', { description: 'What changed between two versions of an experiment’s data.' })
export class VersionComparisonType {
  @Field(() => DatasetVersionType, { description: 'The earlier version.' })
  before!: DatasetVersion

  @Field(() => DatasetVersionType, { description: 'The later version.' })
  after!: DatasetVersion
}
