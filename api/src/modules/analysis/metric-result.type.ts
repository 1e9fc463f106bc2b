import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import type { RowLook } from '../../analysis/looks.ts'
import type { ArmStatistics, EffectEstimate, ResultRow } from '../../analysis/result-row.ts'
import type { EffectSize } from '../../analysis/effect-sizes.ts'
import { toVarianceReduction, VarianceReductionType } from './adjustment.type.ts'
import { MethodEnum } from './analysis.enum.ts'
import { ConfidenceIntervalType, toInterval } from './confidence-interval.type.ts'
import { CorrectionEnum } from './correction.enum.ts'
import { PosteriorType } from './posterior.type.ts'
import { MetricLookType } from './looks.type.ts'

@ObjectType('Effect', { description: 'An estimate with its uncertainty.' })
export class EffectType {
  @Field(() => Float, {
    nullable: true,
    description: 'The estimate. Null where it does not exist, such as a lift over zero.',
  })
  estimate!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Standard error. Null for intervals that are not built from one.',
  })
  standardError!: number | null

  @Field(() => ConfidenceIntervalType, { description: 'The values that the data do not contradict.' })
  confidenceInterval!: ConfidenceIntervalType
}

@ObjectType('ArmStatistics', { description: 'What one variant shows of a metric.' })
export class ArmStatisticsType implements ArmStatistics {
  @Field(() => GraphQLSafeInt, { description: 'Users.' })
  n!: number

  @Field(() => Float, { nullable: true, description: 'Rate, mean per user, or ratio. Null where it does not exist.' })
  mean!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Standard deviation of the per-user values. Null for ratios and single users.',
  })
  standardDeviation!: number | null

  @Field(() => Float, { description: 'Sum over users: how many converted, or the revenue.' })
  total!: number

  @Field(() => Float, {
    nullable: true,
    description: 'What the total is divided by. Null unless the metric is a ratio.',
  })
  denominatorTotal!: number | null
}

export const EffectSizeNameEnum = {
  COHENS_H: 'COHENS_H',
  COHENS_D: 'COHENS_D',
  HEDGES_G: 'HEDGES_G',
  RISK_DIFFERENCE: 'RISK_DIFFERENCE',
  ODDS_RATIO: 'ODDS_RATIO',
} as const
registerEnumType(EffectSizeNameEnum, {
  name: 'EffectSizeName',
  description: 'A measure of how large an effect is against the spread of the users.',
  valuesConfig: {
    COHENS_H: { description: 'Difference of two rates on the arcsine scale; 0.2 is small.' },
    COHENS_D: { description: 'Difference of two means in standard deviations; 0.2 is small.' },
    HEDGES_G: { description: 'Cohen’s d without its small-sample bias.' },
    RISK_DIFFERENCE: { description: 'Difference of two rates; 0.01 is one percentage point.' },
    ODDS_RATIO: { description: 'Odds of the treatment over those of the control; 1 is no effect.' },
  },
})

@ObjectType('EffectSize', { description: 'How large the effect is against the spread of the users.' })
export class EffectSizeType {
  @Field(() => EffectSizeNameEnum, { description: 'Which measure.' })
  name!: keyof typeof EffectSizeNameEnum

  @Field(() => Float, { description: 'Its value.' })
  value!: number

  @Field(() => ConfidenceIntervalType, { nullable: true, description: 'Its interval. Null where none is computed.' })
  confidenceInterval!: ConfidenceIntervalType | null
}

@ObjectType('RankTest', { description: 'The rank test beside a test of means: a few extreme values do not move it.' })
export class RankTestType {
  @Field(() => Float, { description: 'Mann and Whitney’s U of the treatment.' })
  statistic!: number

  @Field(() => Float, { description: 'P-value.' })
  pValue!: number

  @Field(() => Float, { description: 'Base-10 logarithm of the p-value, exact where the p-value underflows.' })
  log10PValue!: number

  @Field(() => Float, {
    description:
      'How often a random user of the treatment has a larger value than one of the control, ties counting half.',
  })
  probabilityOfSuperiority!: number

  @Field(() => EffectType, {
    nullable: true,
    description: 'Hodges and Lehmann’s shift. Null where it cannot be computed.',
  })
  shift!: EffectType | null
}

@ObjectType('NotComputable', { description: 'Why a number does not exist.' })
export class NotComputableType {
  @Field(() => String, { description: 'Machine-readable reason.' })
  reason!: string

  @Field(() => String, { description: 'In a sentence.' })
  message!: string
}

@ObjectType('DetectableEffect', { description: 'What a test finds in four cases of five (80 % power).' })
export class DetectableEffectType {
  @Field(() => Float, { description: 'Treatment minus control, in size.' })
  absolute!: number

  @Field(() => Float, { nullable: true, description: 'As a share of the control. Null where the control is zero.' })
  relative!: number | null
}

@ObjectType('SegmentValue', { description: 'A group of users with one value of an attribute.' })
export class SegmentValueType {
  @Field(() => String, { description: 'The attribute.' })
  attribute!: string

  @Field(() => String, {
    nullable: true,
    description: 'Its value. Null: users without one, or all smaller groups together.',
  })
  value!: string | null

  @Field(() => Boolean, { description: 'Whether these are all smaller groups together.' })
  isOther!: boolean
}

@ObjectType('MetricResult', {
  description: 'One row: a metric, a treatment against the control, in all users or in a segment.',
})
export class MetricResultType {
  @Field(() => ID, { description: 'Identifies the row.' })
  id!: string

  @Field(() => SegmentValueType, { nullable: true, description: 'The users it is about. Null: all.' })
  segment!: ResultRow['segment']

  @Field(() => MethodEnum, { description: 'How it was tested.' })
  method!: ResultRow['method']

