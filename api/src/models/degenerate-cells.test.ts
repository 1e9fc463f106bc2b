import { describe, expect, it } from 'vitest'
import type { FeatureCells } from './feature-cells.ts'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import type { ModelQuestion, TargetKind } from './model-question.ts'
import { drawRows } from './population.contract.ts'
import { trainModel } from './train-model.ts'
import type { TrainedModel, Training } from './training.ts'
import type { ModelNotComputable } from './model-not-computable.ts'

const population = (change: Partial<Rows> = {}): Rows => ({
  ...drawRows({ users: 800, seed: 21, eta: (v, [a]) => -1 + 0.3 * v + 0.3 * a!, target: 'CONVERSION' }),
  ...change,
})

function train(
  cells: FeatureCells,
  target: TargetKind,
  question: Partial<ModelQuestion> = {},
  more: Partial<Training> = {},
) {
  return trainModel(trainingOf(cells, target, question, more))
}
function reasonOf(result: TrainedModel | ModelNotComputable): string {
  return result.kind === 'notComputable' ? result.reason : 'computed'
}
function cardOf(result: TrainedModel | ModelNotComputable) {
  if (result.kind === 'notComputable') throw new Error(result.message)
  return result.card
}
const warningsOf = (result: TrainedModel | ModelNotComputable) =>
  cardOf(result).warnings.map(({ code, feature }) => [code, feature])

describe('what cannot be trained says why', () => {
  const rows = population()
  const empty: Rows = { ...rows, variant: [], levels: [[], []], fold: [], y: [] }
  it.each<[string, Rows, TargetKind, Partial<ModelQuestion>, string]>([
    ['no users', empty, 'CONVERSION', {}, 'noUsers'],
    ['no conversion', population({ y: rows.y.map(() => 0) }), 'CONVERSION', {}, 'noSuccesses'],
    ['all converted', population({ y: rows.y.map(() => 1) }), 'CONVERSION', {}, 'noFailures'],
    ['no count', population({ y: rows.y.map(() => 0) }), 'COUNT', {}, 'noSuccesses'],
    ['the same revenue of all', population({ y: rows.y.map(() => 0.1) }), 'REVENUE', {}, 'zeroVariance'],
    [
      'one variant',
      population({ variants: ['control'], variant: rows.y.map(() => 0) }),
      'CONVERSION',
      {},
      'singleVariant',
    ],
    ['an empty variant', population({ variants: ['control', 'b', 'c'] }), 'CONVERSION', {}, 'emptyVariant'],
    ['counts below 0', population({ y: rows.y.map((y) => y - 1) }), 'COUNT', { kind: 'POISSON' }, 'kindDoesNotFit'],
    ['revenue as a conversion', population({ y: rows.y.map((y) => 7 * y) }), 'CONVERSION', {}, 'kindDoesNotFit'],
    [
      'an arm without conversions',
      population({ y: rows.y.map((y, i) => y * rows.variant[i]!) }),
      'CONVERSION',
      {},
      'separated',
    ],
    ['a copy of the target, no penalty', copied(rows), 'CONVERSION', { penalty: 0 }, 'separated'],
    ['squares that overflow', population({ y: rows.y.map((y) => 1e200 * y) }), 'REVENUE', {}, 'outOfRange'],
  ])('%s', (_name, data, target, question, reason) => {
    const cells = cellsOf(data)
    const m2 = Array.from(cells.m2!, (value) => (Number.isFinite(value) ? value : 1e300))
    expect(reasonOf(train({ ...cells, m2 }, target, question))).toBe(reason)
  })

  it('an infinite estimate is named by its level', () => {
    const result = train(
      cellsOf(population({ y: rows.y.map((y, i) => (rows.levels[0]![i] === 2 ? 0 : y)) })),
      'CONVERSION',
      { penalty: 0 },
    )
    expect(result).toMatchObject({ kind: 'notComputable', reason: 'separated', about: ['feature 1=level 2'] })
  })

  it('one that several features make together is named by its columns', () => {
    const y = rows.y.map((one, i) => (rows.levels[0]![i] === 2 && rows.levels[1]![i] === 3 ? 0 : one))
    const variant = rows.y.map((_, i) => (rows.levels[0]![i] === 2 && rows.levels[1]![i] === 3 ? 1 : i % 2))
    const both = rows.y.map((_, i) => (rows.levels[0]![i] === 2 && rows.levels[1]![i] === 3 ? 1 : 0))
    const features = [...rows.features, { name: 'both', levels: ['no', 'yes'] }]
    const data = cellsOf(population({ y, variant, features, levels: [...rows.levels, both] }))
    expect(train(data, 'CONVERSION', { penalty: 0 })).toMatchObject({ reason: 'separated', about: ['both=yes'] })
  })
})

