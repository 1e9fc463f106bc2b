export type LeakageCode =
  'RECORDED_AFTER_EXPOSURE' | 'SEPARATES_TARGET' | 'TOO_GOOD_TO_BE_TRUE' | 'DIFFERS_BETWEEN_VARIANTS' | 'IDENTIFIER'

/** What may have told the model its answers. */
export interface LeakageCheck {
  code: LeakageCode
  feature: string
  /** the statistic that speaks for it: share of users, AUC, p-value or number of values; null where it is a fact */
  value: number | null
  /** says what was found, and what to do */
  message: string
}
