import type { FeatureCells } from './feature-cells.ts'
import type { ModelCard, Provenance } from './model-card.ts'
import type { ModelNotComputable } from './model-not-computable.ts'
import type { ModelQuestion, Traffic, Worth } from './model-question.ts'

/** What a model is trained on. */
export interface Training {
  cells: FeatureCells
  question: ModelQuestion
  provenance: Provenance
  /** for what a treatment is worth over a horizon; null where days were not measured */
  traffic: Traffic | null
  /** of a conversion or a count; null where it is not known, and for targets that are money themselves */
  worth: Worth | null
}

/** A model, as its card, with what of it is computed; or why there is none. */
export interface TrainedModel {
  kind: 'computed'
  card: ModelCard
}

export type TrainingResult = TrainedModel | ModelNotComputable
