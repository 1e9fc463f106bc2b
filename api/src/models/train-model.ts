import { cellOutcome } from './cell-outcome.ts'
import { chooseKind } from './choose-kind.ts'
import { coefficientTable } from './coefficients.ts'
import { devianceOf } from './deviance.ts'
import { predictedEffects, segmentLifts } from './effects.ts'
import { allFinite } from './all-finite.ts'
import { type FittedModel, fitModel } from './fit-model.ts'
import { fitOutcome } from './fit-outcome.ts'
import { featureImportance } from './importance.ts'
import { leakageChecks } from './leakage.ts'
import type { ModelCard } from './model-card.ts'
import { type ModelCovariance, modelCovariance } from './model-covariance.ts'
import { missingParts } from './missing-parts.ts'
import { modelNotComputable } from './model-not-computable.ts'
import { makeSetup, type ModelSetup } from './model-setup.ts'
import { modelWarnings } from './model-warnings.ts'
import { groupPatterns } from './patterns.ts'
import { requireTraining } from './require-cells.ts'
import type { Training, TrainingResult } from './training.ts'
import { untrainable } from './untrainable.ts'
import { upliftOf } from './uplift.ts'
import { userProfiles } from './user-profiles.ts'
import { validateModel } from './validate-model.ts'

/**
 * Trains a model of a target on variant and features, from cells: the result is that of training on the users.
 *
 * Not computable: what `ModelNotComputableReason` lists, each with a sentence and the names it is about.
 * Errors: RangeError for cells that no grouping of users gives, and for settings outside their domains.
 */
export function trainModel(training: Training): TrainingResult {
  const { cells, question } = training
  requireTraining(cells, question)
  const outcome = cellOutcome(cells)
  const kind = chooseKind(question, outcome)
  if (typeof kind !== 'string') return kind
  const patterns = groupPatterns(cells, outcome, question.folds)
  const nothing = untrainable(cells, kind, patterns)
  if (nothing) return nothing
  const setup = makeSetup(kind, cells.variants, cells.features, patterns, cells.numbers, question.interactions)
  const model = fitModel(setup, question, cells.variants, cells.features)
  if (model.kind === 'notComputable') return model
  const users = patterns.training.n.reduce((sum, count) => sum + count, 0)
  if (users <= model.fit.kept.length) {
    return modelNotComputable(
      'tooFewRows',
      `There are ${users} users for ${model.fit.kept.length} numbers to estimate.`,
    )
  }
  const covariance = modelCovariance(setup, patterns.training, model.fit)
  const card = makeCard(training, setup, model, covariance)
  if (allFinite(card)) return { kind: 'computed', card }
  return modelNotComputable('outOfRange', 'The values are too large or too small to compute with.')
}

function makeCard(training: Training, setup: ModelSetup, model: FittedModel, covariance: ModelCovariance): ModelCard {
  const { cells, question, provenance } = training
  const { variants, features, numbers } = cells
  const { fit, penalty } = model
  const { patterns, kind, references } = setup
  const { level } = question
  const profiles = userProfiles(setup, fit.coefficients)
  const validation = validateModel(setup, cells, cellOutcome(cells), fit, {
    penalty,
    isChosen: question.penalty === 'AUTO',
  })
  const { training: own } = validation
  const effects = predictedEffects(training, profiles, covariance)
  const names = features.map(({ name }) => name)
  const importance = featureImportance(setup, names, fit, covariance, penalty)
  const interactions = question.interactions.length > 0 ? question.interactions : names
  const hasUplift = features.length > 0 && patterns.training.denominator === null
  const nothing = fitOutcome(setup, patterns.training, { penalty: 0, without: (column) => column > 0 })
  return {
    format: 'fairlift-model-card',
    formatVersion: 1,
    ...provenance,
    question,
    kind,
    variants,
    features: features.map((feature, f) => ({
      ...feature,
      reference: references[f] ?? null,
      centre: setup.centres[f]!,
    })),
    coefficients: coefficientTable(setup, fit, covariance, level),
    covariance: covarianceRows(fit.kept, covariance.matrix, setup.rows.columns),
    covarianceKind: covariance.kind,
    fit: {
      users: patterns.training.n.reduce((sum, count) => sum + count, 0),
      cells: patterns.count,
      penalty,
      iterations: fit.iterations,
      isConverged: fit.status === 'converged',
      deviance: devianceOf(setup, patterns.training, fit),
      nullDeviance: devianceOf(setup, patterns.training, nothing),
      degreesOfFreedom: covariance.degreesOfFreedom,
      dispersion: covariance.dispersion,
    },
    effects,
    segments: segmentLifts(cells, profiles, covariance, level),
    importance,
    validation,
    leakage: leakageChecks(setup, features, own.kind === 'CLASSIFICATION' ? own.auc : null),
    uplift: hasUplift ? upliftOf({ kind, variants, features, numbers, interactions, level }, patterns) : [],
    warnings: [
      ...model.warnings,
      ...modelWarnings(setup, features, fit, covariance),
      ...missingParts(validation, importance, effects),
    ],
  }
}

function covarianceRows(kept: Int32Array, matrix: Float64Array, k: number): number[][] {
  return Array.from(kept, (i) => Array.from(kept, (j) => matrix[i * k + j]!))
}
