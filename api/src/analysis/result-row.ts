import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import type { Posterior } from './posterior.ts'
import type { VarianceReductionAudit } from './variance-reduction.ts'
import type { DetectableEffect } from './detectable-effect.ts'
import type { EffectSize } from './effect-sizes.ts'
import type { RowLook } from './looks.ts'
import type { Correction } from './settings.ts'

/** What one variant shows of a metric. */
export interface ArmStatistics {
  /** Units (users). */
  n: number
  /** Rate, mean per user, or ratio; null where it does not exist. */
  mean: number | null
  /** Of the per-user values; null for ratios and below two users. */
  standardDeviation: number | null
  /** Sum over users of the numerator (users who converted, revenue ...). */
  total: number
  /** Sum over users of the denominator; ratio metrics only. */
  denominatorTotal: number | null
}

export interface EffectEstimate {
  estimate: number | null
  /** Null where the interval is not built from one. */
  standardError: number | null
  confidenceInterval: ConfidenceInterval
}

/** The method that was used. */
export type Method =
  'CHI_SQUARE' | 'FISHER_EXACT' | 'WELCH_T' | 'MANN_WHITNEY' | 'RATIO_DELTA' | 'QUANTILE_ORDER_STATISTICS' | 'CUPED'

/** The rank test that stands beside every test of means: it does not mind a few extreme values. */
export interface RankResult {
  statistic: number
  pValue: number
  log10PValue: number
  /** How often a random user of the treatment has a larger value than one of the control, ties counting half. */
  probabilityOfSuperiority: number
  /** Hodges-Lehmann estimate of the shift, with its interval; null where it cannot be computed. */
  shift: EffectEstimate | null
}

/** One row: a metric, a treatment against the control, in all users or in one segment. */
export interface ResultRow {
  metricId: string
  metricKey: string
  controlId: string
  treatmentId: string
  segment: { attribute: string; value: string | null; isOther: boolean } | null
  method: Method
  methodReason: string
  control: ArmStatistics
  treatment: ArmStatistics
  /** Treatment minus control. */
  effect: EffectEstimate | null
  /** Lift: (treatment - control) / |control|. */
  relativeEffect: EffectEstimate | null
  /** Why there is no lift although there is an effect. */
  relativeNotComputable: { reason: string; message: string } | null
  statistic: number | null
  degreesOfFreedom: number | null
  pValue: number | null
  log10PValue: number | null
  adjustedPValue: number | null
  correction: Correction
  /** Which tests were adjusted together. */
  family: string
  familySize: number
  /** Whether the adjusted p-value is below alpha; null where there is none. */
  isSignificant: boolean | null
  /**
   * The effects with intervals that allow for the number of tests, at the level that the correction asks for: with them
   * goes the adjusted p-value. Null without a correction, and where there is no effect.
   */
  adjustedEffect: EffectEstimate | null
  adjustedRelativeEffect: EffectEstimate | null
  /** What was done to the numbers before they could be read as they are, in the order in which it was done. */
  adjustments: string[]
  /** What the row's test finds in four cases of five at this number of users; null where that is not known. */
  minimumDetectableEffect: DetectableEffect | null
  effectSize: { name: 'COHENS_H' | 'COHENS_D'; value: number; confidenceInterval: ConfidenceInterval | null } | null
  /** All measures of its size that exist for the metric's kind. */
  effectSizes: EffectSize[]
  rank: RankResult | null
  /** Only where the settings ask for it: what came of adjusting by covariates. */
  varianceReduction?: VarianceReductionAudit
  /** Only where the settings ask for it; null where there is none. */
  posterior?: Posterior | null
  /** How the row allows for looks; left out where it is one look at the end. */
  look?: RowLook
  notComputable: { reason: string; message: string } | null
  notes: string[]
}

/** What comparing two variants by a metric gives. */
export type Comparison = Omit<
  UnadjustedRow,
  'metricId' | 'metricKey' | 'controlId' | 'treatmentId' | 'segment' | 'effectSizes' | 'adjustments'
> & {
  /** What was done to the values, such as a cap. Left out: nothing. */
  adjustments?: string[]
}

/** A row before it is adjusted together with the others. */
export type UnadjustedRow = Omit<
  ResultRow,
  | 'adjustedPValue'
  | 'correction'
  | 'family'
  | 'familySize'
  | 'isSignificant'
  | 'adjustedEffect'
  | 'adjustedRelativeEffect'
  | 'minimumDetectableEffect'
>

/** The part of a comparison that says nothing because nothing could be computed. */
export function withoutResult({
  reason,
  message,
}: {
  reason: string
  message: string
}): Pick<
  Comparison,
  | 'effect'
  | 'relativeEffect'
  | 'relativeNotComputable'
  | 'statistic'
  | 'degreesOfFreedom'
  | 'pValue'
  | 'log10PValue'
  | 'notComputable'
> {
  return {
    effect: null,
    relativeEffect: null,
    relativeNotComputable: null,
    statistic: null,
    degreesOfFreedom: null,
    pValue: null,
    log10PValue: null,
    notComputable: { reason, message },
  }
}
