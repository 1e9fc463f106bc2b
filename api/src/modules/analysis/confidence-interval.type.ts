import { Field, Float, ObjectType } from 'type-graphql'
import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'
import { IntervalKindEnum, UnboundedReasonEnum } from './analysis.enum.ts'

@ObjectType('IntervalGap', { description: 'The values that an interval leaves out.' })
export class IntervalGapType {
  @Field(() => Float, { description: 'Where the gap begins.' })
  lower!: number

  @Field(() => Float, { description: 'Where the gap ends.' })
  upper!: number
}

@ObjectType('ConfidenceInterval', { description: 'The values of an effect that the data do not contradict.' })
export class ConfidenceIntervalType {
  @Field(() => IntervalKindEnum, { description: 'Its form.' })
  kind!: ConfidenceInterval['kind']

  @Field(() => Float, { nullable: true, description: 'Lower end. Null where there is none; see lowerUnbounded.' })
  lower!: number | null

  @Field(() => Float, { nullable: true, description: 'Upper end. Null where there is none; see upperUnbounded.' })
  upper!: number | null

  @Field(() => Float, { description: 'Confidence level.' })
  level!: number

  @Field(() => UnboundedReasonEnum, {
    nullable: true,
    description: 'Why there is no lower end. Null when there is one.',
  })
  lowerUnbounded!: string | null

  @Field(() => UnboundedReasonEnum, {
    nullable: true,
    description: 'Why there is no upper end. Null when there is one.',
  })
  upperUnbounded!: string | null

  @Field(() => IntervalGapType, {
    nullable: true,
    description: 'The values left out. Null unless the kind is COMPLEMENT.',
  })
  gap!: IntervalGapType | null
}

/** An interval with the reasons for open sides as fields. */
export function toInterval({ kind, lower, upper, level, unbounded, gap }: ConfidenceInterval): ConfidenceIntervalType {
  return {
    kind,
    lower,
    upper,
    level,
    lowerUnbounded: unbounded?.lower ?? null,
    upperUnbounded: unbounded?.upper ?? null,
    gap: gap ?? null,
  }
}
