import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ObjectType } from 'type-graphql'
import type { Estimate, PredictedEffect, RevenueDelta, SegmentLift } from '../../models/effect.ts'
import { ConfidenceIntervalType, toInterval } from '../analysis/confidence-interval.type.ts'

@ObjectType('ModelEstimate', { description: 'A number of a model, with its uncertainty.' })
export class ModelEstimateType {
  @Field(() => Float, { description: 'The estimate.' })
  estimate!: number

  @Field(() => Float, { description: 'Its standard error.' })
  standardError!: number

  @Field(() => Float, { nullable: true, description: 'Of being 0. Null where the standard error is 0.' })
  pValue!: number | null

  @Field(() => ConfidenceIntervalType, {
    nullable: true,
    description: 'The values that the data do not contradict. Null where the standard error is 0.',
  })
  confidenceInterval!: ConfidenceIntervalType | null
}

@ObjectType('ModelTraffic', { description: 'Users who came a day.' })
export class ModelTrafficType {
  @Field(() => Float, { description: 'Their mean number.' })
  mean!: number

  @Field(() => Float, { nullable: true, description: 'Standard error of the mean. Null for a single day.' })
  standardError!: number | null

  @Field(() => GraphQLSafeInt, { description: 'Days that were measured.' })
  days!: number
}

@ObjectType('ModelRevenueDelta', { description: 'What a treatment is worth.' })
export class ModelRevenueDeltaType {
  @Field(() => String, { nullable: true, description: 'Currency. Null: not said.' })
  unit!: string | null

  @Field(() => ModelEstimateType, { description: 'For each visitor.' })
  perVisitor!: ModelEstimateType

  @Field(() => Float, { description: 'Days of the horizon.' })
  horizonDays!: number

  @Field(() => ModelEstimateType, {
    nullable: true,
    description:
      'Over the horizon at measured traffic, whose uncertainty is in the interval. Null with fewer than two measured days.',
  })
  overHorizon!: ModelEstimateType | null

  @Field(() => ModelTrafficType, { nullable: true, description: 'The traffic. Null when it was not measured.' })
  visitorsPerDay!: ModelTrafficType | null
}

@ObjectType('PredictedEffect', {
  description: 'What the model predicts all users would do in a treatment, beside the control.',
})
export class PredictedEffectType {
  @Field(() => String, { description: 'Key of the treatment.' })
  treatment!: string

  @Field(() => Float, { description: 'Mean prediction with all users in the control.' })
  control!: number

  @Field(() => Float, { description: 'Mean prediction with all users in the treatment.' })
  treated!: number

  @Field(() => ModelEstimateType, {
    description: 'Treated minus control (g-computation; interval by the delta method).',
  })
  delta!: ModelEstimateType

  @Field(() => ModelEstimateType, {
    nullable: true,
    description: 'The same by the control. Null where the control’s prediction is 0.',
  })
  lift!: ModelEstimateType | null

  @Field(() => ModelRevenueDeltaType, {
    nullable: true,
    description: 'What it is worth. Null for order values, and where nobody who converted has any revenue.',
  })
  revenueDelta!: ModelRevenueDeltaType | null
}

@ObjectType('SegmentLift', { description: 'The predicted effect among users of one level of a feature.' })
export class SegmentLiftType {
  @Field(() => String, { description: 'Name of the feature.' })
  feature!: string

  @Field(() => String, { description: 'The level.' })
  level!: string

  @Field(() => String, { description: 'Key of the treatment.' })
  treatment!: string

  @Field(() => GraphQLSafeInt, { description: 'Users of the level.' })
  users!: number

  @Field(() => Float, { description: 'Mean prediction with all of them in the control.' })
  control!: number

  @Field(() => Float, { description: 'Mean prediction with all of them in the treatment.' })
  treated!: number

  @Field(() => ModelEstimateType, { description: 'Treated minus control.' })
  delta!: ModelEstimateType

  @Field(() => ModelEstimateType, {
    nullable: true,
    description: 'The same by the control. Null where the control’s prediction is 0.',
  })
  lift!: ModelEstimateType | null
}

export function toEstimate({ interval, ...rest }: Estimate): ModelEstimateType {
  return { ...rest, confidenceInterval: interval === null ? null : toInterval(interval) }
}

function toRevenueDelta({ perVisitor, overHorizon, ...rest }: RevenueDelta): ModelRevenueDeltaType {
  return {
    ...rest,
    perVisitor: toEstimate(perVisitor),
    overHorizon: overHorizon === null ? null : toEstimate(overHorizon),
  }
}

export function toPredictedEffect({ delta, lift, revenue, ...rest }: PredictedEffect): PredictedEffectType {
  return {
    ...rest,
    delta: toEstimate(delta),
    lift: lift === null ? null : toEstimate(lift),
    revenueDelta: revenue === null ? null : toRevenueDelta(revenue),
  }
}

export function toSegmentLift({ delta, lift, ...rest }: SegmentLift): SegmentLiftType {
  return { ...rest, delta: toEstimate(delta), lift: lift === null ? null : toEstimate(lift) }
}
