/** What the target is of: whether, how much, how much an order, how often. */
export type TargetKind = 'CONVERSION' | 'REVENUE' | 'AVERAGE_ORDER_VALUE' | 'COUNT'
export type ModelKind = 'LOGISTIC' | 'LINEAR' | 'POISSON' | 'QUASI_POISSON'

export interface ModelQuestion {
  target: { kind: TargetKind; metric: string; unit: string | null }
  /** `AUTO`: logistic for conversions, linear for money, quasi-Poisson for counts */
  kind: ModelKind | 'AUTO'
  /** names of features by whose levels the effect of the variants may differ */
  interactions: string[]
  /**
   * Half of it times the sum of squared coefficients is added to the negative log likelihood; intercept and variants are
   * free. `CROSS_VALIDATED`: the one that predicts best what was left out. `AUTO`: none, unless an estimate would be
   * infinite without: then as `CROSS_VALIDATED`.
   */
  penalty: number | 'CROSS_VALIDATED' | 'AUTO'
  /** parts for cross-validation; cells have folds 0 to folds - 1. At least 2 */
  folds: number
  /** share of the users in the fold HOLDOUT, in [0, 1): told in the card */
  holdout: number
  /** of what is drawn at random */
  seed: number
  /** of all intervals, in (0, 1) */
  level: number
  /** the revenue delta is told for so many days too */
  horizonDays: number
}

/** What a revenue delta is multiplied by. */
export interface Traffic {
  /** first exposures of each measured day, all variants together */
  visitorsByDay: number[]
}

/** What a conversion, or one more of a count, is worth: measured apart, or known (standardError 0). */
export interface Worth {
  amount: number
  standardError: number
  unit: string | null
}

export const DEFAULT_QUESTION: Omit<ModelQuestion, 'target'> = {
  kind: 'AUTO',
  interactions: [],
  penalty: 'AUTO',
  folds: 5,
  holdout: 0,
  seed: 1,
  level: 0.95,
  horizonDays: 30,
}
