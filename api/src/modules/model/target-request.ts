import type { UserError } from '../../errors.ts'
import type { ModelKind, TargetKind } from '../../models/model-question.ts'
import type { Metric } from '../metric/metric.service.ts'

export interface AskedTarget {
  kind: TargetKind
  /** Key of a metric; by default the standard one of the kind. */
  metric?: string | null
}

/** Which metrics a kind of target may be of. */
const targets: Record<TargetKind, { metric: string; what: string; fits: (metric: Metric) => boolean }> = {
  CONVERSION: { metric: 'conversion', what: 'a proportion', fits: ({ kind }) => kind === 'PROPORTION' },
  REVENUE: {
    metric: 'revenue_per_visitor',
    what: 'a mean of sums of values',
    fits: ({ kind, numerator }) => kind === 'MEAN' && numerator.aggregation === 'sum',
  },
  AVERAGE_ORDER_VALUE: { metric: 'average_order_value', what: 'a ratio', fits: ({ kind }) => kind === 'RATIO' },
  COUNT: {
    metric: 'orders_per_visitor',
    what: 'a mean of counts',
    fits: ({ kind, numerator }) => kind === 'MEAN' && numerator.aggregation === 'count',
  },
}

/** The metric that a target is of, or what is wrong with it. */
export function targetMetric(
  { kind, metric: key }: AskedTarget,
  catalogue: Metric[],
): { metric: Metric; problems: [] } | { metric: null; problems: UserError[] } {
  const { metric: standard, what, fits } = targets[kind]
  const named = key ?? standard
  const metric = catalogue.find((one) => one.key === named)
  if (metric !== undefined && fits(metric)) return { metric, problems: [] }
  const fitting = catalogue.filter(fits).map((one) => `"${one.key}"`)
  const list = fitting.length === 0 ? 'none' : fitting.join(', ')
  const message =
    metric === undefined
      ? `There is no metric "${named}". For ${kind} there are: ${list}.`
      : `"${named}" is not ${what}, which ${kind} needs. There are: ${list}.`
  const code = metric === undefined ? 'NOT_FOUND' : 'INVALID'
  return { metric: null, problems: [{ code, field: ['target', 'metric'], message }] }
}

/** Whether a kind of model is about a kind of target. */
export function kindProblems(kind: ModelKind | 'AUTO', target: TargetKind): UserError[] {
  const isPlain = kind === 'AUTO' || kind === 'LINEAR'
  if (isPlain || (kind === 'LOGISTIC') === (target === 'CONVERSION')) {
    if (target !== 'AVERAGE_ORDER_VALUE' || isPlain) return []
  }
  const message =
    kind === 'LOGISTIC'
      ? `A logistic model is of a CONVERSION; the target is ${target}. Ask for LINEAR or AUTO.`
      : `A ${kind === 'POISSON' ? 'Poisson' : 'quasi-Poisson'} model is not of ${target}. Ask for AUTO.`
  return [{ code: 'INVALID', field: ['kind'], message }]
}
