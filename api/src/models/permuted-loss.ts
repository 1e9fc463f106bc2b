import type { OutcomeFit } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { linearPredictor } from './sparse-rows.ts'

/** A number of more values than this is dealt out as so many means of equally many users. */
const MOST_VALUES = 64

/**
 * The loss of log likelihood that is expected when users get the level of one feature from another user at random.
 *
 * No user is dealt anything: of each pattern, the loss at each level is averaged by how many users have that level, which
 * is the mean over all permutations. Of numbers with many values, users of neighbouring ones get their mean.
 */
export function permutedLoss({ design, family, patterns, rows }: ModelSetup, feature: number, fit: OutcomeFit): number {
  const levels = patterns.levels[feature]!
  const entry = design.entry[feature] ?? null
  const at = (column: number) => (column < 0 ? 0 : fit.coefficients[column]!)
  const slope = (variant: number, level: number) =>
    at(design.levelColumn[feature]![level]!) + at(design.interactionColumn[feature]?.[variant]![level] ?? -1)
  const dealt = dealtOut(levels, design.levelColumn[feature]!, entry, patterns.training.n)
  const eta = linearPredictor(rows, fit.coefficients)
  let loss = 0
  for (let i = 0; i < patterns.count; i++) {
    const weight = fit.weights[i]!
    if (weight === 0) continue
    const variant = patterns.variant[i]!
    const own = slope(variant, levels[i]!) * (entry?.[levels[i]!] ?? 1)
    const before = family.loss(eta[i]!, fit.means[i]!)
    for (const { level, value, share } of dealt) {
      const moved = family.loss(eta[i]! + slope(variant, level) * value - own, fit.means[i]!)
      loss += weight * share * (moved - before)
    }
  }
  return loss
}

interface Dealt {
  level: number
  value: number
  share: number
}

/** What users may get, with the share of users who have it. */
function dealtOut(levels: Int32Array, columns: Int32Array, entry: Float64Array | null, n: Float64Array): Dealt[] {
  const users = new Float64Array(columns.length)
  levels.forEach((level, i) => (users[level]! += n[i]!))
  const total = users.reduce((sum, count) => sum + count, 0)
  const used = [...users.keys()].filter((level) => users[level]! > 0)
  const all = used.map((level) => ({ level, value: entry?.[level] ?? 1, share: users[level]! / total }))
  if (entry === null || all.length <= MOST_VALUES) return all
  const groups = new Map<string, Dealt>()
  let before = 0
  for (const { level, value, share } of all) {
    const key = `${columns[level]} ${Math.floor((before + share / 2) * MOST_VALUES)}`
    const group = groups.get(key) ?? { level, value: 0, share: 0 }
    const sum = group.share + share
    groups.set(key, { level: group.level, value: group.value + (share / sum) * (value - group.value), share: sum })
    before += share
  }
  return [...groups.values()]
}
