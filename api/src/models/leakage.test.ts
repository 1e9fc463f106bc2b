import { describe, expect, it } from 'vitest'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import { drawRows } from './population.contract.ts'
import { trainModel } from './train-model.ts'

const rows = drawRows({ users: 4000, seed: 31, eta: (_variant, [a]) => -1 + 0.3 * a!, target: 'CONVERSION' })

function leaksOf(change: Partial<Rows>, target: 'CONVERSION' | 'REVENUE' = 'CONVERSION'): [string, string][] {
  const model = trainModel(trainingOf(cellsOf({ ...rows, ...change }), target))
  if (model.kind === 'notComputable') throw new Error(model.message)
  return model.card.leakage.map(({ code, feature }) => [code, feature])
}

function withFeature(feature: Rows['features'][number], levels: number[]): Partial<Rows> {
  return { features: [...rows.features, feature], levels: [...rows.levels, levels] }
}

describe('planted leaks are named', () => {
  it('none where there is none', () => {
    expect(leaksOf({})).toEqual([])
  })

  it('recorded after the exposure', () => {
    const source = { kind: 'EXPOSURE_ATTRIBUTE' as const, name: 'pages', isRecordedAfterExposure: true }
    const levels = rows.y.map((_, i) => (i % 7 < 3 ? 1 : 0))
    const feature = { name: 'pages', levels: ['few', 'many'], change: { source } }
    expect(leaksOf(withFeature(feature, levels))).toEqual([['RECORDED_AFTER_EXPOSURE', 'pages']])
  })

  it('a copy of the target', () => {
    const feature = { name: 'thank you page', levels: ['no', 'yes'] }
    expect(leaksOf(withFeature(feature, rows.y))).toEqual([['SEPARATES_TARGET', 'thank you page']])
  })

  it('a nearly perfect copy', () => {
    const levels = rows.y.map((y, i) => (i % 400 === 0 ? 1 - y : y))
    expect(leaksOf(withFeature({ name: 'basket', levels: ['no', 'yes'] }, levels))).toEqual([
      ['TOO_GOOD_TO_BE_TRUE', 'basket'],
    ])
  })

  it('two features that foretell the target only together', () => {
    const levels = rows.levels.map((own) => own.map((level) => Math.min(level, 2)))
    const features = rows.features.map(({ name }) => ({ name, levels: ['0', '1', '2'] }))
    const y = rows.y.map((_, i) => (levels[0]![i]! + levels[1]![i]! >= 3 ? 1 : 0))
    expect(leaksOf({ features, levels, y })).toEqual([['TOO_GOOD_TO_BE_TRUE', 'feature 1, feature 2']])
  })

  it('a feature that the treatment changes', () => {
    const levels = rows.variant.map((variant, i) => (i % 10 < 5 + variant ? 1 : 0))
    expect(leaksOf(withFeature({ name: 'speed', levels: ['slow', 'fast'] }, levels))).toEqual([
      ['DIFFERS_BETWEEN_VARIANTS', 'speed'],
    ])
  })

  it('identifiers: texts, and whole numbers in ranges', () => {
    const levels = rows.y.map((_, i) => i % 3)
    const text = { name: 'session', levels: ['a', 'b', 'other'], change: { other: 2, distinctValues: 3900 } }
    expect(leaksOf(withFeature(text, levels))).toEqual([['IDENTIFIER', 'session']])
    const binned = { kind: 'BINNED' as const, edges: [10, 20], distinctValues: 4000 }
    const number = { name: 'order number', levels: ['a', 'b', 'c'], change: { ...binned, isWhole: true } }
    expect(leaksOf(withFeature(number, levels))).toEqual([['IDENTIFIER', 'order number']])
    const measured = { name: 'spending', levels: ['a', 'b', 'c'], change: { ...binned, isWhole: false } }
    expect(leaksOf(withFeature(measured, levels))).toEqual([])
  })

  it('revenue that a feature explains', () => {
    const y = rows.y.map((one, i) => one * (i % 2 === 0 ? 20 : 50))
    const levels = y.map((value) => [0, 20, 50].indexOf(value))
    const feature = { name: 'basket value', levels: ['0', '20', '50'] }
    expect(leaksOf({ y, ...withFeature(feature, levels) }, 'REVENUE')).toEqual([
      ['TOO_GOOD_TO_BE_TRUE', 'basket value'],
    ])
  })
})
