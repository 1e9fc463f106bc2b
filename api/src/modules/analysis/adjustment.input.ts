import { Field, Float, InputType } from 'type-graphql'
import { VarianceReductionKindEnum } from './adjustment.enum.ts'
import type { BayesianRequest, VarianceReductionRequest, WinsorizationRequest } from './adjustment-request.ts'

@InputType('VarianceReductionInput', { description: 'Whether and by what values are adjusted.' })
export class VarianceReductionInput implements VarianceReductionRequest {
  @Field(() => VarianceReductionKindEnum, { description: 'NONE or CUPED.' })
  kind!: keyof typeof VarianceReductionKindEnum

  @Field(() => [String], {
    nullable: true,
    description:
      'Keys of metrics whose values before the exposure are the covariates, at most 8. By default each metric’s own.',
  })
  covariates?: string[] | null
}

@InputType('WinsorizationInput', {
  description:
    'Extreme values of users are brought to a bound, the same in every variant. Percentiles or a cap, not both.',
})
export class WinsorizationInput implements WinsorizationRequest {
  @Field(() => Float, {
    nullable: true,
    description:
      'Values above this percentile of the values other than 0, all variants together, count as it. Between 0.5 and 1, such as 0.99.',
  })
  upperPercentile?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Values below this percentile count as it, 0 excepted. Between 0 and 0.5.',
  })
  lowerPercentile?: number | null

  @Field(() => Float, {
    nullable: true,
    description: 'Sums of values above it count as it; counts of events stay as they are. Above 0.',
  })
  cap?: number | null
}

@InputType('LiftPriorInput', { description: 'What is believed of a lift before the data: normal.' })
export class LiftPriorInput {
  @Field(() => Float, { defaultValue: 0, description: 'Its mean; 0.01 is one percent. Default 0.' })
  mean!: number

  @Field(() => Float, { defaultValue: 0.05, description: 'Its standard deviation, above 0. Default 0.05.' })
  standardDeviation!: number
}

@InputType('RatePriorInput', { description: 'What is believed of a conversion rate before the data: beta.' })
export class RatePriorInput {
  @Field(() => Float, {
    defaultValue: 1,
    description: 'Conversions seen before, as it were: 0.1 to a billion. Default 1.',
  })
  alpha!: number

  @Field(() => Float, { defaultValue: 1, description: 'Users without conversion: 0.1 to a billion. Default 1.' })
  beta!: number
}

@InputType('BayesianInput', { description: 'Asks for posteriors beside the tests.' })
export class BayesianInput implements BayesianRequest {
  @Field(() => LiftPriorInput, {
    nullable: true,
    description: 'Of lifts, for all metrics but plain proportions. Default: mean 0, standard deviation 0.05.',
  })
  liftPrior?: LiftPriorInput | null

  @Field(() => Boolean, { nullable: true, description: 'Every lift is as likely before the data. Default false.' })
  flatPrior?: boolean | null

  @Field(() => RatePriorInput, { nullable: true, description: 'Of conversion rates. Default: uniform.' })
  ratePrior?: RatePriorInput | null
}
