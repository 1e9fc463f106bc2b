import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, Int, ObjectType } from 'type-graphql'
import type { ModelCard } from '../../models/model-card.ts'
import type { ModelKind } from '../../models/model-question.ts'
import { connectionType } from '../connection.type.ts'
import { PredictedEffectType } from './model-effect.type.ts'
import { CovarianceKindEnum, ModelKindEnum } from './model.enum.ts'
import type { Model } from './model.service.ts'

@ObjectType('ModelSettings', { description: 'What was asked for.' })
export class ModelSettingsType {
  @Field(() => [String], { description: 'Features by whose levels the effect may differ.' })
  interactions!: string[]

  @Field(() => Int, { description: 'Parts for cross-validation.' })
  folds!: number

  @Field(() => Float, { description: 'Share of the users kept out of training.' })
  holdout!: number

  @Field(() => Int, { description: 'Seed by which users were dealt to folds.' })
  seed!: number

  @Field(() => Float, { description: 'Confidence level of all intervals.' })
  level!: number

  @Field(() => Float, { description: 'Days that the worth is told for.' })
  horizonDays!: number
}

@ObjectType('ModelFit', { description: 'How the model was fitted.' })
export class ModelFitType implements Omit<ModelCard['fit'], never> {
  @Field(() => GraphQLSafeInt, { description: 'Users it was trained on.' })
  users!: number

  @Field(() => GraphQLSafeInt, { description: 'Groups of users that are alike.' })
  cells!: number

  @Field(() => Float, { description: 'The penalty; 0 is none.' })
  penalty!: number

  @Field(() => Int, { description: 'Steps that it took.' })
  iterations!: number

  @Field(() => Boolean, { description: 'Whether it came to an end.' })
  isConverged!: boolean

  @Field(() => Float, { description: 'Deviance of the model.' })
  deviance!: number

  @Field(() => Float, { description: 'Deviance without any feature or variant.' })
  nullDeviance!: number

  @Field(() => Float, { description: 'Users less estimated coefficients.' })
  degreesOfFreedom!: number

  @Field(() => Float, { description: 'Variance by what the form of the model says.' })
  dispersion!: number

  @Field(() => CovarianceKindEnum, { description: 'What standard errors rest on.' })
  covariance!: ModelCard['covarianceKind']
}

@ObjectType('Model', { description: 'A trained model, and all that is to know of it.' })
export class ModelType implements Pick<Model, 'id' | 'trainedAt'> {
  @Field(() => ID, { description: 'Identifies the model.' })
  id!: string

  @Field(() => ModelKindEnum, { description: 'Its form.' })
  kind!: ModelKind

  @Field(() => GraphQLDateTimeISO, { description: 'When it was trained.' })
  trainedAt!: Date
}

@ObjectType('Prediction', { description: 'What a model of an experiment predicts of a treatment.' })
export class PredictionType {
  @Field(() => ModelType, { description: 'The model.' })
  model!: Model

  @Field(() => PredictedEffectType, { description: 'The prediction.' })
  effect!: PredictedEffectType
}

export const ModelConnection = connectionType('Model', 'models', () => ModelType)
