import type { FeatureCells } from '../models/feature-cells.ts'
import { DEFAULT_QUESTION, type ModelQuestion } from '../models/model-question.ts'
import type { Training } from '../models/training.ts'
import { buyers } from './populations.ts'
import type { Variates } from './variates.ts'

const LEVELS = [3, 4]
const FOLDS = 5

/** Users with two features, of whom the truth is known, drawn cell by cell. */
export interface FeaturePopulation {
  name: string
  target: 'CONVERSION' | 'REVENUE'
  /** what a user of this variant and these levels does on average */
  mean(variant: number, levels: readonly [number, number]): number
  draw(users: number, random: Variates): FeatureCells
}

/** Users convert with a probability that depends on variant and levels. */
export function converting(name: string, mean: FeaturePopulation['mean']): FeaturePopulation {
  return {
    ...{ name, target: 'CONVERSION', mean },
    draw: (users, random) =>
      cellsOf(users, (n, variant, levels) => ({ mean: random.binomial(n, mean(variant, levels)) / n, m2: null })),
  }
}

/** 5 % of the users buy, and what they spend depends on variant and levels. */
export function spending(name: string, factor: FeaturePopulation['mean']): FeaturePopulation {
  return {
    ...{ name, target: 'REVENUE' },
    mean: (variant, levels) => buyers(factor(variant, levels)).mean[0],
    draw: (users, random) =>
      cellsOf(users, (n, variant, levels) => {
        const { means, coMoments } = buyers(factor(variant, levels)).draw(n, random)
        return { mean: means[0]!, m2: coMoments[0]![0]! }
      }),
  }
}

/** The effect of the treatment on all users: every combination of levels is equally frequent. */
export function trueEffect({ mean }: FeaturePopulation): number {
  const profiles = Array.from({ length: LEVELS[0]! * LEVELS[1]! }, (_, i) => [
    i % LEVELS[0]!,
    Math.floor(i / LEVELS[0]!),
  ])
  return profiles.reduce((sum, [a, b]) => sum + (mean(1, [a!, b!]) - mean(0, [a!, b!])) / profiles.length, 0)
}

/** How such cells are trained on. */
export function trainingFor(
  { target }: FeaturePopulation,
  cells: FeatureCells,
  question: Partial<ModelQuestion> = {},
): Training {
  const unit = target === 'REVENUE' ? 'USD' : null
  return {
    cells,
    question: { ...DEFAULT_QUESTION, target: { kind: target, metric: 'simulated', unit }, ...question },
    provenance: { experiment: 'simulated', datasetVersion: '1', statisticsVersion: '1' },
    traffic: null,
    worth: null,
  }
}

type Draw = (n: number, variant: number, levels: [number, number]) => { mean: number; m2: number | null }

function cellsOf(users: number, draw: Draw): FeatureCells {
  const combinations = 2 * LEVELS[0]! * LEVELS[1]! * FOLDS
  const n = Math.round(users / combinations)
  const keys = Array.from({ length: combinations }, (_, cell) => {
    const fold = cell % FOLDS
    const variant = Math.floor(cell / FOLDS) % 2
    const profile = Math.floor(cell / FOLDS / 2)
    return { fold, variant, levels: [profile % LEVELS[0]!, Math.floor(profile / LEVELS[0]!)] as [number, number] }
  })
  const outcomes = keys.map(({ variant, levels }) => draw(n, variant, levels))
  const isBinary = outcomes.every(({ m2 }) => m2 === null)
  return {
    variants: ['control', 'treatment'],
    features: LEVELS.map((count, f) => ({
      ...{ name: `feature ${f + 1}`, kind: 'CATEGORICAL' as const, distinctValues: count, edges: [] },
      levels: Array.from({ length: count }, (_, level) => `level ${level}`),
      ...{ reference: 0, missing: null, other: null },
      source: { kind: 'OTHER' as const, name: `feature ${f + 1}`, isRecordedAfterExposure: false },
    })),
    variant: keys.map(({ variant }) => variant),
    levels: LEVELS.map((_, f) => keys.map(({ levels }) => levels[f]!)),
    fold: keys.map(({ fold }) => fold),
    n: keys.map(() => n),
    mean: outcomes.map(({ mean }) => mean),
    m2: isBinary ? null : outcomes.map(({ m2 }) => m2!),
  }
}
