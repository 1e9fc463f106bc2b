import { type FeatureCells, HOLDOUT } from './feature-cells.ts'
import { groupByKeys } from './group-by-keys.ts'
import { levelOf } from './level-of.ts'
import { addUsers, emptyOutcome, type Outcome } from './outcome.ts'

/** Users of equal variant and levels, whatever their fold: each pattern is a row of the design. */
export interface Patterns {
  count: number
  variant: Int32Array
  /** of each feature: index into its levels, or into its numbers */
  levels: Int32Array[]
  /** of each feature: index into its levels; of a number, of the range that it is in */
  shownLevels: Int32Array[]
  /** of each cell */
  patternOf: Int32Array
  /** what the users of each fold did */
  folds: Outcome[]
  /** all folds together: the holdout is not in it */
  training: Outcome
}

/** Groups cells by what a model sees of them. Patterns are in the order of variant, then of the features' levels. */
export function groupPatterns(cells: FeatureCells, outcome: Outcome, folds: number): Patterns {
  const { groupOf, first } = groupByKeys(cells.variant.length, [cells.variant, ...cells.levels])
  const count = first.length
  const empty = () => emptyOutcome(count, outcome.denominator !== null)
  const levels = cells.levels.map((own) => first.map((cell) => own[cell]!))
  const patterns: Patterns = {
    count,
    variant: first.map((cell) => cells.variant[cell]!),
    levels,
    shownLevels: levels.map((own, f) => shownLevels(cells, f, own)),
    patternOf: groupOf,
    folds: Array.from({ length: folds }, empty),
    training: empty(),
  }
  groupOf.forEach((pattern, cell) => {
    const fold = cells.fold[cell]!
    if (fold !== HOLDOUT) addUsers(patterns.folds[fold]!, pattern, outcome, cell)
  })
  for (const fold of patterns.folds) addAll(patterns.training, fold)
  return patterns
}

function shownLevels({ features, numbers }: FeatureCells, f: number, levels: Int32Array): Int32Array {
  const values = numbers?.[f]
  if (values == null) return levels
  const ranges = Int32Array.from(values, (value) => levelOf(features[f]!, value)!)
  return levels.map((place) => ranges[place]!)
}

/** The users of all folds but one. */
export function withoutFold(patterns: Patterns, left: number): Outcome {
  return withoutFolds(patterns, (fold) => fold === left)
}

/** The users of the folds that are not left out. */
export function withoutFolds({ count, folds, training }: Patterns, isLeftOut: (fold: number) => boolean): Outcome {
  const rest = emptyOutcome(count, training.denominator !== null)
  folds.forEach((fold, number) => !isLeftOut(number) && addAll(rest, fold))
  return rest
}

function addAll(into: Outcome, from: Outcome): void {
  for (let i = 0; i < into.n.length; i++) addUsers(into, i, from, i)
}
