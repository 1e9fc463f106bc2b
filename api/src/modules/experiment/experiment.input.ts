import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, InputType, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import { MetricRole } from '../metric/metric.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { Experiment, ExperimentStatus, Variant } from './experiment.service.ts'
import { ConflictPolicyEnum, ExperimentStatusEnum, ExperimentType, VariantRoleEnum } from './experiment.type.ts'

@InputType('VariantInput', { description: 'A variant of a new experiment.' })
export class VariantInput {
  @Field(() => String, { description: 'The name that event files use.' })
  key!: string

  @Field(() => String, { nullable: true, description: 'The name that people read. By default the key.' })
  name?: string | null

  @Field(() => VariantRoleEnum, { description: 'What it is compared as; exactly one variant is the control.' })
  role!: Variant['role']

  @Field(() => Float, {
    nullable: true,
    description: 'Configured share of the traffic, 0 to 1; all shares sum to 1. By default equal shares.',
  })
  trafficSplit?: number | null
}

@InputType('ExperimentMetricInput', { description: 'A metric that an experiment is read by.' })
export class ExperimentMetricInput {
  @Field(() => String, { description: 'Key of a metric of the catalogue.' })
  key!: string

  @Field(() => MetricRole, { description: 'The part it plays in the decision; exactly one metric is primary.' })
  role!: 'PRIMARY' | 'SECONDARY' | 'GUARDRAIL'
}

@InputType()
class ExperimentSettingsInput {
  @Field(() => String, { nullable: true, description: 'What is expected and why.' })
  hypothesis?: string | null

  @Field(() => [ExperimentMetricInput], {
    nullable: true,
    description:
      'The metrics it is read by. By default conversion (primary), revenue per visitor and average order value.',
  })
  metrics?: ExperimentMetricInput[] | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'Events before it do not count.' })
  startAt?: Date | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'The planned end: looks before it are interim.' })
  endAt?: Date | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users planned over all variants: looks with fewer are interim.',
  })
  plannedUnits?: number | null

  @Field(() => String, { nullable: true, description: 'Currency of values: a code of three letters such as EUR.' })
  currency?: string | null

  @Field(() => ConflictPolicyEnum, {
    nullable: true,
    description: 'Which of two events with one id but different content counts. Default KEEP_FIRST.',
  })
  conflictPolicy?: Experiment['conflictPolicy'] | null

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the standard analysis is run by itself whenever a batch has landed or the experiment was changed; at once where there are data. Default false.',
  })
  autoRun?: boolean | null
}

@InputType('CreateExperimentInput', { description: 'A new experiment.' })
export class CreateExperimentInput extends ExperimentSettingsInput {
  @Field(() => String, { description: 'The name that event files and links use; cannot be changed.' })
  key!: string

  @Field(() => String, { description: 'The name that people read.' })
  name!: string

  @Field(() => [VariantInput], {
    nullable: true,
    description: 'What the users see. By default "control" and "treatment" with equal shares.',
  })
  variants?: VariantInput[] | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same experiment; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@InputType('UpdateExperimentInput', { description: 'Changes to an experiment. What is left out stays as it is.' })
export class UpdateExperimentInput extends ExperimentSettingsInput {
  @Field(() => ID, { description: 'The experiment.' })
  id!: string

  @Field(() => String, { nullable: true, description: 'The name that people read.' })
  name?: string | null
}

@InputType('ExperimentFilter', { description: 'Which experiments to list.' })
export class ExperimentFilterInput {
  @Field(() => [ExperimentStatusEnum], { nullable: true, description: 'Any of these. By default all.' })
  status?: ExperimentStatus[] | null

  @Field(() => String, { nullable: true, description: 'Part of the name or key, in any case.' })
  search?: string | null
}

@ObjectType('ExperimentPayload', { description: 'What came of a change to an experiment.' })
export class ExperimentPayloadType {
  @Field(() => ExperimentType, { nullable: true, description: 'The experiment. Null when there are user errors.' })
  experiment!: Experiment | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
