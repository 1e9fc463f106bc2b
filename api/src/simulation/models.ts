import { trainModel } from '../models/train-model.ts'
import { type Bounds, type Shape, shapeOf, studentised } from './bounds.ts'
import { countMiss } from './count-miss.ts'
import { type FeaturePopulation, converting, spending, trainingFor, trueEffect } from './feature-populations.ts'
import { counted, type Finding, INTERVALS } from './finding.ts'
import { buyers } from './populations.ts'
import { type Variates, variatesOf } from './variates.ts'

export const HETEROGENEITY = 'Who is helped more'

const REPLICATIONS = 1_000
const SIZES = [2_400, 24_000]
const SHAPE_USERS = 400_000

const odds = (logit: number): number => 1 / (1 + Math.exp(-logit))

/** Effects that differ by the first feature, in a model that knows it. */
const effects: [FeaturePopulation, (random: Variates) => Shape][] = [
  [
    converting('converting', (variant, [a, b]) => odds(-2 + 0.3 * variant + 0.4 * a - 0.2 * b + 0.2 * a * variant)),
    binary,
  ],
  [spending('spending', (variant, [a, b]) => 1 + 0.3 * a + 0.1 * b + 0.2 * variant * (1 + a)), ofBuyers],
]

/** No feature tells whom the treatment helps more: on either scale of a conversion, or of money. */
const alike: FeaturePopulation[] = [
  converting('converting, same odds ratio', (variant, [a, b]) => odds(-2 + 0.3 * variant + 0.5 * a - 0.3 * b)),
  converting('converting, same difference', (variant, [a, b]) => 0.1 + 0.06 * a + 0.02 * b + 0.03 * variant),
  spending('spending, no effect', (_variant, [a]) => 1 + 0.3 * a),
]

/** The treatment helps users of one level only. */
const planted = converting('converting, planted', (variant, [a]) => odds(-1.5 + (a === 1 ? 0.8 : -0.2) * variant))

/** Whether predicted deltas cover the truth, and whether heterogeneity is found where it is and nowhere else. */
export function models(): Finding[] {
  const random = variatesOf(7000)
  return [
    ...effects.flatMap(([population, shapeFrom]) => {
      const shape = shapeFrom(random)
      return SIZES.flatMap((users) => coverage(population, users, shape, random))
    }),
    ...alike.flatMap((population) => SIZES.map((users) => found(population, users, false, random))),
    found(planted, 24_000, true, random),
  ]
}

function cardOf(population: FeaturePopulation, users: number, random: Variates, interactions: string[]) {
  const model = trainModel(trainingFor(population, population.draw(users, random), { interactions }))
  return model.kind === 'computed' ? model.card : null
}

function coverage(population: FeaturePopulation, users: number, shape: Shape, random: Variates): Finding[] {
  const truth = trueEffect(population)
  const misses = [0, 0]
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const delta = cardOf(population, users, random, ['feature 1'])?.effects[0]!.delta
    if (delta?.interval) countMiss(misses, delta.interval, delta.estimate, truth)
  }
  return [counted.below, counted.above].map((side, i) => ({
    ...{ table: INTERVALS, method: 'predicted delta', data: population.name, users, counted: side },
    observed: misses[i]! / REPLICATIONS,
    bounds: studentised(0.025, 1, users / 2, [shape, shape], REPLICATIONS),
    replications: REPLICATIONS,
  }))
}

/** False findings where there is nothing to find; misses where there is. */
function found(population: FeaturePopulation, users: number, isThere: boolean, random: Variates): Finding {
  let hits = 0
  for (let replication = 0; replication < REPLICATIONS; replication++) {
    const uplift = cardOf(population, users, random, [])?.uplift[0]
    if ((uplift?.verdict === 'USABLE_HETEROGENEITY') !== isThere) hits++
  }
  const limit = isThere ? 0.2 : 0.05
  const bounds: Bounds = { expected: limit, low: 0, high: limit, basis: 'at most' }
  const what = isThere ? 'missed with effect' : counted.withoutEffect
  const of = { table: HETEROGENEITY, method: 'cross-fitted', data: population.name, users, counted: what }
  return { ...of, observed: hits / REPLICATIONS, bounds, replications: REPLICATIONS }
}

/** Of a tenth to a fifth of the users converting. */
function binary(): Shape {
  const rate = 0.15
  const variance = rate * (1 - rate)
  return { variance, third: variance * (1 - 2 * rate), kurtosis: (1 - 6 * variance) / variance }
}

function ofBuyers(random: Variates): Shape {
  return shapeOf(buyers(1.5).drawUsers(SHAPE_USERS, random)[0])
}
