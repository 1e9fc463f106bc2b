import { Field, Float, Int, ObjectType } from 'type-graphql'
import type { RevenueChange } from '../../analysis/revenue-change.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import { VariantType } from '../experiment/experiment.type.ts'

@ObjectType('GuardrailMargin', { description: 'By how much a guardrail may get worse at most.' })
export class GuardrailMarginType {
  @Field(() => String, { description: 'Key of the guardrail.' })
  metric!: string

  @Field(() => Float, { description: 'As a share of the control.' })
  margin!: number
}

@ObjectType('DecisionSettings', { description: 'What the decision goes by.' })
export class DecisionSettingsType {
  @Field(() => Float, { description: 'The least lift of the primary metric that matters.' })
  minimumLift!: number

  @Field(() => [GuardrailMarginType], { description: 'Guardrails with a margin.' })
  guardrailMargins!: GuardrailMarginType[]

  @Field(() => Int, { description: 'For how many days the change of revenue is told.' })
  horizonDays!: number
}

@ObjectType('RevenueChange', {
  description:
    'What a treatment would change if all users saw it: its effect on revenue per visitor times the users that come, as long as both stay as they were.',
})
export class RevenueChangeType implements Omit<RevenueChange, 'metricId' | 'treatmentId'> {
  @Field(() => VariantType, { description: 'The treatment.' })
  treatment!: Variant

  @Field(() => Float, {
    nullable: true,
    description: 'Over the horizon, in the currency of the values. Null where the effect has no estimate.',
  })
  estimate!: number | null

  @Field(() => Float, { nullable: true, description: 'Lower end of its interval. Null where there is none.' })
  lower!: number | null

  @Field(() => Float, { nullable: true, description: 'Upper end of its interval. Null where there is none.' })
  upper!: number | null

  @Field(() => Float, { description: 'Confidence level.' })
  level!: number

  @Field(() => Int, { description: 'The horizon, in days.' })
  horizonDays!: number

  @Field(() => Float, { description: 'Users first exposed a day, as measured in the experiment.' })
  usersPerDay!: number
}
