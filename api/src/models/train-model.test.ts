import { describe, expect, it } from 'vitest'
import { cardFromJson, cardToJson } from './card-json.ts'
import { cellsOf, type Rows, trainingOf } from './group-rows.contract.ts'
import type { ModelCard } from './model-card.ts'
import type { ModelQuestion, TargetKind } from './model-question.ts'
import { drawRows } from './population.contract.ts'
import { predict } from './predict.ts'
import { trainModel } from './train-model.ts'

export function cardOf(...args: Parameters<typeof trainModel>): ModelCard {
  const model = trainModel(...args)
  if (model.kind === 'notComputable') throw new Error(`${model.reason}: ${model.message}`)
  return model.card
}

/** Every number of two trees, beside each other. */
function numbersOf(actual: unknown, expected: unknown, path = ''): [string, number, number][] {
  if (typeof expected === 'number') return [[path, actual as number, expected]]
  if (expected === null || typeof expected !== 'object') {
    expect(actual, path).toEqual(expected)
    return []
  }
  return Object.entries(expected).flatMap(([key, value]) =>
    numbersOf((actual as Record<string, unknown>)[key], value, `${path}.${key}`),
  )
}

const populations = {
  CONVERSION: (variant: number, [a, b]: number[]) =>
    -1 + 0.4 * variant + 0.3 * a! - 0.2 * b! + (a === 1 ? 0.5 * variant : 0),
  COUNT: (variant: number, [a, b]: number[]) => 0.1 + 0.2 * variant + 0.3 * a! - 0.2 * b!,
  REVENUE: (variant: number, [a, b]: number[]) => 1 + 0.1 * variant + 0.3 * a! + 0.2 * b!,
}

describe('training on cells is training on users', () => {
  const cases: [string, TargetKind, Partial<ModelQuestion>][] = [
    ['logistic', 'CONVERSION', {}],
    ['logistic, interactions', 'CONVERSION', { interactions: ['feature 1'] }],
    ['logistic, penalty', 'CONVERSION', { penalty: 3 }],
    ['logistic, penalty by cross-validation', 'CONVERSION', { penalty: 'CROSS_VALIDATED' }],
    ['linear of a conversion', 'CONVERSION', { kind: 'LINEAR' }],
    ['linear', 'REVENUE', { interactions: ['feature 2'] }],
    ['quasi-Poisson', 'COUNT', {}],
    ['Poisson', 'COUNT', { kind: 'POISSON', interactions: ['feature 1'] }],
  ]
  it.each(cases)('%s', (_name, target, question) => {
    const rows = drawRows({ users: 1500, seed: 3, eta: populations[target as 'COUNT'], target: target as 'COUNT' })
    const [grouped, single] = (['cells', 'rows'] as const).map((grouping) =>
      cardOf(trainingOf(cellsOf(rows, grouping), target, { folds: 5, ...question })),
    ) as [ModelCard, ModelCard]
    for (const [path, actual, expected] of numbersOf(grouped, single)) {
      const difference = Math.abs(actual - expected)
      expect(difference, `${path}: ${actual} beside ${expected}`).toBeLessThanOrEqual(
        1e-10 * Math.max(1, Math.abs(expected)),
      )
    }
  })
})

describe('a penalty', () => {
  it('leaves a linear model the errors of coefficients drawn around 0: the shrinking is in them', () => {
    // Of one feature of two levels whose users are as many, and errors of equal variance, all is known in closed form.
    const [users, penalty] = [400, 100]
    const at = Array.from({ length: 4 * users }, (_, i) => i)
    const rows: Rows = {
      variants: ['control', 'treatment'],
      features: [{ name: 'device', levels: ['phone', 'desktop'] }],
      variant: at.map((i) => i & 1),
      levels: [at.map((i) => (i >> 1) & 1)],
      fold: at.map((i) => (i >> 3) % 5),
      y: at.map((i) => 10 + ((i >> 1) & 1) + ((i >> 2) & 1 ? 2 : -2)),
    }
    const card = cardOf(trainingOf(cellsOf(rows), 'REVENUE', { penalty }))
    // By the level alone, whose squares around its mean are a quarter of all users'.
    const expected = Math.sqrt(card.fit.dispersion / (users + penalty))
    const { standardError, estimate } = card.coefficients.find(({ name }) => name === 'device=desktop')!
    expect(estimate).toBeCloseTo(users / (users + penalty), 10)
    expect(standardError! / expected).toBeGreaterThan(0.998)
    expect(standardError! / expected).toBeLessThan(1.002)
  })
})

describe('the card', () => {
  const rows = drawRows({ users: 2000, seed: 5, variants: 3, eta: populations.CONVERSION, target: 'CONVERSION' })
  const train = () => cardOf(trainingOf(cellsOf(rows), 'CONVERSION', { interactions: ['feature 1'] }))

  it('has the same bytes for the same cells', () => {
    expect(cardToJson(train())).toBe(cardToJson(train()))
  })

  it('predicts the same numbers when it is read back', () => {
    const card = cardFromJson(cardToJson(train()))
    expect(card).toEqual(train())
    for (const feature of card.features) {
      for (const { level, treatment, treated, control } of card.segments.filter(
        (own) => own.feature === feature.name,
      )) {
        const other = card.features.find(({ name }) => name !== feature.name)!
        const f = card.features.indexOf(other)
        const mean = (variant: string): number => {
          const own = rows.levels[1 - f]!.map((l, i) => (feature.levels[l] === level ? i : -1)).filter((i) => i >= 0)
          const total = own.reduce((sum, i) => {
            const levels = { [feature.name]: level, [other.name]: other.levels[rows.levels[f]![i]!]! }
            return sum + predict(card, { variant, levels }).estimate
          }, 0)
          return total / own.length
        }
        expect(mean(treatment)).toBeCloseTo(treated, 12)
        expect(mean('control')).toBeCloseTo(control, 12)
      }
    }
  })
})
