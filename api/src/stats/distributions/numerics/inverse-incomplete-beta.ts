import { solveIncreasing } from './find-root.ts'
import { incompleteBeta } from './incomplete-beta.ts'
import { logBeta } from './special-functions.ts'

/** Where a quantile is about, and how far off that may be. */
export interface QuantileGuess {
  logit: number
  step: number
}

/** exp(-40) is below a quarter of the last digit of 1. */
const NEGLIGIBLE = -40

/**
 * log(x / (1 - x)) of the x whose lower tail I_x(a, b) has the logarithm `logProbability`.
 *
 * The logit carries x and 1 - x with all their digits however close x is to 0 or 1, and log I is nearly a straight line
 * in it, which the root search needs. For an upper tail swap a and b and change the sign of the answer. Ask for the
 * smaller of the two tails: near 1 a probability says nothing about x.
 */
export function betaQuantileLogit(a: number, b: number, logProbability: number, guess?: QuantileGuess): number {
  // For x this small I_x(a, b) is x^a / (a B(a, b)) to the last digit.
  const leadingTerm = (logProbability + Math.log(a) + logBeta(a, b)) / a
  if (leadingTerm + Math.log1p(b) < NEGLIGIBLE) return leadingTerm
  const error = (logit: number) => incompleteBeta(a, b, sigmoid(logit), sigmoid(-logit)).logLower - logProbability
  const { logit, step } = guess ?? { logit: Math.log(a / b), step: Math.sqrt(1 / a + 1 / b) }
  return solveIncreasing(error, logit, step)
}

/** x from its logit; sigmoid(-logit) is 1 - x without cancellation. */
export function sigmoid(logit: number): number {
  if (logit > 0) return 1 / (1 + Math.exp(-logit))
  const odds = Math.exp(logit)
  return odds / (1 + odds)
}
