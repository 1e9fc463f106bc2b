import { groupsOf } from './outcome.ts'
import type { Patterns } from './patterns.ts'

/** The users of the control and of one treatment alone, as variants 0 and 1. */
export function treatmentPatterns(patterns: Patterns, treatment: number): Patterns {
  const used = [...patterns.variant.keys()].filter(
    (i) => patterns.variant[i] === 0 || patterns.variant[i] === treatment,
  )
  const pick = (values: Int32Array) => Int32Array.from(used, (i) => values[i]!)
  return {
    count: used.length,
    variant: pick(patterns.variant).map((variant) => (variant === 0 ? 0 : 1)),
    levels: patterns.levels.map(pick),
    shownLevels: patterns.shownLevels.map(pick),
    patternOf: new Int32Array(0),
    folds: patterns.folds.map((fold) => groupsOf(fold, used)),
    training: groupsOf(patterns.training, used),
  }
}
