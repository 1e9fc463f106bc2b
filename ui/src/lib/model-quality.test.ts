import type { ModelMetrics } from '@fairlift/sdk'
import { expect, test } from 'vitest'
import { qualitiesOf } from './model-quality.ts'

const nothing: ModelMetrics = {
  ...{ kind: 'CLASSIFICATION', users: 0, auc: null, logLoss: null, brier: null },
  ...{ calibrationSlope: null, calibrationIntercept: null, r2: null, rmse: null, mae: null },
}
const euros = (value: number): string => `€${value}`

function textsOf(metrics: ModelMetrics): Record<string, string> {
  return Object.fromEntries(qualitiesOf(metrics.kind, euros).map(({ name, text }) => [name, text(metrics)]))
}

test('conversions are judged by ranking, probabilities and calibration', () => {
  const metrics = {
    ...nothing,
    auc: 0.71234,
    logLoss: 0.3,
    brier: 0.09,
    calibrationSlope: 0.98,
    calibrationIntercept: 0,
  }
  const texts = textsOf(metrics)
  expect(Object.keys(texts)).toEqual([
    ...['AUC', 'Log loss', 'Brier score', 'Calibration slope', 'Calibration intercept'],
  ])
  expect(texts.AUC).toMatch(/^0\.71/)
  expect(texts['Calibration slope']).toMatch(/^0\.98/)
})

test('values are judged by what is explained and by errors in their own unit', () => {
  expect(textsOf({ ...nothing, kind: 'REGRESSION', r2: 0.25, rmse: 12, mae: 3 })).toEqual({
    'R²': '25.0%',
    RMSE: '€12',
    MAE: '€3',
  })
})

test('a number that does not exist is a dash, and each says what it means', () => {
  for (const kind of ['CLASSIFICATION', 'REGRESSION'] as const) {
    expect(new Set(Object.values(textsOf({ ...nothing, kind })))).toEqual(new Set(['–']))
    for (const { meaning } of qualitiesOf(kind, euros)) expect(meaning).toMatch(/^[A-Z0-9].+\.$/)
  }
})
