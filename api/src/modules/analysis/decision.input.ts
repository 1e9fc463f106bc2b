import { Field, Float, InputType, Int } from 'type-graphql'
import type { DecisionRequest } from './decision-request.ts'

@InputType('GuardrailMarginInput', { description: 'By how much a guardrail may get worse at most.' })
export class GuardrailMarginInput {
  @Field(() => String, { description: 'Key of the guardrail.' })
  metric!: string

  @Field(() => Float, { description: 'As a share of the control: 0.02 is two percent. Above 0, at most 1.' })
  margin!: number
}

@InputType('DecisionInput', { description: 'What the decision goes by. What is left out takes the careful default.' })
export class DecisionInput implements DecisionRequest {
  @Field(() => Float, {
    nullable: true,
    description: 'The least lift of the primary metric that would matter: 0.05 is five percent, the default.',
  })
  minimumLift?: number | null

  @Field(() => [GuardrailMarginInput], {
    nullable: true,
    description:
      'Guardrails that must be shown not to be worse by more than a margin. Without one, a guardrail forbids to ship when it got significantly worse.',
  })
  guardrailMargins?: GuardrailMarginInput[] | null

  @Field(() => Int, { nullable: true, description: 'For how many days the change of revenue is told. Default 365.' })
  horizonDays?: number | null
}
