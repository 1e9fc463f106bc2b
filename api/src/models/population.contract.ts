import { randomLogNormal, randomPoisson } from 'd3-random'
import { mersenne } from 'pure-rand/generator/mersenne'
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64'
import type { Rows } from './group-rows.contract.ts'

/** Users of known truth: what each does depends on variant and levels as the effects say. */
export interface PopulationOptions {
  users: number
  seed: number
  variants?: number
  features?: number[]
  folds?: number
  /** linear predictor of a user: log odds, log mean or mean */
  eta: (variant: number, levels: number[]) => number
  target: 'CONVERSION' | 'COUNT' | 'REVENUE'
}

export function drawRows({
  users,
  seed,
  variants = 2,
  features = [3, 4],
  folds = 5,
  eta,
  target,
}: PopulationOptions): Rows {
  const generator = mersenne(seed)
  const uniform = () => uniformFloat64(generator)
  const whole = (count: number) => Math.min(count - 1, Math.floor(uniform() * count))
  const order = randomLogNormal.source(uniform)(3, 0.6)
  const poisson = randomPoisson.source(uniform)
  const valueOf = {
    CONVERSION: (x: number) => (uniform() < 1 / (1 + Math.exp(-x)) ? 1 : 0),
    COUNT: (x: number) => poisson(Math.exp(x))(),
    REVENUE: (x: number) => (uniform() < 0.2 ? order() * x : 0),
  }[target]
  const rows: Rows = {
    variants: Array.from({ length: variants }, (_, v) => (v === 0 ? 'control' : `treatment ${v}`)),
    features: features.map((count, f) => ({
      name: `feature ${f + 1}`,
      levels: Array.from({ length: count }, (_, l) => `level ${l}`),
    })),
    variant: [],
    levels: features.map(() => []),
    fold: [],
    y: [],
  }
  for (let user = 0; user < users; user++) {
    const variant = whole(variants)
    const levels = features.map(whole)
    rows.variant.push(variant)
    levels.forEach((level, f) => rows.levels[f]!.push(level))
    rows.fold.push(whole(folds))
    rows.y.push(valueOf(eta(variant, levels)))
  }
  return rows
}
