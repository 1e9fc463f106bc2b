import { describe, expect, test } from 'vitest'
import { cellsOf, trainingOf } from '../../models/group-rows.contract.ts'
import { drawRows } from '../../models/population.contract.ts'
import { trainModel } from '../../models/train-model.ts'
import type { ChartedModel } from './charted-model.ts'
import { complaints, valuesOf } from './compiled.contract.ts'
import { modelCharts } from './model-charts.ts'

function trained(): ChartedModel {
  const eta = (variant: number, [a, b]: number[]) => -1 + 0.4 * variant + 0.3 * a! - 0.2 * b!
  const rows = drawRows({ users: 1500, seed: 7, variants: 3, eta, target: 'CONVERSION' })
  const model = trainModel(trainingOf(cellsOf(rows), 'CONVERSION', { interactions: ['feature 1'] }))
  if (model.kind === 'notComputable') throw new Error(model.message)
  return model.card
}

const card = trained()
const charts = modelCharts(card)
const valuesIn = (name: string) => valuesOf(charts.find((chart) => chart.name === name)!.specification)

describe('the charts of a model', () => {
  test('are importance, calibration and a Qini curve for each treatment, and compile without a complaint', () => {
    expect(charts.map(({ name }) => name)).toEqual(['importance', 'calibration', 'qini-1', 'qini-2'])
    for (const { specification } of charts) expect(complaints(specification)).toEqual([])
  })

  test('hold the numbers of the card as they are', () => {
    for (const { feature, share, dropInDeviance } of card.importance)
      expect(valuesIn('importance')).toContainEqual(expect.objectContaining({ feature, share, dropInDeviance }))
    for (const { predicted, observed } of card.validation.calibration)
      expect(valuesIn('calibration')).toContainEqual(expect.objectContaining({ predicted, observed }))
    for (const [place, { curve }] of card.uplift.entries())
      for (const point of curve) expect(valuesIn(`qini-${place + 1}`)).toContainEqual(point)
  })

  test('are absent where the model has no data for them', () => {
    const empty = { ...card, importance: [], uplift: [], validation: { ...card.validation, calibration: [] } }
    expect(modelCharts(empty)).toEqual([])
  })

  test('can be drawn of predictions that are all the same', () => {
    const calibration = [{ users: 1500, predicted: 0.1, observed: 0.1 }]
    const [, chart] = modelCharts({ ...card, validation: { ...card.validation, calibration } })
    expect(complaints(chart!.specification)).toEqual([])
    expect(JSON.stringify(chart)).not.toMatch(/NaN|Infinity/)
  })
})
