import type { ModelCard } from '../../models/model-card.ts'

/** What of a model charts are drawn from: its card without what only predictions need. */
export type ChartedModel = Omit<ModelCard, 'covariance'>
