/** The short form of what `pnpm test:simulation` counts at length: data whose truth is known. */
import { describe, expect, it } from 'vitest'
import { converting, type FeaturePopulation, trainingFor, trueEffect } from '../simulation/feature-populations.ts'
import { variatesOf } from '../simulation/variates.ts'
import { excludes } from '../stats/confidence-interval.ts'
import type { ModelCard } from './model-card.ts'
import { trainModel } from './train-model.ts'

const REPLICATIONS = 200
/** Four standard errors of a share of 5 % that is counted so often. */
const MOST = 0.05 + 4 * Math.sqrt((0.05 * 0.95) / REPLICATIONS)

const odds = (logit: number): number => 1 / (1 + Math.exp(-logit))

function cardsOf(population: FeaturePopulation, users: number, interactions: string[] = []): ModelCard[] {
  const random = variatesOf(41)
  return Array.from({ length: REPLICATIONS }, () => {
    const model = trainModel(trainingFor(population, population.draw(users, random), { interactions, folds: 5 }))
    if (model.kind === 'notComputable') throw new Error(model.message)
    return model.card
  })
}

const shareFound = (cards: ModelCard[]): number =>
  cards.filter(({ uplift }) => uplift[0]!.verdict === 'USABLE_HETEROGENEITY').length / cards.length

describe('on data of known truth', () => {
  it('intervals of the predicted delta leave the truth out as often as they say', () => {
    const population = converting('', (variant, [a, b]) =>
      odds(-2 + 0.3 * variant + 0.4 * a - 0.2 * b + 0.2 * a * variant),
    )
    const truth = trueEffect(population)
    const deltas = cardsOf(population, 3600, ['feature 1']).map(({ effects }) => effects[0]!.delta)
    const missed = deltas.filter(({ interval }) => excludes(interval!, truth)).length / REPLICATIONS
    expect(missed).toBeLessThan(MOST)
    const error = Math.sqrt(deltas.reduce((sum, { standardError }) => sum + standardError ** 2, 0)) / REPLICATIONS
    const mean = deltas.reduce((sum, { estimate }) => sum + estimate / REPLICATIONS, 0)
    expect(Math.abs(mean - truth)).toBeLessThan(4 * error)
  })

  it('no heterogeneity is found where the odds ratio is the same for all', () => {
    const population = converting('', (variant, [a, b]) => odds(-2 + 0.3 * variant + 0.5 * a - 0.3 * b))
    expect(shareFound(cardsOf(population, 3600))).toBeLessThanOrEqual(0.05)
  })

  it('no heterogeneity is found where the difference is the same for all', () => {
    const population = converting('', (variant, [a, b]) => 0.1 + 0.06 * a + 0.02 * b + 0.03 * variant)
    expect(shareFound(cardsOf(population, 3600))).toBeLessThanOrEqual(0.05)
  })

  it('planted heterogeneity is found, and the curve rises above random', () => {
    const population = converting('', (variant, [a]) => odds(-1.5 + (a === 1 ? 0.8 : -0.2) * variant))
    const cards = cardsOf(population, 7200)
    expect(shareFound(cards)).toBeGreaterThan(0.95)
    for (const { uplift } of cards) {
      const third = uplift[0]!.curve.find(({ share }) => share === 0.35)!
      expect(third.gain).toBeGreaterThan(third.random)
    }
  })
})
