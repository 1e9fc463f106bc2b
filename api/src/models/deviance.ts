import type { ModelSetup } from './model-setup.ts'
import { type Outcome, squaresAround } from './outcome.ts'
import type { OutcomeFit } from './fit-outcome.ts'

/**
 * How far predictions are from what users did. Logistic: -2 log likelihood of the users. Linear: residual squares of the
 * users. Poisson: the deviance of the means of users of equal variant and levels, as that of single users needs each of
 * their counts; differences between models are the same.
 *
 * See McCullagh and Nelder (1989), "Generalized linear models", section 2.3.
 */
export function devianceOf(
  { family }: ModelSetup,
  outcome: Outcome,
  { loss, predictions, weights, means }: OutcomeFit,
): number {
  if (family.name === 'logistic') return loss
  if (family.name === 'gaussian') return squaresAround(outcome, predictions).reduce((sum, square) => sum + square, 0)
  return predictions.reduce((sum, mean, i) => {
    const y = means[i]!
    return sum + 2 * weights[i]! * ((y > 0 ? y * Math.log(y / mean) : 0) - (y - mean))
  }, 0)
}
