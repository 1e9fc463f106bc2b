import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, Int, ObjectType } from 'type-graphql'
import type { CalibrationPoint, Metrics, Validation } from '../../models/validation.ts'
import { MetricsKindEnum } from './model.enum.ts'

@ObjectType('ModelMetrics', {
  description: 'How good predictions are. Values of the other kind are null, as are those that do not exist.',
})
export class ModelMetricsType {
  @Field(() => MetricsKindEnum, { description: 'What predictions are judged by.' })
  kind!: Metrics['kind']

  @Field(() => GraphQLSafeInt, { description: 'Users whose predictions were judged.' })
  users!: number

  @Field(() => Float, {
    nullable: true,
    description:
      'Chance that a user who converted was predicted higher than one who did not. Null without users of both kinds.',
  })
  auc!: number | null

  @Field(() => Float, { nullable: true, description: 'Mean negative log likelihood. Null for values.' })
  logLoss!: number | null

  @Field(() => Float, { nullable: true, description: 'Mean squared error of the probability. Null for values.' })
  brier!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Of the outcome on the predicted log odds: 1 is ideal. Null for values, and where it does not exist.',
  })
  calibrationSlope!: number | null

  @Field(() => Float, { nullable: true, description: 'The same regression’s intercept: 0 is ideal. Null likewise.' })
  calibrationIntercept!: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of the variance that is predicted; below 0 when the mean would have been nearer. Null for probabilities.',
  })
  r2!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Root of the mean squared error, in the target’s unit. Null for probabilities.',
  })
  rmse!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Mean absolute error, in the target’s unit. Null for probabilities and order values.',
  })
  mae!: number | null
}

@ObjectType('ModelFold', { description: 'How well a part of the users was predicted by a model trained without it.' })
export class ModelFoldType {
  @Field(() => Int, { description: 'Number of the part, from 0.' })
  fold!: number

  @Field(() => ModelMetricsType, { nullable: true, description: 'How well. Null when it could not be trained.' })
  metrics!: ModelMetricsType | null
}

@ObjectType('ModelCalibrationPoint', { description: 'Users of similar prediction: what was predicted, and what was.' })
export class ModelCalibrationPointType implements CalibrationPoint {
  @Field(() => Float, { description: 'Users; a fraction where users who are alike fall into two tenths.' })
  users!: number

  @Field(() => Float, { description: 'Mean prediction.' })
  predicted!: number

  @Field(() => Float, { description: 'Mean outcome.' })
  observed!: number
}

@ObjectType('ModelValidation', { description: 'How good the model is on users it was not trained on.' })
export class ModelValidationType {
  @Field(() => ModelMetricsType, { description: 'On the users it was trained on: too good, for comparison.' })
  training!: ModelMetricsType

  @Field(() => ModelMetricsType, {
    nullable: true,
    description:
      'Each user predicted by a model trained without the user’s fold. Null when a fold could not be trained on.',
  })
  crossValidated!: ModelMetricsType | null

  @Field(() => [ModelFoldType], { description: 'Fold by fold.' })
  folds!: ModelFoldType[]

  @Field(() => ModelMetricsType, { nullable: true, description: 'On users kept out of everything. Null without any.' })
  holdout!: ModelMetricsType | null

  @Field(() => [ModelCalibrationPointType], {
    description: 'Of the cross-validated predictions, in tenths of the users.',
  })
  calibration!: CalibrationPoint[]
}

const nothing = {
  auc: null,
  logLoss: null,
  brier: null,
  calibrationSlope: null,
  calibrationIntercept: null,
  r2: null,
  rmse: null,
  mae: null,
}

export function toMetrics(metrics: Metrics): ModelMetricsType {
  return { ...nothing, ...metrics }
}

export function toValidation({
  training,
  crossValidated,
  folds,
  holdout,
  calibration,
}: Validation): ModelValidationType {
  const known = (metrics: Metrics | null) => (metrics === null ? null : toMetrics(metrics))
  return {
    training: toMetrics(training),
    crossValidated: known(crossValidated),
    folds: folds.map(({ fold, metrics }) => ({ fold, metrics: known(metrics) })),
    holdout: known(holdout),
    calibration,
  }
}
