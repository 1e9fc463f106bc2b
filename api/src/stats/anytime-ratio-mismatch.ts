import { deviance } from './distributions/numerics/deviance.ts'
import { logGamma } from './distributions/numerics/special-functions.ts'
import { stirlingRemainder } from './distributions/numerics/stirling-remainder.ts'
import { requireCount, requirePositive } from './distributions/parameters.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

export interface AnytimeRatioMismatch {
  kind: 'computed'
  /** the smallest of all looks so far: below alpha at any time with a chance of at most alpha when the split is right */
  pValue: number
  /** null when the p-value is exactly 0 because users are where none may be */
  log10PValue: number | null
  /** natural logarithm of the evidence against the configured split at the last look; null as above */
  logBayesFactor: number | null
  /** position of the look with the smallest p-value */
  look: number
}

export interface AnytimeOptions {
  /**
   * How close to the configured split the alternative expects the true one: as close as the shares of so many users are
   * to it. Default 1,000: splits that are off by one or two percentage points are found soonest.
   */
  concentration?: number
}

/**
 * Tests whether users arrive in the configured proportions, looked at as often as one likes.
 *
 * Chi-square looked at after every batch finds a mismatch in sound experiments sooner or later. This test may be looked
 * at for ever: the chance that its p-value falls below alpha at any look is at most alpha when the split is right.
 *
 * Assumptions: users assigned independently; each look holds all users of the one before.
 * Formula: the Bayes factor of a Dirichlet mixture of splits, centred on the configured one with weights a_i =
 * concentration x share_i, against the configured split itself, B = Gamma(a) / Gamma(a + n) x product of Gamma(a_i + n_i)
 * / Gamma(a_i) / share_i^n_i; p = min(1, 1 / B), the smallest over the looks. B is a martingale that starts at 1, so
 * Ville's inequality bounds its maximum. The logarithm is taken apart into deviances: at a billion users the gamma
 * functions themselves would leave no digits.
 *
 * Domains: weights on any scale, none negative, at least one positive. A variant with weight 0 is expected to be empty; a
 * user in it settles the matter (p = 0).
 * Not computable: `noUnits` without users at the last look.
 * Errors: RangeError for looks and weights of unequal length, no looks, counts that are not whole, weights or a
 * concentration out of their domain.
 *
 * See Lindon and Malek (2020), "Anytime-valid inference for multinomial count data".
 *
 * @example
 * const check = anytimeRatioMismatch([[100, 100], [5200, 4800]], [0.5, 0.5])
 * check.pValue // => 0.0022978
 * anytimeRatioMismatch([[50, 50]], [1, 1]).pValue // => 1
 */
export function anytimeRatioMismatch(
  looks: readonly (readonly number[])[],
  weights: readonly number[],
  { concentration = 1000 }: AnytimeOptions = {},
): AnytimeRatioMismatch | NotComputable {
  requirePositive('concentration', concentration)
  if (looks.length === 0) throw new RangeError('looks must hold at least one look')
  for (const weight of weights) {
    if (!(weight >= 0 && weight < Infinity)) throw new RangeError(`weights must be at least 0, got ${weight}`)
  }
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0)
  if (!(totalWeight > 0)) throw new RangeError('weights must hold at least one positive weight')
  for (const counts of looks) {
    if (counts.length !== weights.length) {
      throw new RangeError(`looks and weights must pair up, got ${counts.length} and ${weights.length}`)
    }
    for (const count of counts) requireCount('counts', count)
  }
  if (looks.at(-1)!.every((count) => count === 0)) return notComputable('noUnits')
  const impossible = looks.findIndex((counts) => counts.some((count, i) => count > 0 && weights[i] === 0))
  if (impossible >= 0) return { kind: 'computed', pValue: 0, log10PValue: null, logBayesFactor: null, look: impossible }

  const open = weights.flatMap((weight, i) => (weight > 0 ? [{ i, share: weight / totalWeight }] : []))
  const evidence = looks.map((counts) =>
    logBayesFactor(
      open.map(({ i }) => counts[i]!),
      open.map(({ share }) => share),
      concentration,
    ),
  )
  const strongest = Math.max(...evidence)
  return {
    kind: 'computed',
    pValue: Math.min(1, Math.exp(-strongest)),
    log10PValue: Math.min(0, -strongest / Math.LN10) + 0,
    logBayesFactor: evidence.at(-1)!,
    look: evidence.indexOf(strongest),
  }
}

function logBayesFactor(counts: number[], shares: number[], concentration: number): number {
  if (shares.length === 1) return 0
  const users = counts.reduce((sum, count) => sum + count, 0)
  const total = concentration + users
  const parts = counts.map((count, i) => {
    const share = shares[i]!
    const weight = concentration * share
    const posterior = weight + count
    // log Gamma(x) is the remainder of Stirling's main term for x - 1; the main terms together are deviances.
    const observed = deviance(posterior, total * share, count - users * share) + halfRemainder(posterior)
    return observed + weight * Math.log(share) - logGamma(weight)
  })
  return parts.reduce((sum, part) => sum + part, 0) - halfRemainder(total) + logGamma(concentration)
}

/** log Gamma(x) - (x log x - x). */
function halfRemainder(x: number): number {
  return stirlingRemainder(x) - Math.log(x)
}
