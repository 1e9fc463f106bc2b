import { classificationMetrics } from './classification-metrics.ts'
import { calibrationCurve } from './calibration.ts'
import { leastPenalty } from './choose-penalty.ts'
import { type FeatureCells, HOLDOUT } from './feature-cells.ts'
import { fitOutcome } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { groupsOf, type Outcome } from './outcome.ts'
import { withoutFold } from './patterns.ts'
import { regressionMetrics } from './regression-metrics.ts'
import { rankUsers, type ScoredUsers } from './scored-users.ts'
import type { FoldFit, Metrics, Validation } from './validation.ts'

/**
 * How well a model predicts: the users it was trained on, each fold by a model that was trained without it, and the
 * holdout. The area under the curve of the folds together is the mean of the folds' own, by users: models of different
 * folds are not to be ranked against each other. Where the users of some folds would have an infinite estimate, and the
 * penalty may be chosen, theirs is the least one.
 *
 * @param isChosen whether the penalty is ours to choose
 *
 * See Hastie, Tibshirani and Friedman (2009), "The elements of statistical learning", section 7.10.
 */
export function validateModel(
  setup: ModelSetup,
  cells: FeatureCells,
  outcome: Outcome,
  fit: { coefficients: Float64Array; predictions: Float64Array },
  { penalty, isChosen }: { penalty: number; isChosen: boolean },
): Validation {
  const { patterns, kind } = setup
  const measure = kind === 'LOGISTIC' ? classificationMetrics : regressionMetrics
  const left = patterns.folds.map((_, fold) => {
    const rest = withoutFold(patterns, fold)
    if (!rest.n.some((count) => count > 0)) return null
    const own = fitOutcome(setup, rest, { penalty, start: fit.coefficients })
    const least = leastPenalty(rest.n.reduce((sum, count) => sum + count, 0))
    if (own.status !== 'separated' || !isChosen || penalty >= least) return own
    const again = fitOutcome(setup, rest, { penalty: least, start: fit.coefficients })
    return again.status === 'converged' ? { ...again, status: 'penalised' as const } : own
  })
  const predictionsOf = (fold: number) => (isUsable(left[fold]) ? left[fold]!.predictions : null)
  const scored = (predictionsOf: (fold: number) => Float64Array | null, isIn: (fold: number) => boolean) =>
    scoreCells(cells, outcome, patterns.patternOf, predictionsOf, isIn)
  const isTraining = (fold: number) => fold !== HOLDOUT
  const folds = left.map((own, fold) => {
    const isEmpty = !patterns.folds[fold]!.n.some((count) => count > 0)
    const users = isUsable(own) && !isEmpty ? scored(predictionsOf, (one) => one === fold) : null
    return { fold, fit: own?.status ?? null, metrics: users && measure(users) }
  })
  const isComplete = left.every(isUsable)
  const pooled = isComplete ? scored(predictionsOf, isTraining) : null
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
  const used: number[] = []
  for (let cell = 0; cell < fold.length; cell++) if (isIn(fold[cell]!)) used.push(cell)
  const valuesOf = nonZero && Float64Array.from(nonZero.values)
  return {
    prediction: Float64Array.from(used, (cell) => predictionsOf(fold[cell]!)![patternOf[cell]!]!),
    outcome: groupsOf(outcome, used),
    nonZero: valuesOf ? (at) => valuesOf.subarray(nonZero!.starts[used[at]!], nonZero!.starts[used[at]! + 1]) : null,
  }
}

function isUsable(fit: { status: FoldFit } | null | undefined): boolean {
  return fit?.status === 'converged' || fit?.status === 'penalised'
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
