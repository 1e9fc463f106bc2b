import { Field, Int, ObjectType } from 'type-graphql'
import type { TimePoint } from '../../analysis/time-series.ts'
import { ArmStatisticsType, EffectType } from './metric-result.type.ts'

/** A point in the form of the schema: intervals say what they leave open. */
export interface ShownTimePoint extends Omit<TimePoint, 'effect' | 'relativeEffect'> {
  effect: EffectType | null
  relativeEffect: EffectType | null
}

@ObjectType('TimePoint', { description: 'What the two variants show at one time, and the effect.' })
export class TimePointType implements ShownTimePoint {
  @Field(() => String, { nullable: true, description: 'The day (UTC, ISO date). Null for days since the exposure.' })
  date!: string | null

  @Field(() => Int, {
    nullable: true,
    description: 'Whole days since the exposure; 0 are the first 24 hours. Null for calendar days.',
  })
  daysSinceExposure!: number | null

  @Field(() => ArmStatisticsType, { description: 'The control.' })
  control!: ArmStatisticsType

  @Field(() => ArmStatisticsType, { description: 'The treatment.' })
  treatment!: ArmStatisticsType

  @Field(() => EffectType, {
    nullable: true,
    description: 'Treatment minus control. Null where it cannot be computed.',
  })
  effect!: EffectType | null

  @Field(() => EffectType, { nullable: true, description: 'The lift. Null where it cannot be computed.' })
  relativeEffect!: EffectType | null
}

@ObjectType('MetricTimeseries', {
  description:
    'A metric and a treatment over time, by the methods and settings of the analysis. It describes and decides nothing: each interval holds for its own point, and of many points some leave "no effect" out by chance.',
})
export class MetricTimeseriesType {
  @Field(() => [TimePointType], {
    description:
      'All that happened until each day’s end: what an analysis with a window that ends there says. To stop at the first point without "no effect" is peeking.',
  })
  cumulative!: ShownTimePoint[]

  @Field(() => [TimePointType], {
    description: 'What happened on each day, among the users who were exposed by its end.',
  })
  daily!: ShownTimePoint[]

  @Field(() => [TimePointType], {
    description:
      'What users did in each 24 hours since their exposure, among those for whom they are over: an effect that fades is one of novelty.',
  })
  sinceExposure!: ShownTimePoint[]
}
