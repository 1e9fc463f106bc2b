import type { Feature } from './feature.ts'
import type { ModelSetup } from './model-setup.ts'
import { addUsers, emptyOutcome } from './outcome.ts'

/**
 * What makes an estimate infinite, by name: levels and variants of whose users none, or all, converted. Where none of them
 * alone does, the columns of the direction in which the likelihood grows.
 */
export function separatedBy(
  setup: ModelSetup,
  variants: readonly string[],
  features: readonly Feature[],
  columns: number[],
): string[] {
  const { patterns, kind, design } = setup
  const pure = (levels: Int32Array, names: readonly string[]): string[] => {
    const outcome = emptyOutcome(names.length, false)
    levels.forEach((level, i) => addUsers(outcome, level, { ...patterns.training, denominator: null }, i))
    return names.filter(
      (_, l) => outcome.n[l]! > 0 && (outcome.mean[l] === 0 || (kind === 'LOGISTIC' && outcome.mean[l] === 1)),
    )
  }
  const named = [
    ...pure(patterns.variant, variants).map((variant) => `variant=${variant}`),
    ...features.flatMap(({ name, levels }, f) =>
      pure(patterns.shownLevels[f]!, levels).map((level) => `${name}=${level}`),
    ),
  ]
  return named.length > 0 ? named : columns.map((column) => design.columns[column]!.name)
}
