import type { Needs } from '../engine/merge-plans.ts'
import type { Aggregates, AggregationPlan, Measure } from '../engine/plan.ts'
import { pairOf, positionOf } from '../engine/merge-plans.ts'
import type { CoMoments } from '../stats/co-moments.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import { decomposeLift, type LiftFactor } from '../stats/decompose-lift.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { AnalysisSettings } from './settings.ts'

export type FactorName = 'CONVERSION' | 'ORDERS_PER_BUYER' | 'AVERAGE_ORDER_VALUE'

export interface DecompositionFactor {
  control: number
  treatment: number
  lift: number
  confidenceInterval: ConfidenceInterval
  /** Of the whole's log ratio; the factors' add up to 1. Null where the whole did not change. */
  share: number | null
}

/** How much of a treatment's change of revenue per visitor comes from which factor. */
export interface Decomposition {
  metricId: string
  treatmentId: string
  whole: DecompositionFactor | null
  factors: (DecompositionFactor & { name: FactorName })[]
  notComputable: { reason: string; message: string } | null
}

const ORDER = 'purchase'
const FACTORS: FactorName[] = ['CONVERSION', 'ORDERS_PER_BUYER', 'AVERAGE_ORDER_VALUE']

/** The metric that says what a visitor brings: the sum of the values of orders, per user. */
export function revenueMetricOf(metrics: MetricDefinition[]): MetricDefinition | null {
  const isRevenue = ({ kind, numerator }: MetricDefinition) =>
    kind === 'MEAN' && numerator.aggregation === 'sum' && numerator.eventTypes.includes(ORDER)
  return metrics.find(isRevenue) ?? null
}

/** Buyers, orders and revenue, with their co-moments. */
export function decompositionNeeds(metrics: MetricDefinition[]): Needs[] {
  const metric = revenueMetricOf(metrics)
  if (metric === null) return []
  return [
    {
      measures: stepsOf(metric),
      pairs: [
        [0, 1],
        [0, 2],
        [1, 2],
      ],
    },
  ]
}

function stepsOf({ numerator }: MetricDefinition): Measure[] {
  return [{ eventTypes: [ORDER], aggregation: 'any' }, { eventTypes: [ORDER], aggregation: 'count' }, numerator]
}

/** Each treatment's change of revenue per visitor = conversion x orders per buyer x average order value. */
export function decompositions(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  { groups }: Pick<Aggregates, 'groups'>,
  { level }: AnalysisSettings,
): Decomposition[] {
  const metric = revenueMetricOf(metrics)
  if (metric === null) return []
  const arms = plan.variants.map((_, variant) => stepsIn(plan, groups, variant, stepsOf(metric)))
  const [control] = arms
  return arms.slice(1).map((treatment, index): Decomposition => {
    const base = { metricId: metric.id, treatmentId: plan.variants[index + 1]! }
    const result = decomposeLift(control!, treatment, { level })
    if (isNotComputable(result)) {
      const { reason, message } = result
      return { ...base, whole: null, factors: [], notComputable: { reason, message } }
    }
    return {
      ...base,
      whole: shown(result.whole),
      factors: result.factors.map((factor, i) => ({ name: FACTORS[i]!, ...shown(factor) })),
      notComputable: null,
    }
  })
}

function shown({ control, treatment, lift, confidenceInterval, share }: LiftFactor): DecompositionFactor {
  return { control, treatment, lift, confidenceInterval, share }
}

function stepsIn(plan: AggregationPlan, groups: Aggregates['groups'], variant: number, steps: Measure[]): CoMoments {
  const group = groups.find((one) => one.segment === null && one.variant === variant)
  if (group === undefined) return { n: 0, means: steps.map(() => 0), coMoments: steps.map(() => steps.map(() => 0)) }
  const at = steps.map((step) => positionOf(plan.measures, step))
  return {
    n: group.n,
    means: at.map((position) => group.means[position]!),
    coMoments: steps.map((a, i) =>
      steps.map((b, j) => (i === j ? group.m2[at[i]!]! : group.products[pairOf(plan, a, b)]!)),
    ),
  }
}
