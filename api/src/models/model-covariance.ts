import type { OutcomeFit } from './fit-outcome.ts'
import type { ModelCard } from './model-card.ts'
import type { ModelSetup } from './model-setup.ts'
import { type Outcome, squaresAround } from './outcome.ts'
import { withoutLeverage } from './leverage.ts'
import { robustCovariance } from './robust-covariance.ts'

export interface ModelCovariance {
  /** of the coefficients, row by row; 0 for columns without an estimate */
  matrix: Float64Array
  kind: ModelCard['covarianceKind']
  /** variance of the target in units of what the family says, measured */
  dispersion: number
  /** of the residuals */
  degreesOfFreedom: number
  /** whether a user alone decides a prediction */
  hasFullLeverage: boolean
  /** of Student's t as the reference of tests; null for the normal distribution */
  referenceDegrees: number | null
}

/**
 * How far off the coefficients may be. Logistic and Poisson: inverse information. Quasi-Poisson: times the dispersion,
 * Pearson's chi-square / (users - coefficients). Linear: HC3; HC1 for ratios, whose users' residuals are target - prediction
 * x denominator.
 *
 * With a penalty the inverse of the penalised information is the covariance given the data of coefficients that were
 * drawn from a normal distribution; intervals from it are right on average over users, where those without the penalty's
 * bias would be too short. Robust ones get what the penalty adds to it, so that they agree where variances are equal.
 *
 * See Nychka (1988), "Bayesian confidence intervals for smoothing splines"; Long and Ervin (2000), "Using
 * heteroscedasticity consistent standard errors in the linear regression model".
 */
export function modelCovariance(setup: ModelSetup, outcome: Outcome, fit: OutcomeFit): ModelCovariance {
  const { kind, family, rows } = setup
  const squares = squaresAround(outcome, fit.predictions)
  const users = outcome.n.reduce((sum, count) => sum + count, 0)
  const degreesOfFreedom = users - fit.kept.length
  let pearson = 0
  squares.forEach((square, i) => {
    if (square === 0) return
    const scale = outcome.denominator?.mean[i] || 1
    pearson += square / scale / family.variance(fit.predictions[i]!)
  })
  const shared = { dispersion: pearson / degreesOfFreedom, degreesOfFreedom, hasFullLeverage: false }
  if (kind !== 'LINEAR') {
    const isQuasi = kind === 'QUASI_POISSON'
    const matrix = isQuasi ? fit.inverse.map((entry) => entry * shared.dispersion) : fit.inverse
    return { ...shared, matrix, kind: 'MODEL', referenceDegrees: isQuasi ? degreesOfFreedom : null }
  }
  const shrinking = fit.penalties.map((penalty) => penalty * shared.dispersion)
  if (outcome.denominator !== null) {
    const robust = robustCovariance(rows, fit.inverse, squares, shrinking)
    const matrix = robust.map((entry) => (entry * users) / degreesOfFreedom)
    return { ...shared, matrix, kind: 'HC1', referenceDegrees: degreesOfFreedom }
  }
  const corrected = withoutLeverage(rows, fit.inverse, outcome.n, squares, shared.dispersion)
  return {
    ...{ ...shared, hasFullLeverage: corrected.hasFullLeverage },
    matrix: robustCovariance(rows, fit.inverse, corrected.squares, shrinking),
    kind: 'HC3',
    referenceDegrees: degreesOfFreedom,
  }
}
