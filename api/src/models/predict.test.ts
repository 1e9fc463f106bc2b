import { describe, expect, it } from 'vitest'
import { cardFromJson, cardToJson } from './card-json.ts'
import type { Feature } from './feature.ts'
import { cellsOf, trainingOf } from './group-rows.contract.ts'
import { levelOf } from './level-of.ts'
import { drawRows } from './population.contract.ts'
import { predict } from './predict.ts'
import { trainModel } from './train-model.ts'

const rows = drawRows({ users: 900, seed: 51, eta: (v, [a]) => 0.2 * v + 0.3 * a!, target: 'COUNT' })
const model = trainModel(trainingOf(cellsOf(rows), 'COUNT', { interactions: ['feature 1'] }))
if (model.kind === 'notComputable') throw new Error(model.message)
const card = cardFromJson(cardToJson(model.card))

describe('a card read back', () => {
  it('predicts with the error of the delta method', () => {
    const reference = { 'feature 1': 'level 0', 'feature 2': 'level 0' }
    const { estimate, standardError } = predict(card, { variant: 'control', levels: reference })
    const [intercept] = card.coefficients
    expect(estimate).toBe(Math.exp(intercept!.estimate!))
    expect(standardError).toBeCloseTo(estimate * intercept!.standardError!, 12)
  })

  it.each([
    [{ variant: 'nobody', levels: { 'feature 1': 'level 0', 'feature 2': 'level 0' } }, /variant must be one of/],
    [{ variant: 'control', levels: { 'feature 1': 'level 9', 'feature 2': 'level 0' } }, /feature 1 must be one of/],
    [{ variant: 'control', levels: { 'feature 1': 'level 0' } }, /feature 2 must be one of/],
    [{ variant: 'control', levels: { 'feature 1': 'level 0', 'feature 2': 'level 0', age: '7' } }, /no feature age/],
  ])('refuses what it does not know: %j', (question, message) => {
    expect(() => predict(card, question)).toThrow(message)
  })

  it('asks for a feature that is left out, whatever its name', () => {
    const renamed = {
      ...card,
      features: card.features.map((own, f) => (f === 0 ? { ...own, name: 'constructor' } : own)),
    }
    const question = { variant: 'control', levels: { 'feature 2': 'level 0' } }
    expect(() => predict(renamed, question)).toThrow(/constructor must be one of .*, got undefined/)
  })

  it.each([
    ['{', /no JSON/],
    ['{"format":"other"}', /no model card/],
    [JSON.stringify({ ...card, formatVersion: 2 }), /format version 1, got 2/],
    [JSON.stringify({ ...card, covariance: undefined }), /covariance/],
  ])('a text that is no card is refused', (text, message) => {
    expect(() => cardFromJson(text)).toThrow(message)
  })
})

describe('the level of a value', () => {
  const feature: Feature = { ...card.features[0]!, levels: ['web', 'app', 'other', 'missing'], other: 2, missing: 3 }
  it('of a category: its own, the one of rare values, the one of missing values', () => {
    expect(['web', 'app', 'kiosk', null].map((value) => levelOf(feature, value))).toEqual([0, 1, 2, 3])
    expect(levelOf({ ...feature, other: null }, 'kiosk')).toBeNull()
    // A value that happens to be called like a level of others is not that level by its name.
    expect(levelOf(feature, 'missing')).toBe(2)
  })
  it('of a number: its range, whose lower edge belongs to it', () => {
    const binned: Feature = {
      ...feature,
      kind: 'BINNED',
      levels: ['low', 'middle', 'high', 'missing'],
      edges: [10, 20],
      other: null,
    }
    expect([-5, 10, 19.9, 20, null, 'text'].map((value) => levelOf(binned, value))).toEqual([0, 1, 1, 2, 3, 3])
  })
})
