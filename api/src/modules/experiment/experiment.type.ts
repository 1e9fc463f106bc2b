import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../connection.type.ts'
import type { Experiment, Variant } from './experiment.service.ts'

export const ExperimentStatusEnum = {
  DRAFT: 'DRAFT',
  RUNNING: 'RUNNING',
  STOPPED: 'STOPPED',
  ARCHIVED: 'ARCHIVED',
} as const
registerEnumType(ExperimentStatusEnum, {
  name: 'ExperimentStatus',
  description: 'Where an experiment is in its life.',
  valuesConfig: {
    DRAFT: { description: 'Being prepared.' },
    RUNNING: { description: 'Users are being exposed.' },
    STOPPED: { description: 'Over: its results can be read.' },
    ARCHIVED: { description: 'Put away.' },
  },
})

export const VariantRoleEnum = { CONTROL: 'CONTROL', TREATMENT: 'TREATMENT' } as const
registerEnumType(VariantRoleEnum, {
  name: 'VariantRole',
  description: 'What a variant is compared as.',
  valuesConfig: {
    CONTROL: { description: 'What the others are compared with.' },
    TREATMENT: { description: 'A change that is tried.' },
  },
})

export const ConflictPolicyEnum = { KEEP_FIRST: 'KEEP_FIRST', KEEP_LAST: 'KEEP_LAST' } as const
registerEnumType(ConflictPolicyEnum, {
  name: 'ConflictPolicy',
  description: 'Which of two events with one id but different content counts.',
  valuesConfig: {
    KEEP_FIRST: { description: 'The one that came first.' },
    KEEP_LAST: { description: 'The one that came last: events can be corrected.' },
  },
})

@ObjectType('Variant', { description: 'What a share of the users sees.' })
export class VariantType implements Pick<Variant, 'id' | 'key' | 'name' | 'role' | 'trafficSplit'> {
  @Field(() => ID, { description: 'Identifies the variant.' })
  id!: string

  @Field(() => String, { description: 'The name that event files use.' })
  key!: string

  @Field(() => String, { description: 'The name that people read.' })
  name!: string

  @Field(() => VariantRoleEnum, { description: 'What it is compared as.' })
  role!: Variant['role']

  @Field(() => Float, { description: 'Configured share of the traffic, 0 to 1.' })
  trafficSplit!: number
}

@ObjectType('Experiment', { description: 'A change that is tried on a part of the users.' })
export class ExperimentType implements Omit<Experiment, never> {
  @Field(() => ID, { description: 'Identifies the experiment.' })
  id!: string

  @Field(() => String, { description: 'The name that event files and links use.' })
  key!: string

  @Field(() => String, { description: 'The name that people read.' })
  name!: string

  @Field(() => String, { nullable: true, description: 'What is expected and why. Null when nobody said.' })
  hypothesis!: string | null

  @Field(() => ExperimentStatusEnum, { description: 'Where it is in its life.' })
  status!: Experiment['status']

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Events before it do not count. Null: no bound.' })
  startAt!: Date | null

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description:
      'The planned end: events from then on do not count, and looks before it are interim. Null: no planned end.',
  })
  endAt!: Date | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users planned over all variants: looks with fewer are interim. Null: no planned number.',
  })
  plannedUnits!: number | null

  @Field(() => String, { nullable: true, description: 'Currency of values, such as EUR. Null: not said.' })
  currency!: string | null

  @Field(() => ConflictPolicyEnum, { description: 'Which of two events with one id but different content counts.' })
  conflictPolicy!: Experiment['conflictPolicy']

  @Field(() => Boolean, {
    description:
      'Whether the standard analysis (default settings, its own metrics, newest data) is run by itself: when a batch has landed, and when the experiment was changed, started or stopped. Not while it is archived.',
  })
  autoRun!: boolean

  @Field(() => GraphQLDateTimeISO, { description: 'When it was created.' })
  createdAt!: Date

  @Field(() => GraphQLDateTimeISO, { description: 'When it was changed last.' })
  updatedAt!: Date
}

export const ExperimentConnection = connectionType('Experiment', 'experiments', () => ExperimentType)
