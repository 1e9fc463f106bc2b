/** Cells beside fits of single users, each a row of its own with all columns written out. */
import { describe, expect, it } from 'vitest'
import { linearRegression } from '../stats/regression/linear-regression.ts'
import { regressionCovariance } from '../stats/regression/regression-covariance.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { denseRows } from './dense-rows.contract.ts'
import { families } from './family.ts'
import { fitGlm } from './fit-glm.ts'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import type { ModelCard } from './model-card.ts'
import { drawRows } from './population.contract.ts'
import { trainModel } from './train-model.ts'

const INTERACTIONS = ['feature 1']

function cardOf(...training: Parameters<typeof trainModel>): ModelCard {
  const model = trainModel(...training)
  if (model.kind === 'notComputable') throw new Error(model.message)
  return model.card
}

/** Treatment, levels of both features, and their products with the treatment for the first. */
function columnsOf({ variant, levels, features }: Rows): number[][] {
  const dummies = features.map(({ levels: names }, f) =>
    names.slice(1).map((_, l) => levels[f]!.map((own) => (own === l + 1 ? 1 : 0))),
  )
  return [variant, ...dummies.flat(), ...dummies[0]!.map((dummy) => dummy.map((one, i) => one * variant[i]!))]
}

function near(actual: number | null, expected: number): void {
  expect(Math.abs(actual! - expected), `${actual} beside ${expected}`).toBeLessThan(
    1e-10 * Math.max(1, Math.abs(expected)),
  )
}

describe('training on cells equals fits of single users', () => {
  it('linear: coefficients, HC3 errors, residual squares, R2 and MAE', () => {
    const eta = (variant: number, [a, b]: number[]) => 5 + variant + 2 * a! - b! + a! * variant
    const rows = drawRows({ users: 3000, seed: 11, eta, target: 'REVENUE' })
    const card = cardOf(trainingOf(cellsOf(rows), 'REVENUE', { interactions: INTERACTIONS }))
    const model = linearRegression({ predictors: columnsOf(rows), y: rows.y })
    if (isNotComputable(model)) throw new Error(model.message)
    const covariance = regressionCovariance(model, 'HC3')!
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, model.coefficients[j]!)
      near(standardError, Math.sqrt(covariance[j]![j]!))
    })
    near(card.fit.deviance, model.residualSquares)
    const { training } = card.validation
    if (training.kind !== 'REGRESSION') throw new Error('a linear model has the metrics of regression')
    near(training.r2, model.explainedSquares / (model.explainedSquares + model.residualSquares))
    near(training.rmse, Math.sqrt(model.residualSquares / model.n))
    near(training.mae, model.fit.residuals.reduce((sum, residual) => sum + Math.abs(residual), 0) / model.n)
  })

  it.each([
    ['LOGISTIC', 'CONVERSION', 'logistic'],
    ['POISSON', 'COUNT', 'poisson'],
    ['QUASI_POISSON', 'COUNT', 'poisson'],
  ] as const)('%s: coefficients, errors and metrics', (kind, target, family) => {
    const eta = (variant: number, [a, b]: number[]) => -0.5 + 0.3 * variant + 0.4 * a! - 0.2 * b!
    const rows = drawRows({ users: 3000, seed: 12, eta, target })
    const card = cardOf(trainingOf(cellsOf(rows), target, { kind, interactions: INTERACTIONS }))
    const columns = columnsOf(rows)
    const x = denseRows(rows.y.map((_, i) => columns.map((column) => column[i]!)))
    const fit = fitGlm({
      rows: x,
      family: families[family],
      weights: new Float64Array(x.rows).fill(1),
      means: Float64Array.from(rows.y),
      kept: Int32Array.from({ length: x.columns }, (_, j) => j),
      penalty: new Float64Array(x.columns),
    })
    const pearson = rows.y.reduce(
      (sum, y, i) => sum + (y - fit.predictions[i]!) ** 2 / families[family].variance(fit.predictions[i]!),
      0,
    )
    const dispersion = kind === 'QUASI_POISSON' ? pearson / (rows.y.length - x.columns) : 1
    card.coefficients.forEach(({ estimate, standardError }, j) => {
      near(estimate, fit.coefficients[j]!)
      near(standardError, Math.sqrt(dispersion * fit.inverse[j * x.columns + j]!))
    })
    near(card.fit.dispersion, pearson / (rows.y.length - x.columns))
    const { training } = card.validation
    if (training.kind === 'CLASSIFICATION') {
      near(training.logLoss, fit.loss / 2 / rows.y.length)
      near(training.brier, rows.y.reduce((sum, y, i) => sum + (y - fit.predictions[i]!) ** 2, 0) / rows.y.length)
      near(training.calibrationSlope, 1)
      near(
        training.auc,
        pairsInOrder(
          rows.y,
          fit.predictions.map((p) => Number(p.toPrecision(12))),
        ),
      )
    } else {
      near(training.mae, rows.y.reduce((sum, y, i) => sum + Math.abs(y - fit.predictions[i]!), 0) / rows.y.length)
    }
  })

  it('order values: an order is worth what the ratio of sums says, with the error of the delta method', () => {
    const rows = drawRows({
      users: 2000,
      seed: 13,
      features: [2],
      eta: (variant) => 1 + 0.2 * variant,
      target: 'REVENUE',
    })
    const denominator = rows.y.map((y, i) => (y === 0 ? 0 : 1 + (i % 3)))
    const card = cardOf(trainingOf(cellsOf({ ...rows, features: [], levels: [], denominator }), 'AVERAGE_ORDER_VALUE'))
    const arms = [0, 1].map((arm) => {
      const own = rows.y.map((_, i) => i).filter((i) => rows.variant[i] === arm)
      const sum = (of: (i: number) => number) => own.reduce((total, i) => total + of(i), 0)
      const orders = sum((i) => denominator[i]!)
      const ratio = sum((i) => rows.y[i]!) / orders
      return { ratio, variance: sum((i) => (rows.y[i]! - ratio * denominator[i]!) ** 2) / orders ** 2 }
    })
    near(card.effects[0]!.delta.estimate, arms[1]!.ratio - arms[0]!.ratio)
    const correction = 2000 / 1998
    near(card.effects[0]!.delta.standardError, Math.sqrt(correction * (arms[0]!.variance + arms[1]!.variance)))
  })
})

/** The area under the curve by its definition: the share of pairs that are in the right order. */
function pairsInOrder(y: number[], prediction: Float64Array): number {
  const [positives, negatives] = [1, 0].map((value) => [...prediction].filter((_, i) => y[i] === value)) as [
    number[],
    number[],
  ]
  let pairs = 0
  for (const p of positives) for (const q of negatives) pairs += p > q ? 1 : p === q ? 0.5 : 0
  return pairs / positives.length / negatives.length
}
