import type { ConfidenceInterval } from '../stats/confidence-interval.ts'

/** A number with its uncertainty. */
export interface Estimate {
  estimate: number
  standardError: number
  /** null where the standard error is 0 */
  pValue: number | null
  interval: ConfidenceInterval | null
}

/** What the model predicts all users would do in a treatment, beside the control. */
export interface PredictedEffect {
  treatment: string
  /** mean prediction with all users in the control, and in the treatment */
  control: number
  treated: number
  /** treated minus control: g-computation, interval by the delta method */
  delta: Estimate
  /** the same by the control; null where the control's prediction is 0 */
  lift: Estimate | null
  revenue: RevenueDelta | null
}

/** What a treatment is worth. */
export interface RevenueDelta {
  unit: string | null
  perVisitor: Estimate
  horizonDays: number
  /** at measured traffic; null without traffic. Its interval has the traffic's uncertainty in it */
  overHorizon: Estimate | null
  visitorsPerDay: { mean: number; standardError: number | null; days: number } | null
}

/** The predicted effect among users of one level of a feature. */
export interface SegmentLift {
  feature: string
  level: string
  treatment: string
  users: number
  control: number
  treated: number
  delta: Estimate
  lift: Estimate | null
}
