import type { DecisionSettings } from './decision-rules.ts'
import type { Window } from '../engine/plan.ts'
import type { Alternative } from '../stats/inference-options.ts'
import type { LiftInterval } from './lift-interval.ts'
import type { BayesianSettings } from './posterior.ts'
import type { VarianceReduction } from './variance-reduction.ts'
import type { Winsorization } from './winsorization.ts'
import type { LookSettings } from './looks.ts'

/** Ways to test a metric, where the metric's kind leaves a choice. */
export type MethodOverride = 'CHI_SQUARE' | 'FISHER_EXACT' | 'WELCH_T' | 'MANN_WHITNEY'

/** How p-values are adjusted for their number. */
export type Correction = 'BENJAMINI_HOCHBERG' | 'BENJAMINI_YEKUTIELI' | 'HOLM' | 'HOCHBERG' | 'BONFERRONI' | 'NONE'

/** Which tests over all users are adjusted together. Segments are a family of their own. */
export type CorrectionFamily = 'ALL_METRICS' | 'PRIMARY_METRICS'

/** Everything that a caller can choose about an analysis; stored with the result. */
export interface AnalysisSettings {
  /** Confidence level, 0.8 to 0.999. A p-value below 1 - level is significant. */
  level: number
  alternative: Alternative
  correction: Correction
  /** Left out: all metrics. With the primary metrics as a family, all others are one too. */
  correctionFamily?: 'PRIMARY_METRICS'
  /** Left out: the usual rules of the decision. */
  decision?: DecisionSettings
  /** Metric keys with the method that replaces the default one, sorted by key. */
  methods: { metric: string; method: MethodOverride }[]
  /** Attribute by whose values results are broken down as well, with the number of values that get rows of their own. */
  segment: { attribute: string; top: number } | null
  window: Window
  /** Left out: effects are not followed over time. */
  timeseries?: true
  /** Left out: none. */
  varianceReduction?: VarianceReduction
  /** Left out: values count as they are. */
  winsorization?: Winsorization
  /** Left out: no posteriors. */
  bayesian?: BayesianSettings
  /** Left out: the interval that goes with the metric's test. */
  liftInterval?: LiftInterval
  /** How early looks are allowed for. Left out: one look, at the planned end. */
  looks?: LookSettings
}

/** Changes whenever the same aggregates would give other results: old results then keep their version. */
export const STATISTICS_VERSION = 3
