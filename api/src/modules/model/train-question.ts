import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import { STATISTICS_VERSION } from '../../analysis/settings.ts'
import type { FeaturePlan } from '../../engine/features/feature-plan.ts'
import type { ModelQuestion } from '../../models/model-question.ts'

/** A request made definite: equal questions have equal keys and get one model. */
export interface TrainQuestion {
  datasetVersionId: string
  datasetVersion: number
  experimentKey: string
  /** Keys of the plan's variants, the control first. */
  variantKeys: string[]
  plan: FeaturePlan
  model: ModelQuestion
  /** Currency of values; null where nobody said. */
  currency: string | null
}

/** Hash of everything that the model depends on. */
export function modelKeyOf(question: TrainQuestion): string {
  const parts = { ...question, statisticsVersion: STATISTICS_VERSION }
  return createHash('sha256').update(stringify(parts)).digest('hex')
}
