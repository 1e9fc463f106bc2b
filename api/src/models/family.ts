import type { ModelKind } from './model-question.ts'

/**
 * A distribution of the target with its canonical link, under which the weight of a user in the information is the
 * variance of the user's target.
 *
 * See McCullagh and Nelder (1989), "Generalized linear models", chapter 2.
 */
export interface Family {
  name: 'logistic' | 'poisson' | 'gaussian'
  /** mean of the target from the linear predictor */
  mean(eta: number): number
  /** linear predictor from the mean */
  link(mean: number): number
  /** variance of the target, in units of the dispersion; also the derivative of the mean by the linear predictor */
  variance(mean: number): number
  /** negative log likelihood of a user, in units of the dispersion and but for a constant */
  loss(eta: number, y: number): number
  /** whether Newton's first step is exact */
  isQuadratic: boolean
}

const logistic: Family = {
  name: 'logistic',
  mean: (eta) => (eta >= 0 ? 1 / (1 + Math.exp(-eta)) : Math.exp(eta) / (1 + Math.exp(eta))),
  link: (mean) => Math.log(mean / (1 - mean)),
  variance: (mean) => mean * (1 - mean),
  loss: (eta, y) => Math.max(eta, 0) - y * eta + Math.log1p(Math.exp(-Math.abs(eta))),
  isQuadratic: false,
}

const poisson: Family = {
  name: 'poisson',
  mean: Math.exp,
  link: Math.log,
  variance: (mean) => mean,
  loss: (eta, y) => Math.exp(eta) - y * eta,
  isQuadratic: false,
}

const gaussian: Family = {
  name: 'gaussian',
  mean: (eta) => eta,
  link: (mean) => mean,
  variance: () => 1,
  loss: (eta, y) => ((y - eta) * (y - eta)) / 2,
  isQuadratic: true,
}

export const families = { logistic, poisson, gaussian }

export function familyOf(kind: ModelKind): Family {
  return { LOGISTIC: logistic, LINEAR: gaussian, POISSON: poisson, QUASI_POISSON: poisson }[kind]
}
