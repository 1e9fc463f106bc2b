import { fitOutcome } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { fittedTo } from './outcome.ts'
import { withoutFold } from './patterns.ts'
import { linearPredictor } from './sparse-rows.ts'

/** Penalties that are tried, as shares of the information there may be at most: from next to nothing to nearly all. */
const SHARES = [1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1]
const LEAST = 1e-3

/**
 * The penalty whose models predict best what was left out of them: of each, the loss of every fold's users by a model
 * that was fitted without them. Of equally good ones the larger. Null where no fold could be fitted with any.
 *
 * See Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
 */
export function choosePenalty(setup: ModelSetup): number | null {
  const { patterns, family, rows } = setup
  const users = patterns.training.n.reduce((sum, count) => sum + count, 0)
  const penalties = SHARES.map((share) => Math.max(LEAST, share * users)).filter((p, i, all) => all.indexOf(p) === i)
  const losses = new Float64Array(penalties.length)
  patterns.folds.forEach((fold, left) => {
    const rest = withoutFold(patterns, left)
    const { weights, means } = fittedTo(fold)
    let start: Float64Array | undefined
    for (let p = penalties.length - 1; p >= 0; p--) {
      const fit = fitOutcome(setup, rest, { penalty: penalties[p]!, ...(start && { start }) })
      if (fit.status !== 'converged') {
        losses[p] = Infinity
        continue
      }
      start = fit.coefficients
      linearPredictor(rows, fit.coefficients).forEach((eta, i) => {
        if (weights[i]! > 0) losses[p]! += weights[i]! * family.loss(eta, means[i]!)
      })
    }
  })
  const best = losses.reduce((least, loss, p) => (loss <= losses[least]! ? p : least), 0)
  return Number.isFinite(losses[best]!) ? penalties[best]! : null
}
