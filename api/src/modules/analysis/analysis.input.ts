import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { CorrectionFamily, MethodOverride } from '../../analysis/settings.ts'
import type { UserError } from '../../errors.ts'
import type { Alternative } from '../../stats/inference-options.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import { LiftIntervalEnum } from './adjustment.enum.ts'
import { BayesianInput, VarianceReductionInput, WinsorizationInput } from './adjustment.input.ts'
import { AlternativeEnum } from './analysis.enum.ts'
import { DecisionInput } from './decision.input.ts'
import { CorrectionEnum, CorrectionFamilyEnum } from './correction.enum.ts'
import type { RunAnalysisRequest } from './analysis-request.ts'
import { LooksInput } from './looks.input.ts'

export const MethodOverrideEnum = {
  CHI_SQUARE: 'CHI_SQUARE',
  FISHER_EXACT: 'FISHER_EXACT',
  WELCH_T: 'WELCH_T',
  MANN_WHITNEY: 'MANN_WHITNEY',
} as const
registerEnumType(MethodOverrideEnum, {
  name: 'MethodOverride',
  description: 'A method that can replace the default one.',
  valuesConfig: {
    CHI_SQUARE: { description: 'For proportions, even with few users.' },
    FISHER_EXACT: { description: 'For proportions, even with many users.' },
    WELCH_T: { description: 'For means: the default.' },
    MANN_WHITNEY: { description: 'For means: ranks in place of values.' },
  },
})

@InputType('MethodOverrideInput', { description: 'A method that replaces the default one for a metric.' })
export class MethodOverrideInput {
  @Field(() => String, { description: 'Key of the metric.' })
  metric!: string

  @Field(() => MethodOverrideEnum, { description: 'The method.' })
  method!: MethodOverride
}

@InputType('RunAnalysisInput', { description: 'A question to the data. What is left out takes the careful default.' })
export class RunAnalysisInput implements RunAnalysisRequest {
  @Field(() => ID, { description: 'The experiment.' })
  experimentId!: string

  @Field(() => [String], { nullable: true, description: 'Keys of metrics. By default the experiment’s.' })
  metrics?: string[] | null

  @Field(() => String, { nullable: true, description: 'Attribute to break results down by as well. By default none.' })
  segmentBy?: string | null

  @Field(() => Int, { nullable: true, description: 'How many values get rows of their own, 1 to 50. Default 10.' })
  segmentTop?: number | null

  @Field(() => Float, { nullable: true, description: 'Confidence level, 0.8 to 0.999. Default 0.95.' })
  level?: number | null

  @Field(() => AlternativeEnum, { nullable: true, description: 'The direction to test. Default TWO_SIDED.' })
  alternative?: Alternative | null

  @Field(() => CorrectionEnum, {
    nullable: true,
    description: 'How to adjust p-values and intervals for their number. Default BENJAMINI_HOCHBERG.',
  })
  correction?: keyof typeof CorrectionEnum | null

  @Field(() => CorrectionFamilyEnum, {
    nullable: true,
    description: 'Which tests are adjusted together. Default ALL_METRICS.',
  })
  correctionFamily?: CorrectionFamily | null

  @Field(() => VarianceReductionInput, {
    nullable: true,
    description: 'Adjustment by what users did before their exposure. By default none.',
  })
  varianceReduction?: VarianceReductionInput | null

  @Field(() => WinsorizationInput, { nullable: true, description: 'Cutting of extreme values. By default none.' })
  winsorization?: WinsorizationInput | null

  @Field(() => BayesianInput, { nullable: true, description: 'Posteriors beside the tests. By default none.' })
  bayesian?: BayesianInput | null

  @Field(() => LiftIntervalEnum, { nullable: true, description: 'How intervals of lifts are computed.' })
  liftInterval?: keyof typeof LiftIntervalEnum | null

  @Field(() => DecisionInput, { nullable: true, description: 'What the decision goes by.' })
  decision?: DecisionInput | null

  @Field(() => [MethodOverrideInput], { nullable: true, description: 'Methods that replace the default ones.' })
  methods?: MethodOverrideInput[] | null

  @Field(() => LooksInput, {
    nullable: true,
    description: 'How looks before the planned end are allowed for. Default FIXED: not at all.',
  })
  looks?: LooksInput | null

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'Exposures from here on count. By default the experiment’s start.',
  })
  from?: Date | null

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'Events before it count. By default the experiment’s end.',
  })
  to?: Date | null

  @Field(() => Float, { nullable: true, description: 'Only so many days after exposure count. By default all.' })
  daysSinceExposure?: number | null

  @Field(() => Int, { nullable: true, description: 'Number of the dataset version. By default the newest.' })
  datasetVersion?: number | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether to follow the effects over time as well; the events are read once more. Default false.',
  })
  timeseries?: boolean | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same job, until it fails or is cancelled; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@ObjectType('RunAnalysisPayload', { description: 'What came of asking for an analysis.' })
export class RunAnalysisPayloadType {
  @Field(() => JobType, { nullable: true, description: 'The job that computes it. Null when there are user errors.' })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
