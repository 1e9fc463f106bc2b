import { Field, Float, ObjectType } from 'type-graphql'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { VarianceReductionAudit } from '../../analysis/variance-reduction.ts'
import { LiftIntervalEnum, VarianceReductionKindEnum } from './adjustment.enum.ts'

@ObjectType('VarianceReductionSettings', { description: 'Whether and by what values are adjusted.' })
export class VarianceReductionSettingsType {
  @Field(() => VarianceReductionKindEnum, { description: 'How.' })
  kind!: keyof typeof VarianceReductionKindEnum

  @Field(() => [String], {
    nullable: true,
    description: 'Keys of the metrics whose values before the exposure are the covariates. Null: each metric’s own.',
  })
  covariates!: string[] | null
}

@ObjectType('WinsorizationSettings', { description: 'Where extreme values are cut.' })
export class WinsorizationSettingsType {
  @Field(() => Float, { nullable: true, description: 'Percentile above which values are cut. Null: none.' })
  upperPercentile!: number | null

  @Field(() => Float, { nullable: true, description: 'Percentile below which values are cut. Null: none.' })
  lowerPercentile!: number | null

  @Field(() => Float, { nullable: true, description: 'The greatest sum a user may have. Null: none.' })
  cap!: number | null
}

@ObjectType('LiftPrior', { description: 'What is believed of a lift before the data: normal.' })
export class LiftPriorType {
  @Field(() => Float, { description: 'Its mean.' })
  mean!: number

  @Field(() => Float, { description: 'Its standard deviation.' })
  standardDeviation!: number
}

@ObjectType('RatePrior', { description: 'What is believed of a conversion rate before the data: beta.' })
export class RatePriorType {
  @Field(() => Float, { description: 'Conversions seen before, as it were.' })
  alpha!: number

  @Field(() => Float, { description: 'Users without conversion.' })
  beta!: number
}

@ObjectType('BayesianSettings', { description: 'What is believed before the data.' })
export class BayesianSettingsType {
  @Field(() => LiftPriorType, { nullable: true, description: 'Of lifts. Null: flat.' })
  liftPrior!: LiftPriorType | null

  @Field(() => RatePriorType, { description: 'Of conversion rates.' })
  ratePrior!: RatePriorType
}

/** The fields of the settings that are about adjustments: part of AnalysisSettings. */
@ObjectType()
export abstract class AdjustmentSettings {
  @Field(() => VarianceReductionSettingsType, {
    nullable: true,
    description: 'Adjustment by covariates. Null: none.',
  })
  varianceReduction!: VarianceReductionSettingsType | null

  @Field(() => WinsorizationSettingsType, { nullable: true, description: 'Cutting of extreme values. Null: none.' })
  winsorization!: WinsorizationSettingsType | null

  @Field(() => BayesianSettingsType, { nullable: true, description: 'Posteriors. Null: none.' })
  bayesian!: BayesianSettingsType | null

  @Field(() => LiftIntervalEnum, { description: 'How intervals of lifts are computed.' })
  liftInterval!: keyof typeof LiftIntervalEnum
}

export function toAdjustmentSettings({
  varianceReduction,
  winsorization,
  bayesian,
  liftInterval,
}: AnalysisSettings): AdjustmentSettings {
  return {
    varianceReduction: varianceReduction
      ? { kind: varianceReduction.kind, covariates: varianceReduction.covariates?.map(({ metric }) => metric) ?? null }
      : null,
    winsorization: winsorization ?? null,
    bayesian: bayesian ?? null,
    liftInterval: liftInterval ?? 'DEFAULT',
  }
}

@ObjectType('CovariateSlope', { description: 'By how much a metric rises with a covariate.' })
export class CovariateSlopeType {
  @Field(() => String, { description: 'Key of the metric whose value before the exposure is the covariate.' })
  metric!: string

  @Field(() => Float, {
    nullable: true,
    description: 'The slope (theta), over all variants. Null where it was not computed.',
  })
  theta!: number | null
}

@ObjectType('VarianceReduction', { description: 'What came of adjusting a row by covariates.' })
export class VarianceReductionType implements Omit<VarianceReductionAudit, 'fallback' | 'plainEffect'> {
  @Field(() => Boolean, { description: 'Whether the row’s numbers are adjusted ones.' })
  applied!: boolean

  @Field(() => String, { nullable: true, description: 'Why not, in a sentence. Null where they are.' })
  fallbackReason!: string | null

  @Field(() => [CovariateSlopeType], { description: 'The covariates.' })
  covariates!: CovariateSlopeType[]

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the effect’s squared standard error that was taken away. Null where nothing was adjusted.',
  })
  varianceBought!: number | null

  @Field(() => Float, { nullable: true, description: 'The effect without adjustment. Null where there is none.' })
  plainEffect!: number | null

  @Field(() => Float, { nullable: true, description: 'Its standard error. Null where there is none.' })
  plainStandardError!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Adjusted level of the control. Null where nothing was adjusted.',
  })
  controlMean!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Adjusted level of the treatment: less that of the control it is the effect. Null as controlMean.',
  })
  treatmentMean!: number | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Whether chance explains how far apart the variants were before the exposure (p-value): below 0.001 it hardly does. Null where nothing was adjusted.',
  })
  balancePValue!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the users who did nothing of it before their exposure. Null without users.',
  })
  shareWithoutPrePeriod!: number | null
}

export function toVarianceReduction(audit: VarianceReductionAudit | undefined): VarianceReductionType | null {
  if (audit === undefined) return null
  const { fallback, plainEffect, ...rest } = audit
  return {
    ...rest,
    fallbackReason: fallback?.message ?? null,
    plainEffect: plainEffect?.estimate ?? null,
    plainStandardError: plainEffect?.standardError ?? null,
  }
}
