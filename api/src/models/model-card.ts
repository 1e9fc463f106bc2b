import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import type { PredictedEffect, SegmentLift } from './effect.ts'
import type { Feature } from './feature.ts'
import type { LeakageCheck } from './leakage-check.ts'
import type { ModelKind, ModelQuestion } from './model-question.ts'
import type { ModelWarning } from './model-warning.ts'
import type { UpliftResult } from './uplift-result.ts'
import type { Validation } from './validation.ts'

/** A column of the design: for which users it is 1, or which number of theirs it holds. */
export interface ColumnName {
  /** as in `device=mobile`, `variant=b` or `variant=b:device=mobile`; of a number without a level, as in `age` */
  name: string
  term: 'INTERCEPT' | 'VARIANT' | 'LEVEL' | 'NUMBER' | 'INTERACTION'
  variant: string | null
  feature: string | null
  level: string | null
}

export interface Coefficient extends ColumnName {
  /** on the scale of the link: log odds, log mean, or the target's own; null where the column was left out */
  estimate: number | null
  standardError: number | null
  statistic: number | null
  pValue: number | null
  interval: ConfidenceInterval | null
  /** the estimate times the standard deviation of the column */
  standardised: number | null
  /** of a column that was left out: those it is made up of, each with its multiple */
  aliasedWith: { column: string; multiple: number }[]
}

export interface FeatureImportance {
  feature: string
  /** rise of the deviance when the model is fitted without it, its degrees of freedom and p-value */
  dropInDeviance: number | null
  degreesOfFreedom: number
  pValue: number | null
  /** the deviance that is lost when users are given the feature of another at random */
  permutedDeviance: number | null
  /** its part of the deviance of all features, by dropping */
  share: number | null
}

/**
 * All there is to know of a trained model, as JSON: enough to predict with it again. The same cells, question and seed
 * give the same bytes.
 */
export interface ModelCard {
  format: 'fairlift-model-card'
  formatVersion: 1
  /** of the code that trained it */
  statisticsVersion: string
  experiment: string
  datasetVersion: string
  question: ModelQuestion
  kind: ModelKind
  variants: string[]
  features: Feature[]
  coefficients: Coefficient[]
  /** of the coefficients that are not null, in their order */
  covariance: number[][]
  covarianceKind: 'MODEL' | 'HC1' | 'HC3'
  fit: {
    users: number
    cells: number
    penalty: number
    iterations: number
    isConverged: boolean
    /** as `devianceOf` */
    deviance: number
    /** of the model that predicts the same for all */
    nullDeviance: number
    degreesOfFreedom: number
    dispersion: number
  }
  effects: PredictedEffect[]
  segments: SegmentLift[]
  importance: FeatureImportance[]
  validation: Validation
  leakage: LeakageCheck[]
  uplift: UpliftResult[]
  warnings: ModelWarning[]
}

/** What a card says beside what is computed. */
export interface Provenance {
  experiment: string
  datasetVersion: string
  statisticsVersion: string
}
