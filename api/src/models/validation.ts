/** How well 0/1 outcomes are told from predicted probabilities. */
export interface ClassificationMetrics {
  kind: 'CLASSIFICATION'
  users: number
  /** chance that a user who converted was predicted higher than one who did not; null without users of both kinds */
  auc: number | null
  logLoss: number | null
  brier: number | null
  /** of a logistic regression of the outcome on the predicted log odds: 1 is ideal; null where it does not exist */
  calibrationSlope: number | null
  calibrationIntercept: number | null
}

/** How near predictions come to values. */
export interface RegressionMetrics {
  kind: 'REGRESSION'
  users: number
  /** share of the variance that is predicted; below 0 when the mean would have been nearer; null without variance */
  r2: number | null
  /** in the target's unit */
  rmse: number | null
  /** null where single values are not known */
  mae: number | null
}

export type Metrics = ClassificationMetrics | RegressionMetrics

/** Users of similar prediction: what was predicted for them, and what they did. */
export interface CalibrationPoint {
  users: number
  predicted: number
  observed: number
}

/**
 * How the fit of the users of all other folds ended. `penalised`: an estimate would be infinite, so it got the least
 * penalty
 */
export type FoldFit = 'converged' | 'penalised' | 'separated' | 'notConverged'

export interface Validation {
  /** on the users it was trained on: too good, for comparison */
  training: Metrics
  /** each user predicted by a model that was trained without the user's fold; null when a fold could not be trained on */
  crossValidated: Metrics | null
  folds: { fold: number; fit: FoldFit | null; metrics: Metrics | null }[]
  /** on users kept out of everything; null without any */
  holdout: Metrics | null
  /** of the cross-validated predictions, in tenths of the users */
  calibration: CalibrationPoint[]
}
