import type { Outcome } from './outcome.ts'
import type { Patterns } from './patterns.ts'

/** The users of the control and of one treatment alone, as variants 0 and 1. */
export function treatmentPatterns(patterns: Patterns, treatment: number): Patterns {
  const used = [...patterns.variant.keys()].filter(
    (i) => patterns.variant[i] === 0 || patterns.variant[i] === treatment,
  )
  const pick = <Values extends Int32Array | Float64Array>(values: Values): Values => {
    const picked = values.slice(0, used.length)
    used.forEach((i, at) => (picked[at] = values[i]!))
    return picked as Values
  }
  const pickOutcome = ({ n, mean, m2, denominator }: Outcome): Outcome => ({
    ...{ n: pick(n), mean: pick(mean), m2: pick(m2) },
    denominator: denominator && {
      mean: pick(denominator.mean),
      m2: pick(denominator.m2),
      coMoment: pick(denominator.coMoment),
    },
  })
  return {
    count: used.length,
    variant: pick(patterns.variant).map((variant) => (variant === 0 ? 0 : 1)),
    levels: patterns.levels.map(pick),
    shownLevels: patterns.shownLevels.map(pick),
    patternOf: new Int32Array(0),
    folds: patterns.folds.map(pickOutcome),
    training: pickOutcome(patterns.training),
  }
}
