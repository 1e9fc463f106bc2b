import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, Int, ObjectType } from 'type-graphql'
import type { LookSettings, RowLook } from '../../analysis/looks.ts'
import type { Spending } from '../../analysis/spending.ts'
import { SpendingEnum } from '../planning/spending.enum.ts'
import { LookKindEnum } from './looks.enum.ts'

@ObjectType('LookSettings', { description: 'How looks before the planned end are allowed for.' })
export class LookSettingsType {
  @Field(() => LookKindEnum, { description: 'How.' })
  kind!: keyof typeof LookKindEnum

  @Field(() => SpendingEnum, { nullable: true, description: 'How error is spent. Null unless GROUP_SEQUENTIAL.' })
  spending!: Spending | null

  @Field(() => Float, { nullable: true, description: 'The spending’s parameter. Null unless it has one.' })
  gamma!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Users planned when the look was taken. Null unless GROUP_SEQUENTIAL.',
  })
  plannedUnits!: number | null

  @Field(() => [Float], {
    nullable: true,
    description:
      'Shares of the planned users at the looks of the same design that were taken before. Null unless GROUP_SEQUENTIAL.',
  })
  earlierFractions!: number[] | null

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the experiment was over, so that all that was left was spent. Null unless GROUP_SEQUENTIAL.',
  })
  isLast!: boolean | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Number of users at which intervals are narrowest. Null unless ALWAYS_VALID.',
  })
  tunedFor!: number | null
}

export function toLookSettings(looks: LookSettings | undefined): LookSettingsType {
  const nothing = { spending: null, gamma: null, plannedUnits: null, earlierFractions: null, isLast: null }
  return { ...nothing, tunedFor: null, ...(looks ?? { kind: 'FIXED' }) }
}

@ObjectType('MetricLook', { description: 'How a row allows for looks before the planned end.' })
export class MetricLookType implements RowLook {
  @Field(() => LookKindEnum, { description: 'How.' })
  kind!: RowLook['kind']

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the planned users that were exposed. Null unless GROUP_SEQUENTIAL.',
  })
  informationFraction!: number | null

  @Field(() => Int, { nullable: true, description: 'Looks taken before. Null unless GROUP_SEQUENTIAL.' })
  looksBefore!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'What the z statistic has to reach at this look. Null where nothing is left to spend.',
  })
  criticalValue!: number | null

  @Field(() => Float, { description: 'What the p-value of the test itself has to be below at this look.' })
  nominalAlpha!: number

  @Field(() => Float, {
    nullable: true,
    description:
      'P-value of the test itself, as if this were the only look; `pValue` allows for the others. Null without p-value.',
  })
  testPValue!: number | null

  @Field(() => Float, { nullable: true, description: 'Its base-10 logarithm. Null without p-value.' })
  testLog10PValue!: number | null
}
