import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ObjectType } from 'type-graphql'
import type { Feature } from '../../models/feature.ts'
import type { LeakageCheck } from '../../models/leakage-check.ts'
import type { Coefficient, ColumnName, FeatureImportance } from '../../models/model-card.ts'
import type { TargetKind } from '../../models/model-question.ts'
import type { ModelWarning } from '../../models/model-warning.ts'
import { ConfidenceIntervalType, toInterval } from '../analysis/confidence-interval.type.ts'
import {
  ColumnTermEnum,
  FeatureKindEnum,
  FeatureSourceEnum,
  LeakageCodeEnum,
  ModelTargetEnum,
  ModelWarningEnum,
} from './model.enum.ts'

@ObjectType('ModelTarget', { description: 'What a model predicts.' })
export class ModelTargetType {
  @Field(() => ModelTargetEnum, { description: 'What it is of a user.' })
  kind!: TargetKind

  @Field(() => String, { description: 'Key of the metric whose events count.' })
  metric!: string

  @Field(() => String, { nullable: true, description: 'Currency. Null: not money, or not said.' })
  unit!: string | null
}

@ObjectType('ModelFeature', { description: 'Something known of each user, as one of few levels.' })
export class ModelFeatureType {
  @Field(() => String, { description: 'Its name.' })
  name!: string

  @Field(() => FeatureKindEnum, { description: 'What its levels are.' })
  kind!: Feature['kind']

  @Field(() => [String], { description: 'Its levels.' })
  levels!: string[]

  @Field(() => String, { nullable: true, description: 'The level that others are compared with. Null: none.' })
  reference!: string | null

  @Field(() => [Float], { description: 'Of ranges: where they begin, the first one excepted. Empty for values.' })
  edges!: number[]

  @Field(() => Float, {
    description:
      'Of numbers: what is taken off each before it counts. 0, but for values far from 0 with little spread, such as times.',
  })
  centre!: number

  @Field(() => FeatureSourceEnum, { description: 'Where it comes from.' })
  source!: Feature['source']['kind']

  @Field(() => String, { description: 'The attribute, or what was measured.' })
  sourceName!: string

  @Field(() => Boolean, { description: 'Whether any of its values was recorded after the exposure.' })
  isRecordedAfterExposure!: boolean

  @Field(() => GraphQLSafeInt, { description: 'Different values that it had, before they became levels.' })
  distinctValues!: number
}

@ObjectType('ModelAlias', { description: 'Another column that one is made up of.' })
export class ModelAliasType {
  @Field(() => String, { description: 'Name of the column.' })
  column!: string

  @Field(() => Float, { description: 'How often it counts.' })
  multiple!: number
}

@ObjectType('ModelCoefficient', { description: 'The effect of one column, on the scale of the link.' })
export class ModelCoefficientType {
  @Field(() => String, { description: 'Such as device=mobile, variant=b or variant=b:device=mobile.' })
  name!: string

  @Field(() => ColumnTermEnum, { description: 'What it is about.' })
  term!: ColumnName['term']

  @Field(() => String, { nullable: true, description: 'Key of the variant. Null where it is about none.' })
  variant!: string | null

  @Field(() => String, { nullable: true, description: 'Name of the feature. Null where it is about none.' })
  feature!: string | null

  @Field(() => String, { nullable: true, description: 'The level. Null where it is about none.' })
  level!: string | null

  @Field(() => Float, {
    nullable: true,
    description: 'Log odds, log of a mean, or the target’s own scale. Null where the column was left out.',
  })
  estimate!: number | null

  @Field(() => Float, { nullable: true, description: 'Standard error. Null where the column was left out.' })
  standardError!: number | null

  @Field(() => Float, { nullable: true, description: 'Estimate by standard error. Null where there is none.' })
  statistic!: number | null

  @Field(() => Float, { nullable: true, description: 'Of being 0. Null where there is no statistic.' })
  pValue!: number | null

  @Field(() => ConfidenceIntervalType, { nullable: true, description: 'Null where there is no standard error.' })
  confidenceInterval!: ConfidenceIntervalType | null

  @Field(() => Float, {
    nullable: true,
    description: 'The estimate times the standard deviation of the column. Null where the column was left out.',
  })
  standardised!: number | null

  @Field(() => [ModelAliasType], { description: 'Of a column that was left out: what it is made up of. Else empty.' })
  aliasedWith!: ModelAliasType[]
}

@ObjectType('FeatureImportance', { description: 'How much a feature matters to the predictions.' })
export class FeatureImportanceType implements FeatureImportance {
  @Field(() => String, { description: 'Name of the feature.' })
  feature!: string

  @Field(() => Float, {
    nullable: true,
    description: 'Rise of the deviance when the model is fitted without it. Null where that fit does not exist.',
  })
  dropInDeviance!: number | null

  @Field(() => Float, { description: 'Degrees of freedom of the rise.' })
  degreesOfFreedom!: number

  @Field(() => Float, { nullable: true, description: 'Of the feature not mattering. Null where it cannot be told.' })
  pValue!: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Deviance that is lost when users are given the feature of another at random. Null where it does not exist.',
  })
  permutedDeviance!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Its part of the rises of all features. Null where there is none.',
  })
  share!: number | null
}

@ObjectType('LeakageCheck', { description: 'What may have told the model its answers.' })
export class LeakageCheckType implements LeakageCheck {
  @Field(() => LeakageCodeEnum, { description: 'How.' })
  code!: LeakageCheck['code']

  @Field(() => String, { description: 'Name of the feature, or of all where they do it together.' })
  feature!: string

  @Field(() => Float, {
    nullable: true,
    description: 'What speaks for it: a share, an AUC, a p-value, or a number of values. Null where it is a fact.',
  })
  value!: number | null

  @Field(() => String, { description: 'What was found, and what to do.' })
  message!: string
}

@ObjectType('ModelWarning', { description: 'What a reader of a model must know beside its numbers.' })
export class ModelWarningType implements ModelWarning {
  @Field(() => ModelWarningEnum, { description: 'Kind of the warning.' })
  code!: ModelWarning['code']

  @Field(() => String, { nullable: true, description: 'Name of the feature. Null where it is about none.' })
  feature!: string | null

  @Field(() => String, { description: 'What was found, and what to do.' })
  message!: string
}

export function toFeature({ source, reference, levels, centre = 0, ...rest }: Feature): ModelFeatureType {
  return {
    ...rest,
    centre,
    levels,
    reference: reference === null ? null : levels[reference]!,
    source: source.kind,
    sourceName: source.name,
    isRecordedAfterExposure: source.isRecordedAfterExposure,
  }
}

export function toCoefficient({ interval, ...rest }: Coefficient): ModelCoefficientType {
  return { ...rest, confidenceInterval: interval === null ? null : toInterval(interval) }
}
