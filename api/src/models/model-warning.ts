export type ModelWarningCode =
  /** a column is made up of others and was left out */
  | 'ALIASED'
  /** without a penalty an estimate would be infinite, of all users or without some fold; one was chosen where it may be */
  | 'SEPARATED'
  /** the models of some folds, or one without a feature, did not settle */
  | 'NOT_CONVERGED'
  /** a level, or a feature, that no user or all users have */
  | 'EMPTY_LEVEL'
  | 'SINGLE_LEVEL'
  /** a user alone decides a prediction, whose error was taken from the others */
  | 'FULL_LEVERAGE'
  /** the variance is not that of a Poisson distribution */
  | 'OVERDISPERSED'
  /** too few users or conversions for what is estimated */
  | 'FEW_USERS'
  /** days were not measured, so there is no revenue over a horizon */
  | 'NO_TRAFFIC'

/** What a reader of a model must know beside its numbers. */
export interface ModelWarning {
  code: ModelWarningCode
  /** the feature it is about, where it is about one */
  feature: string | null
  /** says what was found, and what to do */
  message: string
}
