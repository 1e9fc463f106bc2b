import { classificationMetrics } from './classification-metrics.ts'
import { calibrationCurve } from './calibration.ts'
import { type FeatureCells, HOLDOUT } from './feature-cells.ts'
import { fitOutcome } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import type { Outcome } from './outcome.ts'
import { withoutFold } from './patterns.ts'
import { regressionMetrics } from './regression-metrics.ts'
import { rankUsers, type ScoredUsers } from './scored-users.ts'
import type { Metrics, Validation } from './validation.ts'

/**
 * How well a model predicts: the users it was trained on, each fold by a model that was trained without it, and the
 * holdout. The area under the curve of the folds together is the mean of the folds' own, by users: models of different
 * folds are not to be ranked against each other.
 *
 * See Hastie, Tibshirani and Friedman (2009), "The elements of statistical learning", section 7.10.
 */
export function validateModel(
  setup: ModelSetup,
  cells: FeatureCells,
  outcome: Outcome,
  fit: { coefficients: Float64Array; predictions: Float64Array },
  penalty: number,
): Validation {
  const { patterns, kind } = setup
  const measure = kind === 'LOGISTIC' ? classificationMetrics : regressionMetrics
  const left = patterns.folds.map((_, fold) => {
    const rest = withoutFold(patterns, fold)
    if (!rest.n.some((count) => count > 0)) return null
    const own = fitOutcome(setup, rest, { penalty, start: fit.coefficients })
    return own.status === 'converged' ? own.predictions : null
  })
  const scored = (predictionsOf: (fold: number) => Float64Array | null, isIn: (fold: number) => boolean) =>
    scoreCells(cells, outcome, patterns.patternOf, predictionsOf, isIn)
  const isTraining = (fold: number) => fold !== HOLDOUT
  const folds = left.map((predictions, fold) => {
    const isEmpty = !patterns.folds[fold]!.n.some((count) => count > 0)
    const users =
      predictions && !isEmpty
        ? scored(
            () => predictions,
            (own) => own === fold,
          )
        : null
    return { fold, metrics: users && measure(users) }
  })
  const isComplete = left.every((predictions) => predictions !== null)
  const pooled = isComplete ? scored((fold) => left[fold]!, isTraining) : null
  const holdout = scored(
    () => fit.predictions,
    (fold) => fold === HOLDOUT,
  )
  return {
    training: measure(scored(() => fit.predictions, isTraining)),
    crossValidated:
      pooled &&
      withFoldsCurve(
        measure(pooled),
        folds.map(({ metrics }) => metrics),
      ),
    folds,
    holdout: holdout.outcome.n.some((count) => count > 0) ? measure(holdout) : null,
    calibration: pooled ? calibrationCurve(rankUsers(pooled)) : [],
  }
}

function scoreCells(
  { fold, nonZero }: FeatureCells,
  outcome: Outcome,
  patternOf: Int32Array,
  predictionsOf: (fold: number) => Float64Array | null,
  isIn: (fold: number) => boolean,
): ScoredUsers {
  const prediction = new Float64Array(patternOf.length)
  const n = new Float64Array(patternOf.length)
  for (let cell = 0; cell < n.length; cell++) {
    if (!isIn(fold[cell]!)) continue
    prediction[cell] = predictionsOf(fold[cell]!)![patternOf[cell]!]!
    n[cell] = outcome.n[cell]!
  }
  const valuesOf = nonZero && Float64Array.from(nonZero.values)
  return {
    prediction,
    outcome: { ...outcome, n },
    nonZero: valuesOf ? (cell) => valuesOf.subarray(nonZero!.starts[cell], nonZero!.starts[cell + 1]) : null,
  }
}

function withFoldsCurve(pooled: Metrics, folds: (Metrics | null)[]): Metrics {
  if (pooled.kind === 'REGRESSION') return pooled
  const curves = folds.flatMap((fold) =>
    fold?.kind === 'CLASSIFICATION' && fold.auc !== null ? [{ auc: fold.auc, users: fold.users }] : [],
  )
  const users = curves.reduce((sum, curve) => sum + curve.users, 0)
  const auc = users > 0 ? curves.reduce((sum, curve) => sum + (curve.users / users) * curve.auc, 0) : null
  return { ...pooled, auc }
}
