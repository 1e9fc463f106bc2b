import { chiSquare } from './distributions/chi-square.ts'
import { differenceOfProducts } from './distributions/numerics/difference-of-products.ts'
import { requireCount } from './distributions/parameters.ts'
import { type NotComputable, notComputable } from './not-computable.ts'
import { fromTail } from './p-value.ts'

export interface SampleRatioMismatch {
  kind: 'computed'
  /** users the configured split would give each variant */
  expected: number[]
  /** observed / expected; null where none were expected */
  ratio: (number | null)[]
  /** null when users are where none may be: that is a mismatch for certain, and chi-square has no number for it */
  statistic: number | null
  degreesOfFreedom: number
  pValue: number
  /** null when the p-value is exactly 0 because users are where none may be */
  log10PValue: number | null
  /** users in variants that the split gives nobody */
  unexpectedUsers: number
}

/**
 * Tests whether users arrived in the variants in the configured proportions. When they did not, some users are lost or
 * misassigned and no effect can be trusted.
 *
 * Assumptions: users assigned independently. Formula: expected = N x weight / sum of weights; sum of (observed -
 * expected)^2 / expected over the variants with a positive weight, degrees of freedom one less than those. A variant
 * with weight 0 is expected to be empty; one user in it settles the matter (p = 0). A variant with users expected and
 * none seen counts fully.
 *
 * Domains: weights on any scale, none negative, at least one positive.
 * Not computable: `noUnits` without users. With a single variant open to users p is 1.
 * Errors: RangeError for lists of unequal length, counts that are not whole, weights out of their domain.
 *
 * See Fabijan and others (2019), "Diagnosing sample ratio mismatch in online controlled experiments".
 *
 * @example
 * const check = sampleRatioMismatch([50500, 49500], [0.5, 0.5])
 * check.statistic // => 10
 * check.pValue // => 0.00156540226
 */
export function sampleRatioMismatch(
  counts: readonly number[],
  weights: readonly number[],
): SampleRatioMismatch | NotComputable {
  if (counts.length !== weights.length || counts.length === 0) {
    throw new RangeError(`counts and weights must pair up, got ${counts.length} and ${weights.length}`)
  }
  for (const count of counts) requireCount('counts', count)
  for (const weight of weights) {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`weights must be at least 0, got ${weight}`)
  }
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(totalWeight > 0)) throw new RangeError('weights must hold at least one positive weight')
  const users = counts.reduce((sum, count) => sum + count, 0)
  if (users === 0) return notComputable('noUnits')

  const expected = weights.map((weight) => users * (weight / totalWeight))
  const ratio = counts.map((count, i) => (expected[i]! > 0 ? count / expected[i]! : null))
  const unexpectedUsers = counts.reduce((sum, count, i) => (weights[i] === 0 ? sum + count : sum), 0)
  const degreesOfFreedom = weights.filter((weight) => weight > 0).length - 1
  const common = { kind: 'computed' as const, expected, ratio, degreesOfFreedom, unexpectedUsers }
  if (unexpectedUsers > 0) return { ...common, statistic: null, pValue: 0, log10PValue: null }
  if (degreesOfFreedom === 0) return { ...common, statistic: 0, pValue: 1, log10PValue: 0 }

  const statistic = counts.reduce((sum, count, i) => {
    if (weights[i] === 0) return sum
    const deviation = differenceOfProducts(count, totalWeight, users, weights[i]!) / totalWeight
    return sum + (deviation * deviation) / expected[i]!
  }, 0)
  const reference = chiSquare(degreesOfFreedom)
  return { ...common, statistic, ...fromTail(reference.sf(statistic), reference.logSf(statistic)) }
}
