import { GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, InputType } from 'type-graphql'
import type { Spending } from '../../analysis/spending.ts'
import { SpendingEnum } from '../planning/spending.enum.ts'
import type { LooksRequest } from './look-request.ts'
import { LookKindEnum } from './looks.enum.ts'

@InputType('LooksInput', { description: 'How looks before the planned end are allowed for.' })
export class LooksInput implements LooksRequest {
  @Field(() => LookKindEnum, { description: 'How. GROUP_SEQUENTIAL needs an experiment with `plannedUnits`.' })
  kind!: LooksRequest['kind']

  @Field(() => SpendingEnum, {
    nullable: true,
    description: 'GROUP_SEQUENTIAL: how error is spent. Default OBRIEN_FLEMING.',
  })
  spending?: Spending | null

  @Field(() => Float, { nullable: true, description: 'For HWANG_SHIH_DECANI, -20 to 20. Default -4.' })
  gamma?: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'ALWAYS_VALID: number of users at which intervals are narrowest. Default: the experiment’s `plannedUnits`, or 10,000.',
  })
  tunedFor?: number | null
}
