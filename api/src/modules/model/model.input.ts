import { Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import type { Binning } from '../../engine/features/feature-plan.ts'
import type { ModelKind, TargetKind } from '../../models/model-question.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { AskedBinning, AskedFeature, HistoryMeasure } from './feature-request.ts'
import {
  FeatureLevelsEnum,
  HistoryMeasureEnum,
  ModelKindChoiceEnum,
  ModelTargetEnum,
  PenaltyKindEnum,
} from './model.enum.ts'
import type { TrainModelRequest } from './model.service.ts'
import type { AskedTarget } from './target-request.ts'
import type { AskedPenalty } from './train-request.ts'

@InputType('ModelTargetInput', { description: 'What is to be predicted.' })
export class ModelTargetInput implements AskedTarget {
  @Field(() => ModelTargetEnum, { description: 'What it is.' })
  kind!: TargetKind

  @Field(() => String, {
    nullable: true,
    description:
      'Key of the metric whose events count. By default conversion, revenue_per_visitor, average_order_value, or orders_per_visitor.',
  })
  metric?: string | null
}

@InputType('ModelHistoryInput', { description: 'Something of the users’ time before the first exposure.' })
export class ModelHistoryInput {
  @Field(() => HistoryMeasureEnum, { description: 'What is measured.' })
  measure!: HistoryMeasure

  @Field(() => [String], { description: 'Types of the events that are looked at.' })
  eventTypes!: string[]
}

@InputType('ModelFeatureInput', { description: 'Something known of each user: an attribute, or history.' })
export class ModelFeatureInput implements AskedFeature {
  @Field(() => String, { nullable: true, description: 'Its name in the model. By default what it is made of.' })
  name?: string | null

  @Field(() => String, { nullable: true, description: 'An attribute at the first exposure. Either this or history.' })
  attribute?: string | null

  @Field(() => ModelHistoryInput, { nullable: true, description: 'History. Either this or an attribute.' })
  history?: ModelHistoryInput | null

  @Field(() => FeatureLevelsEnum, { nullable: true, description: 'How values become levels. Default AUTO.' })
  levels?: Binning['kind'] | null

  @Field(() => Int, { nullable: true, description: 'Ranges at most, 2 to 50. Default: that of the model.' })
  bins?: number | null

  @Field(() => Int, {
    nullable: true,
    description: 'Values that stay levels of their own, 1 to 200. Default: that of the model.',
  })
  topLevels?: number | null

  @Field(() => [Float], {
    nullable: true,
    description: 'Where ranges begin, ascending, in place of quantiles: the first range is below the first edge.',
  })
  edges?: number[] | null
}

@InputType('ModelBinningInput', { description: 'How features become levels where they do not say.' })
export class ModelBinningInput implements AskedBinning {
  @Field(() => Int, { nullable: true, description: 'Ranges of a number at most, 2 to 50. Default 5.' })
  bins?: number | null

  @Field(() => Int, { nullable: true, description: 'Values that stay levels of their own, 1 to 200. Default 10.' })
  topLevels?: number | null
}

@InputType('ModelPenaltyInput', {
  description: 'What keeps coefficients small; intercept and variants are free of it.',
})
export class ModelPenaltyInput implements AskedPenalty {
  @Field(() => PenaltyKindEnum, { description: 'How it is found.' })
  kind!: AskedPenalty['kind']

  @Field(() => Float, {
    nullable: true,
    description: 'With FIXED: half of it times the sum of squared coefficients is added to the loss. At least 0.',
  })
  value?: number | null
}

@InputType('TrainModelInput', { description: 'Which model to train. What is left out takes the careful default.' })
export class TrainModelInput implements TrainModelRequest {
  @Field(() => ID, { description: 'The experiment.' })
  experimentId!: string

  @Field(() => ModelTargetInput, { description: 'What is to be predicted.' })
  target!: ModelTargetInput

  @Field(() => ModelKindChoiceEnum, { nullable: true, description: 'The form of the model. Default AUTO.' })
  kind?: ModelKind | 'AUTO' | null

  @Field(() => [ModelFeatureInput], {
    nullable: true,
    description: 'What is known of users, at most 20. By default every attribute of the events.',
  })
  features?: ModelFeatureInput[] | null

  @Field(() => [String], {
    nullable: true,
    description: 'Names of features by whose levels the effect may differ. By default none.',
  })
  interactions?: string[] | null

  @Field(() => ModelBinningInput, { nullable: true, description: 'How features become levels.' })
  binning?: ModelBinningInput | null

  @Field(() => ModelPenaltyInput, { nullable: true, description: 'Default AUTO.' })
  penalty?: ModelPenaltyInput | null

  @Field(() => Int, { nullable: true, description: 'Parts for cross-validation, 2 to 20. Default 5.' })
  folds?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the users who are kept out of training to judge the model by, 0 to 0.5. Default 0.',
  })
  holdout?: number | null

  @Field(() => Int, { nullable: true, description: 'Deals users to folds, 0 to 2147483647. Default 1.' })
  seed?: number | null

  @Field(() => Float, { nullable: true, description: 'Confidence level of all intervals, 0.8 to 0.999. Default 0.95.' })
  level?: number | null

  @Field(() => Int, { nullable: true, description: 'Days that the worth is told for, 1 to 3650. Default 30.' })
  horizonDays?: number | null

  @Field(() => Int, { nullable: true, description: 'Number of a version of the data. By default the newest.' })
  datasetVersion?: number | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same job, until it fails or is cancelled; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@ObjectType('TrainModelPayload', { description: 'What came of asking for a model.' })
export class TrainModelPayloadType {
  @Field(() => JobType, { nullable: true, description: 'The job that trains it. Null when there are user errors.' })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
