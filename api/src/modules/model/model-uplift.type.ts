import { Field, Float, ObjectType } from 'type-graphql'
import type { QiniPoint, UpliftResult } from '../../models/uplift-result.ts'
import { ModelEstimateType, toEstimate } from './model-effect.type.ts'
import { UpliftVerdictEnum } from './model.enum.ts'

@ObjectType('QiniPoint', {
  description: 'The users with the highest predicted effect first: what treating only them would gain.',
})
export class QiniPointType implements QiniPoint {
  @Field(() => Float, { description: 'Share of the users who are treated, 0 to 1.' })
  share!: number

  @Field(() => Float, { description: 'How many they are; a fraction where users who are alike are divided.' })
  users!: number

  @Field(() => Float, { description: 'What all users gain on average, measured among those.' })
  gain!: number

  @Field(() => Float, { description: 'The same of as many users taken at random.' })
  random!: number

  @Field(() => Float, { nullable: true, description: 'Lower end of the gain’s interval. Null with too few users.' })
  lower!: number | null

  @Field(() => Float, { nullable: true, description: 'Upper end of it. Null with too few users.' })
  upper!: number | null
}

@ObjectType('Uplift', { description: 'Whether it can be told whom a treatment helps more.' })
export class UpliftType {
  @Field(() => String, { description: 'Key of the treatment.' })
  treatment!: string

  @Field(() => UpliftVerdictEnum, { description: 'Whether it can.' })
  verdict!: UpliftResult['verdict']

  @Field(() => String, { description: 'Why, in a sentence.' })
  message!: string

  @Field(() => Float, {
    nullable: true,
    description: 'Of cross-fitted predictions having no relation to the effect. Null where it cannot be told.',
  })
  pValue!: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Of all interactions of the treatment being 0, for comparison. Null where it cannot be told.',
  })
  interactionPValue!: number | null

  @Field(() => ModelEstimateType, {
    nullable: true,
    description:
      'Area between the curve and the line of random users: what a user gains on average by targeting. Null where there is no curve.',
  })
  qiniCoefficient!: ModelEstimateType | null

  @Field(() => [QiniPointType], { description: 'The curve. Empty where there is none.' })
  curve!: QiniPoint[]
}

export function toUplift({ qiniCoefficient, ...rest }: UpliftResult): UpliftType {
  return { ...rest, qiniCoefficient: qiniCoefficient === null ? null : toEstimate(qiniCoefficient) }
}
