import { harmonicNumber } from './benjamini-yekutieli.ts'

/**
 * The level at which to make intervals for the effects that Benjamini and Hochberg selected, so that on average no more
 * than 1 - level of the intervals shown miss their effect. An interval at the plain level, looked at only because its
 * effect was selected, misses more often.
 *
 * Formula: 1 - selected (1 - level) / familySize. With BH selection at alpha = 1 - level the intervals of exactly the
 * selected effects exclude zero (where interval and p-value agree). With nothing selected it is the level for one, so
 * that an interval can still be shown. For tests of any dependence, selected by Benjamini and Yekutieli's procedure,
 * the share is divided by 1 + 1/2 + ... + 1 / familySize as well.
 *
 * Assumptions: independent or positively dependent tests, unless the dependence is said to be `any`.
 * Domains: 0 <= selected <= familySize, whole numbers, familySize >= 1. Errors: RangeError outside them or for a level
 * outside (0, 1).
 *
 * See Benjamini and Yekutieli (2005), "False discovery rate-adjusted multiple confidence intervals for selected
 * parameters".
 *
 * @example
 * falseCoverageRateLevel({ level: 0.95, selected: 2, familySize: 10 }) // => 0.99
 * falseCoverageRateLevel({ level: 0.95, selected: 2, familySize: 2, dependence: 'any' }) // => 0.966666667
 */
export function falseCoverageRateLevel({
  level,
  selected,
  familySize,
  dependence = 'positive',
}: {
  level: number
  selected: number
  familySize: number
  /** between the tests of the family; 'positive' holds for independent ones too */
  dependence?: 'positive' | 'any'
}): number {
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`)
  if (!(Number.isSafeInteger(familySize) && familySize >= 1)) {
    throw new RangeError(`familySize must be a whole number of at least 1, got ${familySize}`)
  }
  if (!(Number.isSafeInteger(selected) && selected >= 0 && selected <= familySize)) {
    throw new RangeError(`selected must be a whole number in [0, ${familySize}], got ${selected}`)
  }
  const price = dependence === 'any' ? harmonicNumber(familySize) : 1
  return 1 - (Math.max(selected, 1) * (1 - level)) / (price * familySize)
}
