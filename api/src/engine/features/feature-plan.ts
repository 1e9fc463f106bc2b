import type { Measure, Window } from '../plan.ts'

/** How the values of a feature become levels. */
export interface Binning {
  /**
   * `VALUES`: the most frequent values are levels, the others are gathered. `QUANTILES`: ranges of numbers with about
   * equally many users. `NUMBER`: the number itself counts, as a straight line, and its ranges are shown only. `AUTO`:
   * ranges, where all values are numbers and there are more than `topLevels` of them.
   */
  kind: 'AUTO' | 'VALUES' | 'QUANTILES' | 'NUMBER'
  /** Ranges that numbers are cut into, at most. */
  bins: number
  /** Values that stay levels of their own; the others are gathered. */
  topLevels: number
  /** Ascending: where ranges begin, in place of quantiles. Null: found from the data. */
  edges: number[] | null
}

/** Where a feature comes from. */
export type FeatureOrigin =
  /** An attribute at the first exposure. */
  | { kind: 'ATTRIBUTE'; attribute: string }
  /** Whole days from the last event of these types to the first exposure. */
  | { kind: 'RECENCY'; eventTypes: string[] }
  /** How many events of these types there were before the first exposure. */
  | { kind: 'FREQUENCY'; eventTypes: string[] }
  /** Sum of the values of such events. */
  | { kind: 'SPEND'; eventTypes: string[] }

export interface FeatureRequest {
  name: string
  origin: FeatureOrigin
  binning: Binning
}

/** What feature cells are to be made of. */
export interface FeaturePlan {
  /** Ids of the variants whose units are compared, the control first. */
  variants: string[]
  features: FeatureRequest[]
  target: { numerator: Measure; denominator: Measure | null }
  /** Money that a unit of the target may be worth: measured among units that have some of it. Null: not asked for. */
  worth: Measure | null
  window: Window
  /** Parts of the units for cross-validation, by a hash of the unit; of conversions, each with its share of them. */
  folds: number
  /** Share of the units that are kept out of training, in [0, 1). */
  holdout: number
  /** Whole number: another one deals units to other folds. */
  seed: number
}
