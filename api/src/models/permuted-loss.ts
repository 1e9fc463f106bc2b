import type { OutcomeFit } from './fit-outcome.ts'
import type { ModelSetup } from './model-setup.ts'
import { linearPredictor } from './sparse-rows.ts'

/**
 * The loss of log likelihood that is expected when users get the level of one feature from another user at random.
 *
 * No user is dealt anything: of each pattern, the loss at each level is averaged by how many users have that level, which
 * is the mean over all permutations.
 */
export function permutedLoss(
  { design, family, patterns, rows, levelUsers }: ModelSetup,
  feature: number,
  fit: OutcomeFit,
): number {
  const users = levelUsers[feature]!
  const total = users.reduce((sum, count) => sum + count, 0)
  const at = (column: number) => (column < 0 ? 0 : fit.coefficients[column]!)
  const part = (variant: number, level: number) =>
    at(design.levelColumn[feature]![level]!) + at(design.interactionColumn[feature]?.[variant]![level] ?? -1)
  const eta = linearPredictor(rows, fit.coefficients)
  let loss = 0
  for (let i = 0; i < patterns.count; i++) {
    const weight = fit.weights[i]!
    if (weight === 0) continue
    const variant = patterns.variant[i]!
    const own = part(variant, patterns.levels[feature]![i]!)
    const before = family.loss(eta[i]!, fit.means[i]!)
    for (let level = 0; level < users.length; level++) {
      if (users[level] === 0) continue
      const moved = family.loss(eta[i]! + part(variant, level) - own, fit.means[i]!)
      loss += weight * (users[level]! / total) * (moved - before)
    }
  }
  return loss
}
