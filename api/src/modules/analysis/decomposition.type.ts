import { Ctx, Field, FieldResolver, Float, ObjectType, registerEnumType, Resolver, Root } from 'type-graphql'
import type { Decomposition, DecompositionFactor, FactorName } from '../../analysis/decomposition.ts'
import type { RequestContext } from '../../context.ts'
import type { Variant } from '../experiment/experiment.service.ts'
import { VariantType } from '../experiment/experiment.type.ts'
import type { Metric } from '../metric/metric.service.ts'
import { MetricType } from '../metric/metric.type.ts'
import { ConfidenceIntervalType, toInterval } from './confidence-interval.type.ts'
import { NotComputableType } from './metric-result.type.ts'

export const FactorNameEnum = {
  CONVERSION: 'CONVERSION',
  ORDERS_PER_BUYER: 'ORDERS_PER_BUYER',
  AVERAGE_ORDER_VALUE: 'AVERAGE_ORDER_VALUE',
} as const
registerEnumType(FactorNameEnum, {
  name: 'FactorName',
  description: 'A factor of revenue per visitor.',
  valuesConfig: {
    CONVERSION: { description: 'Share of the users who bought.' },
    ORDERS_PER_BUYER: { description: 'Purchases of those who bought.' },
    AVERAGE_ORDER_VALUE: { description: 'Revenue by purchase.' },
  },
})

@ObjectType('LiftFactor', { description: 'A factor of revenue per visitor, or the whole of it.' })
export class LiftFactorType {
  @Field(() => FactorNameEnum, { nullable: true, description: 'Which factor. Null: the whole.' })
  name!: FactorName | null

  @Field(() => Float, { description: 'In the control.' })
  control!: number

  @Field(() => Float, { description: 'In the treatment.' })
  treatment!: number

  @Field(() => Float, { description: 'Treatment / control - 1.' })
  lift!: number

  @Field(() => ConfidenceIntervalType, {
    description: 'Of the lift, on the log scale. Those of the factors hold together at the level of the analysis.',
  })
  confidenceInterval!: ConfidenceIntervalType

  @Field(() => Float, {
    nullable: true,
    description: 'Share of the whole change on the log scale; those of the factors sum to 1. Null without a change.',
  })
  share!: number | null
}

@ObjectType('Decomposition', {
  description: 'How much of a treatment’s change of revenue per visitor comes from which factor.',
})
export class DecompositionType {
  @Field(() => LiftFactorType, {
    nullable: true,
    description: 'Revenue per visitor. Null when it cannot be taken apart.',
  })
  whole!: LiftFactorType | null

  @Field(() => [LiftFactorType], { description: 'Its factors; their product is the whole.' })
  factors!: LiftFactorType[]

  @Field(() => NotComputableType, { nullable: true, description: 'Why it cannot be taken apart. Null when it was.' })
  notComputable!: NotComputableType | null
}

export type DecompositionRoot = DecompositionType & Pick<Decomposition, 'metricId' | 'treatmentId'>

export function toDecomposition({ whole, factors, ...rest }: Decomposition): DecompositionRoot {
  const shown = (factor: DecompositionFactor, name: FactorName | null): LiftFactorType => ({
    ...factor,
    name,
    confidenceInterval: toInterval(factor.confidenceInterval),
  })
  return { ...rest, whole: whole && shown(whole, null), factors: factors.map((one) => shown(one, one.name)) }
}

@Resolver(() => DecompositionType)
export class DecompositionResolver {
  @FieldResolver(() => MetricType, { description: 'The metric that is taken apart.' })
  metric(@Root() { metricId }: DecompositionRoot, @Ctx() { loaders }: RequestContext): Promise<Metric | null> {
    return loaders.metric.load(metricId)
  }

  @FieldResolver(() => VariantType, { description: 'The treatment.' })
  treatment(@Root() { treatmentId }: DecompositionRoot, @Ctx() { loaders }: RequestContext): Promise<Variant | null> {
    return loaders.variant.load(treatmentId)
  }
}
