import type { LeakageCode, ModelKind, ModelMetrics, ModelTargetKind, ModelWarningCode } from '@fairlift/sdk'
import { decimal, percent } from './format-number.ts'

/** What the codes of models are called on the pages. */
export const targetNames: Record<ModelTargetKind, string> = {
  CONVERSION: 'Conversion',
  REVENUE: 'Revenue per user',
  AVERAGE_ORDER_VALUE: 'Order value',
  COUNT: 'Count per user',
}

export const modelKindNames: Record<ModelKind, string> = {
  LOGISTIC: 'logistic',
  LINEAR: 'linear',
  POISSON: 'Poisson',
  QUASI_POISSON: 'quasi-Poisson',
}

export const leakageNames: Record<LeakageCode, string> = {
  RECORDED_AFTER_EXPOSURE: 'recorded after the exposure',
  SEPARATES_TARGET: 'gives the answer away',
  TOO_GOOD_TO_BE_TRUE: 'too good to be true',
  DIFFERS_BETWEEN_VARIANTS: 'differs between the variants',
  IDENTIFIER: 'identifies single users',
}

export const warningNames: Record<ModelWarningCode, string> = {
  ALIASED: 'A feature repeats others',
  SEPARATED: 'A level decides the outcome',
  NOT_CONVERGED: 'Some estimates did not settle',
  EMPTY_LEVEL: 'A level has no users',
  SINGLE_LEVEL: 'A feature is the same for everybody',
  FULL_LEVERAGE: 'A single user decides a prediction',
  OVERDISPERSED: 'Counts vary more or less than Poisson’s law says',
  FEW_USERS: 'Few users for so many estimates',
  NO_TRAFFIC: 'Too few days to look ahead',
}

/** How good a model is, in the one number that its kind of target is judged by. */
export function qualityOf({ kind, auc, r2 }: ModelMetrics): string {
  if (kind === 'CLASSIFICATION') return auc === null ? '–' : `AUC ${decimal(auc)}`
  return r2 === null ? '–' : `R² ${percent(r2)}`
}