  @Field(() => String, { description: 'Why this method.' })
  methodReason!: string

  @Field(() => ArmStatisticsType, { description: 'What the control shows.' })
  controlStatistics!: ArmStatistics

  @Field(() => ArmStatisticsType, { description: 'What the treatment shows.' })
  treatmentStatistics!: ArmStatistics

  @Field(() => EffectType, { nullable: true, description: 'Treatment minus control. Null when it cannot be computed.' })
  effect!: EffectType | null

  @Field(() => EffectType, {
    nullable: true,
    description:
      'Lift: the effect divided by the size of the control. Null when it does not exist; see relativeNotComputable.',
  })
  relativeEffect!: EffectType | null

  @Field(() => NotComputableType, { nullable: true, description: 'Why there is no lift. Null when there is one.' })
  relativeNotComputable!: NotComputableType | null

  @Field(() => Float, {
    nullable: true,
    description: 'Test statistic. Null for exact tests and where nothing could be tested.',
  })
  statistic!: number | null

  @Field(() => Float, { nullable: true, description: 'Degrees of freedom. Null for tests without.' })
  degreesOfFreedom!: number | null

  @Field(() => Float, { nullable: true, description: 'P-value. Null where nothing could be tested.' })
  pValue!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Base-10 logarithm of the p-value, exact where the p-value underflows. Null without p-value.',
  })
  log10PValue!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'P-value adjusted for the number of tests. Null without p-value.',
  })
  adjustedPValue!: number | null

  @Field(() => CorrectionEnum, { description: 'How it was adjusted.' })
  correction!: ResultRow['correction']

  @Field(() => String, { description: 'Which tests were adjusted together.' })
  family!: string

  @Field(() => Int, { description: 'How many tests were adjusted together.' })
  familySize!: number

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the adjusted p-value is below 1 - level. It is no verdict: at an early look, or of data that failed a health check, it decides nothing. Null without p-value.',
  })
  isSignificant!: boolean | null

  @Field(() => EffectType, {
    nullable: true,
    description:
      'The effect with an interval that allows for the number of tests and goes with the adjusted p-value; its level is told. Null without a correction or p-value.',
  })
  adjustedEffect!: EffectType | null

  @Field(() => EffectType, {
    nullable: true,
    description: 'The lift with an interval that allows for the number of tests. Null without a correction or lift.',
  })
  adjustedRelativeEffect!: EffectType | null

  @Field(() => [String], {
    description: 'What was done to the numbers before they could be read, in the order in which it was done.',
  })
  adjustments!: string[]

  @Field(() => DetectableEffectType, {
    nullable: true,
    description:
      'The least effect that the row’s test finds with 80 % power at this number of users, before correction. Null where that is not known, as for ranks.',
  })
  minimumDetectableEffect!: DetectableEffectType | null

  @Field(() => EffectSizeType, { nullable: true, description: 'Effect size. Null where it does not exist.' })
  effectSize!: EffectSizeType | null

  @Field(() => [EffectSizeType], { description: 'All measures of its size that exist for the metric’s kind.' })
  effectSizes!: EffectSizeType[]

  @Field(() => RankTestType, {
    nullable: true,
    description: 'The rank test beside a test of means. Null for other kinds and in segments.',
  })
  rank!: RankTestType | null

  @Field(() => VarianceReductionType, {
    nullable: true,
    description: 'What came of adjusting by covariates. Null unless the settings ask for it.',
  })
  varianceReduction!: VarianceReductionType | null

  @Field(() => PosteriorType, {
    nullable: true,
    description: 'What is believed after the data. Null unless the settings ask for it, and where there is none.',
  })
  posterior!: PosteriorType | null

  @Field(() => MetricLookType, {
    nullable: true,
    description: 'How p-value and intervals allow for looks before the planned end. Null where they do not.',
  })
  look!: RowLook | null

  @Field(() => NotComputableType, {
    nullable: true,
    description: 'Why nothing could be tested. Null when something was.',
  })
  notComputable!: NotComputableType | null

  @Field(() => [String], { description: 'What one should know about the row.' })
  notes!: string[]
}

/** A stored row as the API shows it: every reader sees the numbers of the same row. */
export type MetricResult = MetricResultType & Pick<ResultRow, 'metricId' | 'controlId' | 'treatmentId'>

export function toMetricResult({ id, row }: { id: string; row: ResultRow }): MetricResult {
  const { control, treatment, effectSize, ...rest } = row
  return {
    ...rest,
    id,
    look: row.look ?? null,
    controlStatistics: control,
    treatmentStatistics: treatment,
    effect: toEffect(row.effect),
    relativeEffect: toEffect(row.relativeEffect),
    // Rows of earlier versions of the statistics have none of these.
    adjustedEffect: toEffect(row.adjustedEffect ?? null),
    adjustedRelativeEffect: toEffect(row.adjustedRelativeEffect ?? null),
    adjustments: row.adjustments ?? [],
    minimumDetectableEffect: row.minimumDetectableEffect ?? null,
    effectSize: effectSize && toEffectSize(effectSize),
    effectSizes: (row.effectSizes ?? []).map(toEffectSize),
    varianceReduction: toVarianceReduction(row.varianceReduction),
    posterior: row.posterior
      ? { ...row.posterior, credibleInterval: toInterval(row.posterior.credibleInterval) }
      : null,
    rank: row.rank === null ? null : { ...row.rank, shift: toEffect(row.rank.shift) },
  }
}

function toEffectSize(size: EffectSize): EffectSizeType {
  return { ...size, confidenceInterval: size.confidenceInterval && toInterval(size.confidenceInterval) }
}

export function toEffect(effect: EffectEstimate | null): EffectType | null {
  return effect === null ? null : { ...effect, confidenceInterval: toInterval(effect.confidenceInterval) }
}
