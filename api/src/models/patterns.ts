import { type FeatureCells, HOLDOUT } from './feature-cells.ts'
import { addUsers, emptyOutcome, type Outcome } from './outcome.ts'

/** Users of equal variant and levels, whatever their fold: each pattern is a row of the design. */
export interface Patterns {
  count: number
  variant: Int32Array
  levels: Int32Array[]
  /** of each cell */
  patternOf: Int32Array
  folds: Outcome[]
  holdout: Outcome
  /** all folds together, without the holdout */
  training: Outcome
}

/** Groups cells by what a model sees of them. Patterns are in the order of variant, then of the features' levels. */
export function groupPatterns(cells: FeatureCells, outcomes: Outcome, folds: number): Patterns {
  const { patternOf, firstCell } = numberPatterns(cells)
  const count = firstCell.length
  const hasDenominator = outcomes.denominator !== null
  const patterns: Patterns = {
    count,
    variant: Int32Array.from(firstCell, (cell) => cells.variant[cell]!),
    levels: cells.levels.map((levels) => Int32Array.from(firstCell, (cell) => levels[cell]!)),
    patternOf,
    folds: Array.from({ length: folds }, () => emptyOutcome(count, hasDenominator)),
    holdout: emptyOutcome(count, hasDenominator),
    training: emptyOutcome(count, hasDenominator),
  }
  for (let cell = 0; cell < patternOf.length; cell++) {
    const fold = cells.fold[cell]!
    addUsers(fold === HOLDOUT ? patterns.holdout : patterns.folds[fold]!, patternOf[cell]!, outcomes, cell)
  }
  for (const fold of patterns.folds) {
    for (let i = 0; i < count; i++) addUsers(patterns.training, i, fold, i)
  }
  return patterns
}

/** The users of all folds but one. */
export function withoutFold(patterns: Patterns, left: number): Outcome {
  const rest = emptyOutcome(patterns.count, patterns.training.denominator !== null)
  patterns.folds.forEach((fold, number) => {
    if (number === left) return
    for (let i = 0; i < patterns.count; i++) addUsers(rest, i, fold, i)
  })
  return rest
}

/** Sorts cells by variant and levels, feature by feature from the last, so that no key has to hold all of them. */
function numberPatterns({ variant, levels }: FeatureCells): { patternOf: Int32Array; firstCell: number[] } {
  const keys = [variant, ...levels]
  const order = Array.from({ length: variant.length }, (_, cell) => cell)
  const sorted = [...keys].reverse().reduce(countingSort, order)
  const patternOf = new Int32Array(variant.length)
  const firstCell: number[] = []
  let last = -1
  for (const cell of sorted) {
    if (last < 0 || keys.some((key) => key[cell] !== key[last])) firstCell.push(cell)
    patternOf[cell] = firstCell.length - 1
    last = cell
  }
  return { patternOf, firstCell }
}

/** The cells in the order of a key of small whole numbers; those of equal keys stay in their order. */
function countingSort(order: number[], key: ArrayLike<number>): number[] {
  const buckets: number[][] = []
  for (const cell of order) (buckets[key[cell]!] ??= []).push(cell)
  return buckets.filter((bucket) => bucket !== undefined).flat()
}
