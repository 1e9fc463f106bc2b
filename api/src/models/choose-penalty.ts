import { fitOutcome, type OutcomeFit } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { fittedTo, type Outcome } from './outcome.ts'
import { withoutFolds } from './patterns.ts'
import { linearPredictor } from './sparse-rows.ts'

/** Penalties that are tried, as shares of the information there may be at most: from nearly all to next to nothing. */
const SHARES = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7]
const LEAST = 1e-3
/** Parts that are left out in turn: more of them tell hardly more, and each costs fits with every penalty. */
const PARTS = 5
/** So many smaller penalties in a row that do worse than the best are enough: losses fall, then rise. */
const ENOUGH_WORSE = 2
/** Gain of log likelihood still to be had at which a fit is near enough to be compared. */
const NEAR_ENOUGH = 1e-6

/**
 * The penalty whose models predict best what was left out of them: of each, the loss of the users of each part by a model
 * that was fitted without them. Of equally good ones the larger. Null where no part could be fitted with any.
 *
 * The fits of a penalty begin where those of the next larger one ended, and all together cost little more than one.
 *
 * See Stone (1974), "Cross-validatory choice and assessment of statistical predictions".
 */
export function choosePenalty(setup: ModelSetup): number | null {
  const { patterns } = setup
  const users = patterns.training.n.reduce((sum, count) => sum + count, 0)
  const penalties = SHARES.map((share) => Math.max(LEAST, share * users)).filter((p, i, all) => all.indexOf(p) === i)
  const parts = partsOf(setup)
  let best: { penalty: number; loss: number } | null = null
  let worse = 0
  for (const penalty of penalties) {
    const loss = parts.reduce((sum, part) => sum + (Number.isFinite(sum) ? lossOf(setup, part, penalty) : 0), 0)
    if (Number.isFinite(loss) && (best === null || loss < best.loss)) {
      best = { penalty, loss }
      worse = 0
    } else if (best !== null && ++worse === ENOUGH_WORSE) break
  }
  return best?.penalty ?? null
}

interface Part {
  left: Outcome[]
  rest: Outcome
  last: OutcomeFit | null
}

/** Folds are gathered where there are many. */
function partsOf({ patterns }: ModelSetup): Part[] {
  const { folds } = patterns
  return Array.from({ length: Math.min(PARTS, folds.length) }, (_, part) => {
    const isIn = (fold: number): boolean => fold % PARTS === part
    return { left: folds.filter((_fold, number) => isIn(number)), rest: withoutFolds(patterns, isIn), last: null }
  })
}

/** Of the users that were left out; infinite where the others cannot be fitted. */
function lossOf(setup: ModelSetup, part: Part, penalty: number): number {
  if (!part.rest.n.some((count) => count > 0)) return 0
  const fit = fitOutcome(setup, part.rest, {
    penalty,
    tolerance: NEAR_ENOUGH,
    ...(part.last && { start: part.last.coefficients }),
  })
  if (fit.status !== 'converged') return Infinity
  part.last = fit
  const eta = linearPredictor(setup.rows, fit.coefficients)
  let loss = 0
  for (const fold of part.left) {
    const { weights, means } = fittedTo(fold)
    weights.forEach((weight, i) => weight > 0 && (loss += weight * setup.family.loss(eta[i]!, means[i]!)))
  }
  return loss
}

/** The least penalty that is tried: what keeps finite an estimate of the users of some folds, where that of all is. */
export function leastPenalty(users: number): number {
  return Math.max(LEAST, SHARES.at(-1)! * users)
}