function copied(rows: Rows): Rows {
  return {
    ...rows,
    features: [...rows.features, { name: 'copy', levels: ['no', 'yes'] }],
    levels: [...rows.levels, rows.y],
  }
}

describe('what can be trained in spite of its data is named', () => {
  const rows = population()

  it('a feature equal to the variant is left out, by name, and the effect stays', () => {
    const twin = { name: 'twin', levels: ['x', 'y'] }
    const result = train(
      cellsOf(population({ features: [...rows.features, twin], levels: [...rows.levels, rows.variant] })),
      'CONVERSION',
    )
    const card = cardOf(result)
    expect(warningsOf(result)).toContainEqual(['ALIASED', 'twin'])
    expect(card.coefficients.at(-1)).toMatchObject({
      name: 'twin=y',
      estimate: null,
      aliasedWith: [{ column: 'variant=treatment 1', multiple: 1 }],
    })
    const { delta } = cardOf(train(cellsOf(rows), 'CONVERSION')).effects[0]!
    expect(card.effects[0]!.delta.estimate).toBeCloseTo(delta.estimate, 12)
    expect(card.effects[0]!.delta.standardError).toBeCloseTo(delta.standardError, 12)
    expect(card.leakage).toMatchObject([{ code: 'DIFFERS_BETWEEN_VARIANTS', feature: 'twin' }])
  })

  it('a level without conversions gets a penalty, and the card says which', () => {
    const y = rows.y.map((one, i) => (rows.levels[0]![i] === 2 ? 0 : one))
    const result = train(cellsOf(population({ y })), 'CONVERSION')
    expect(warningsOf(result)).toContainEqual(['SEPARATED', 'feature 1'])
    expect(cardOf(result).fit.penalty).toBeGreaterThan(0)
  })

  it('is told of the feature that it is about, not of one whose name ends the same way', () => {
    const [first, second] = rows.features as [Rows['features'][number], Rows['features'][number]]
    const features = [
      { ...first, name: 'price' },
      { ...second, name: 'base price' },
    ]
    const y = rows.y.map((one, i) => (rows.levels[1]![i] === 2 ? 0 : one))
    expect(warningsOf(train(cellsOf(population({ features, y })), 'CONVERSION'))).toContainEqual([
      'SEPARATED',
      'base price',
    ])
  })

  it('one level, empty levels', () => {
    const features = [
      { name: 'same', levels: ['one'] },
      { name: 'gaps', levels: ['a', 'nobody', 'b'] },
    ]
    const levels = [rows.y.map(() => 0), rows.levels[0]!.map((level) => (level === 1 ? 2 : 0))]
    const result = train(cellsOf(population({ features, levels })), 'CONVERSION', { interactions: ['same', 'gaps'] })
    expect(warningsOf(result)).toEqual([
      ['SINGLE_LEVEL', 'same'],
      ['EMPTY_LEVEL', 'gaps'],
    ])
    expect(cardOf(result).coefficients.map(({ name }) => name)).toEqual([
      'intercept',
      'variant=treatment 1',
      'gaps=b',
      'variant=treatment 1:gaps=b',
    ])
  })

  it('features that do not differ tell nothing of whom a treatment helps', () => {
    const features = [{ name: 'same', levels: ['one'] }]
    const card = cardOf(train(cellsOf(population({ features, levels: [rows.y.map(() => 0)] })), 'CONVERSION'))
    const nothing = { verdict: 'NO_USABLE_HETEROGENEITY', pValue: null, interactionPValue: null, qiniCoefficient: null }
    expect(card.uplift[0]).toMatchObject(nothing)
    expect(card.importance).toMatchObject([{ feature: 'same', degreesOfFreedom: 0, permutedDeviance: 0 }])
  })

  it('a fold without users, and a holdout', () => {
    const card = cardOf(
      train(cellsOf(population({ fold: rows.fold.map((fold) => (fold === 4 ? -1 : fold)) })), 'CONVERSION'),
    )
    expect(card.validation.folds[4]!.metrics).toBeNull()
    expect(card.validation.holdout!.users).toBe(rows.fold.filter((fold) => fold === 4).length)
    expect(card.fit.users + card.validation.holdout!.users).toBe(800)
  })

  it('negative revenue: refunds', () => {
    const y = rows.y.map((one, i) => (one === 0 ? 0 : i % 5 === 0 ? -30 : 40))
    const card = cardOf(
      train(cellsOf(population({ y })), 'REVENUE', {}, { traffic: { visitorsByDay: [100, 120, 90] } }),
    )
    expect(card.effects[0]!.revenue!.overHorizon!.estimate).toBeCloseTo(
      card.effects[0]!.delta.estimate * 30 * (310 / 3),
      8,
    )
  })

  it('a billion users', () => {
    const cells = cellsOf(rows)
    const huge = { ...cells, m2: null, n: Array.from(cells.n, (n) => n * 1_250_000) }
    const [small, large] = [cells, huge].map((own) => cardOf(train(own, 'CONVERSION')))
    expect(large!.fit.users).toBe(1e9)
    large!.coefficients.forEach(({ estimate, standardError }, j) => {
      expect(estimate).toBeCloseTo(small!.coefficients[j]!.estimate!, 9)
      expect(standardError! * Math.sqrt(1_250_000)).toBeCloseTo(small!.coefficients[j]!.standardError!, 9)
    })
  })

  it('a user alone in a level: the error of the level is that of all users', () => {
    const levels = [rows.y.map((_, i) => (i === 0 ? 1 : 0))]
    const features = [{ name: 'rare', levels: ['a', 'b'] }]
    const result = train(cellsOf(population({ features, levels, y: rows.y.map((y, i) => y * i) })), 'REVENUE')
    expect(warningsOf(result)).toContainEqual(['FULL_LEVERAGE', null])
    const { coefficients, fit } = cardOf(result)
    expect(coefficients.at(-1)!.standardError).toBeGreaterThan(0.99 * Math.sqrt(fit.dispersion))
  })

  it('no features at all: the effect is the difference of shares', () => {
    const card = cardOf(train(cellsOf(population({ features: [], levels: [] })), 'CONVERSION'))
    const rates = [0, 1].map((arm) => {
      const own = rows.y.filter((_, i) => rows.variant[i] === arm)
      return own.reduce((sum, y) => sum + y, 0) / own.length
    })
    expect(card.effects[0]!.delta.estimate).toBeCloseTo(rates[1]! - rates[0]!, 12)
    expect(card.uplift).toEqual([])
  })
})

describe('cells that no users give are refused', () => {
  const cells = cellsOf(population())
  it.each<[string, Partial<FeatureCells>, RegExp]>([
    ['a fold too many', { fold: Array.from(cells.fold, () => 5) }, /fold 5 of 5/],
    ['a variant too many', { variant: Array.from(cells.variant, () => 2) }, /variant 2/],
    ['a level too many', { levels: [Array.from(cells.variant, () => 9), cells.levels[1]!] }, /level 9 of feature 1/],
    ['users below 0', { n: Array.from(cells.n, () => -1) }, /n -1/],
    ['no number', { mean: Array.from(cells.n, () => NaN) }, /mean NaN/],
    ['columns of other lengths', { mean: [1] }, /must have a value a cell/],
  ])('%s', (_name, change, message) => {
    expect(() => train({ ...cells, ...change }, 'CONVERSION')).toThrow(message)
  })
  it('settings outside their domains', () => {
    expect(() => train(cells, 'CONVERSION', { penalty: -1 })).toThrow(/penalty/)
    expect(() => train(cells, 'CONVERSION', { folds: 1 })).toThrow(/folds/)
    expect(() => train(cells, 'CONVERSION', { interactions: ['nothing'] })).toThrow(/nothing/)
  })
})
