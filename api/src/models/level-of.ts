import type { Feature } from './feature.ts'

/**
 * The level of a value: of a category its own, or the one that gathers rare values; of a number the range it is in; of
 * null the level of missing values. Null where there is no such level: no user with that value was trained on.
 */
export function levelOf(
  { kind, levels, edges, missing, other }: Feature,
  value: string | number | null,
): number | null {
  if (value === null) return missing
  if (kind !== 'CATEGORICAL') {
    const number = Number(value)
    if (!Number.isFinite(number)) return missing
    return edges.filter((edge) => edge <= number).length
  }
  const own = levels.indexOf(String(value))
  return own >= 0 && own !== missing && own !== other ? own : other
}
