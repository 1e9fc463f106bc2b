import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ObjectType } from 'type-graphql'
import type { MismatchPart } from '../../analysis/health/health-check.ts'

@ObjectType('MismatchPart', {
  description: 'The users of one day or of one value of an attribute, and their part in a broken split.',
})
export class MismatchPartType implements MismatchPart {
  @Field(() => String, {
    nullable: true,
    description: 'The attribute: the one that the analysis is broken down by. Null: a day of first exposure.',
  })
  attribute!: string | null

  @Field(() => String, {
    nullable: true,
    description: 'The attribute’s value, or the day (ISO date, UTC). Null: users without a value.',
  })
  value!: string | null

  @Field(() => [GraphQLSafeInt], { description: 'Users of each variant, the control first.' })
  users!: number[]

  @Field(() => [Float], { description: 'The same as configured.' })
  expected!: number[]

  @Field(() => Float, {
    description:
      'Their share of the users that the variant with the largest deviation has too many or too few. Below 0: they are off the other way.',
  })
  share!: number

  @Field(() => Float, { description: 'P-value of their split alone.' })
  pValue!: number
}
