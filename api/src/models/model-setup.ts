import { type Design, designRows, makeDesign } from './design.ts'
import { type Family, familyOf } from './family.ts'
import type { Feature } from './feature.ts'
import type { FeatureCells } from './feature-cells.ts'
import type { ModelKind } from './model-question.ts'
import type { Patterns } from './patterns.ts'
import type { SparseRows } from './sparse-rows.ts'

/** A design with its rows, ready to be fitted to what users did. */
export interface ModelSetup {
  kind: ModelKind
  family: Family
  design: Design
  patterns: Patterns
  /** of each feature, the numbers that its levels stand for; null where they stand for themselves */
  numbers: (ArrayLike<number> | null)[]
  /** of each feature: what the design takes off its numbers */
  centres: number[]
  /** of the patterns */
  rows: SparseRows
  /** of each feature, the level that the others are compared with; null for a number */
  references: (number | null)[]
  /** of each feature and level: users in training */
  levelUsers: Float64Array[]
}

export function makeSetup(
  kind: ModelKind,
  variants: readonly string[],
  features: readonly Feature[],
  patterns: Patterns,
  ownNumbers: FeatureCells['numbers'],
  interactions: readonly string[],
): ModelSetup {
  const levelUsers = features.map(({ levels }, f) => {
    const users = new Float64Array(levels.length)
    patterns.shownLevels[f]!.forEach((level, i) => (users[level]! += patterns.training.n[i]!))
    return users
  })
  const references = features.map(({ kind: own, reference }, f) => {
    if (own === 'NUMERIC') return null
    return reference !== null && levelUsers[f]![reference]! > 0 ? reference : mostFrequent(levelUsers[f]!)
  })
  const present = levelUsers.map((users) => [...users].map((count) => count > 0))
  const numbers = features.map((_, f) => ownNumbers?.[f] ?? null)
  const centres = numbers.map((own, f) => (own === null ? 0 : centreOf(own, patterns.levels[f]!, patterns.training.n)))
  const centred = numbers.map((own, f) => own && Float64Array.from(own, (number) => number - centres[f]!))
  const design = makeDesign(variants, features, centred, references, present, interactions)
  const rows = designRows(design, patterns.variant, patterns.levels)
  return { kind, family: familyOf(kind), design, patterns, numbers, centres, rows, references, levelUsers }
}

function mostFrequent(users: Float64Array): number {
  return users.reduce((best, count, level) => (count > users[best]! ? level : best), 0)
}

/** Numbers that are further from 0 than this many standard deviations lose too many digits in squares. */
const FAR = 100

/** The mean of a number over users where it is far from 0, else 0. */
function centreOf(numbers: ArrayLike<number>, levels: Int32Array, n: Float64Array): number {
  let users = 0
  let mean = 0
  let squares = 0
  levels.forEach((level, i) => {
    const number = numbers[level]!
    if (Number.isNaN(number) || n[i] === 0) return
    users += n[i]!
    const distance = number - mean
    mean += (distance * n[i]!) / users
    squares += n[i]! * distance * (number - mean)
  })
  const isConstant = squares <= 0
  return !isConstant && Math.abs(mean) > FAR * Math.sqrt(squares / users) ? mean : 0
}
