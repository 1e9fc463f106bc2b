import type { NewMetric } from './metric.repository.ts'

/** Metrics that every shop reads: they come with Fairlift and need no definition. */
export const standardMetrics: NewMetric[] = [
  {
    key: 'conversion',
    name: 'Conversion rate',
    description: 'Share of the exposed users who bought (at least one purchase or conversion event after exposure).',
    kind: 'PROPORTION',
    numerator: { eventTypes: ['conversion', 'purchase'], aggregation: 'any' },
    format: 'PERCENT',
  },
  {
    key: 'revenue_per_visitor',
    name: 'Revenue per visitor',
    description: 'Value of purchases less refunds, per exposed user, those who bought nothing included.',
    kind: 'MEAN',
    numerator: { eventTypes: ['purchase', 'refund'], aggregation: 'sum' },
    format: 'CURRENCY',
  },
  {
    key: 'orders_per_visitor',
    name: 'Orders per visitor',
    description: 'Number of purchases per exposed user.',
    kind: 'MEAN',
    numerator: { eventTypes: ['purchase'], aggregation: 'count' },
    format: 'NUMBER',
  },
  {
    key: 'average_order_value',
    name: 'Average order value',
    description:
      'Value of purchases divided by their number. Users are the unit: one user’s orders are not independent.',
    kind: 'RATIO',
    numerator: { eventTypes: ['purchase'], aggregation: 'sum' },
    denominator: { eventTypes: ['purchase'], aggregation: 'count' },
    format: 'CURRENCY',
  },
  {
    key: 'add_to_cart_rate',
    name: 'Add-to-cart rate',
    description: 'Share of the exposed users who put something into the cart.',
    kind: 'PROPORTION',
    numerator: { eventTypes: ['add_to_cart'], aggregation: 'any' },
    format: 'PERCENT',
  },
  {
    key: 'refund_rate',
    name: 'Refund rate',
    description: 'Share of the exposed users who had an order refunded. Less is better.',
    kind: 'PROPORTION',
    numerator: { eventTypes: ['refund'], aggregation: 'any' },
    goal: 'DECREASE',
    format: 'PERCENT',
  },
]
