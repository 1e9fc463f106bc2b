import { chiSquare } from '../stats/distributions/chi-square.ts'
import { findAliases } from './aliases.ts'
import { Information } from './information.ts'
import type { OutcomeFit } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { type Outcome, squaresAround } from './outcome.ts'
import { columnSums, weightedGram } from './sparse-rows.ts'

/**
 * Tests whether columns that a model was fitted without have any effect: p-value, null where nothing of them is left that
 * could be tested.
 *
 * Formula: the score U of the added columns, less what the fitted ones explain of them; U' V^-1 U is chi-square with as
 * many degrees of freedom as V has rank, V the sum of squared scores of users: whatever their targets' variance. The
 * effects themselves are not fitted, so a level that nobody of a variant converted in does no harm.
 *
 * See Boos (1992), "On generalized score tests".
 *
 * @param fit of the model without the columns, whose coefficients are 0
 */
export function scoreTest(
  setup: ModelSetup,
  outcome: Outcome,
  fit: OutcomeFit,
  isAdded: (column: number) => boolean,
): number | null {
  const { rows, family } = setup
  const k = rows.columns
  const fitted = [...fit.kept].filter((j) => !isAdded(j))
  const added = Array.from({ length: k }, (_, j) => j).filter(isAdded)
  const residuals = fit.weights.map((weight, i) => weight * (fit.means[i]! - fit.predictions[i]!))
  const scores = columnSums(rows, residuals)
  const curvature = fit.weights.map((weight, i) => weight * family.variance(fit.predictions[i]!))
  const gram = weightedGram(rows, curvature)
  const meat = weightedGram(rows, squaresAround(outcome, fit.predictions))
  const information = new Information(gram, k, Int32Array.from(fitted))
  if (!information.isPositiveDefinite) return null
  /** of each added column: 1 for itself, and minus what of each fitted column is in it */
  const parts = added.map((j) => {
    const part = information.solve(gram.slice(j * k, (j + 1) * k)).map((share) => -share)
    part[j] = 1
    return part
  })
  const used = [...fitted, ...added]
  const half = parts.map((part) => used.map((i) => used.reduce((sum, j) => sum + part[j]! * meat[j * k + i]!, 0)))
  const q = added.length
  const variance = new Float64Array(q * q)
  half.forEach((row, a) =>
    parts.forEach((part, b) => (variance[a * q + b] = row.reduce((sum, value, i) => sum + value * part[used[i]!]!, 0))),
  )
  const score = Float64Array.from(parts, (part) => used.reduce((sum, j) => sum + part[j]! * scores[j]!, 0))
  const testable = withoutRounding(variance, parts, meat, k)
  const { kept } = findAliases(testable, q)
  if (kept.length === 0) return null
  const inner = new Information(testable, q, kept)
  if (!inner.isPositiveDefinite) return null
  const statistic = inner.solve(score).reduce((sum, value, a) => sum + value * score[a]!, 0)
  return chiSquare(kept.length).sf(Math.max(0, statistic))
}

/** What is left of an added column that the fitted ones explain is rounding: such a column cannot be tested. */
const EXPLAINED = 1e-9

function withoutRounding(variance: Float64Array, parts: Float64Array[], meat: Float64Array, k: number): Float64Array {
  const q = parts.length
  const isLeft = parts.map((part, a) => {
    const before = part.reduce((sum, share, j) => sum + share * share * meat[j * k + j]!, 0)
    return variance[a * q + a]! > EXPLAINED * before
  })
  return variance.map((value, entry) => (isLeft[Math.floor(entry / q)] && isLeft[entry % q] ? value : 0))
}
