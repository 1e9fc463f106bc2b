import { Field, Float, ObjectType } from 'type-graphql'
import type { Posterior } from '../../analysis/posterior.ts'
import { PosteriorModelEnum } from './adjustment.enum.ts'
import { ConfidenceIntervalType } from './confidence-interval.type.ts'

@ObjectType('Posterior', {
  description: 'What is believed of a treatment after the data. Better is more, or less, by the metric’s goal.',
})
export class PosteriorType implements Omit<Posterior, 'credibleInterval'> {
  @Field(() => PosteriorModelEnum, { description: 'How it was computed.' })
  model!: Posterior['model']

  @Field(() => Float, { description: 'Median of the lift.' })
  lift!: number

  @Field(() => ConfidenceIntervalType, { description: 'Where the lift is with the level’s probability; equal tails.' })
  credibleInterval!: ConfidenceIntervalType

  @Field(() => Float, { description: 'Probability that the treatment is better than the control.' })
  chanceToBeatControl!: number

  @Field(() => Float, {
    nullable: true,
    description: 'Probability that it is the best of all variants. Null unless the model is BETA_BINOMIAL.',
  })
  chanceToBeBest!: number | null

  @Field(() => Float, { description: 'What choosing the treatment costs on average, in units of the metric.' })
  expectedLossOfTreatment!: number

  @Field(() => Float, { description: 'What choosing the control costs on average, in units of the metric.' })
  expectedLossOfControl!: number
}
