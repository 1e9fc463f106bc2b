import { solveIncreasing } from './find-root.ts'
import { incompleteGamma } from './incomplete-gamma.ts'
import { logGamma } from './special-functions.ts'

/** exp(-40) is below a quarter of the last digit of 1. */
const NEGLIGIBLE = -40

/** The x whose lower tail P(a, x) has the logarithm `logProbability`. Above 1/2 ask for the upper tail instead. */
export function gammaQuantile(a: number, logProbability: number): number {
  // For x this small P(a, x) is x^a / Gamma(a + 1) to the last digit.
  const leadingTerm = (logProbability + logGamma(a + 1)) / a
  if (leadingTerm < NEGLIGIBLE) return Math.exp(leadingTerm)
  return Math.exp(solve(a, (logX) => incompleteGamma(a, Math.exp(logX)).logLower - logProbability))
}

/** The x whose upper tail Q(a, x) has the logarithm `logProbability`. */
export function gammaUpperQuantile(a: number, logProbability: number): number {
  return Math.exp(solve(a, (logX) => logProbability - incompleteGamma(a, Math.exp(logX)).logUpper))
}

/** In log x, where the tails are smooth over all magnitudes, from the mean in steps of about a standard deviation. */
function solve(a: number, error: (logX: number) => number): number {
  return solveIncreasing(error, Math.log(a), 1 / Math.sqrt(a))
}
