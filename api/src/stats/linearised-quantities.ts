import type { CoMoments } from './co-moments.ts'
import { type NotComputable, notComputable } from './not-computable.ts'

/** A quantity of users as it is (a mean), or divided by another (a ratio of sums). */
export interface Quantity {
  numerator: number
  /** without it the numerator stands alone */
  denominator?: number
}

/**
 * Means and ratios of an arm as if each were a mean of values of its users: what treats a ratio metric like any other,
 * covariate adjustment included.
 *
 * Assumptions: as `ratioOfMeans`. Formula: a ratio R = mean(y) / mean(x) varies like the mean of R + (y - R x) /
 * mean(x), so its co-moments with the others are those of that value. The moments on the diagonal give the variance of
 * `ratioOfMeans`.
 *
 * Not computable: `noUnits`, `denominatorIsZero`, `outOfRange`.
 *
 * See Deng, Knoblich and Lu (2018), "Applying the delta method in metric analytics: a practical guide with novel
 * ideas".
 *
 * @example
 * const arm = coMomentsOf([[2, 0, 1, 3], [4, 2, 5, 5]])
 * const linear = linearisedQuantities(arm, [{ numerator: 0, denominator: 1 }])
 * linear.means // => [0.375]
 * linear.coMoments[0][0] / 3 / 4 // => 0.014811198
 */
export function linearisedQuantities(
  arm: CoMoments,
  quantities: readonly Quantity[],
): (CoMoments & { kind: 'computed' }) | NotComputable {
  if (arm.n < 1) return notComputable('noUnits')
  const combinations: { value: number; weights: [column: number, weight: number][] }[] = []
  for (const { numerator, denominator } of quantities) {
    const mean = arm.means[numerator]!
    if (denominator === undefined) {
      combinations.push({ value: mean, weights: [[numerator, 1]] })
      continue
    }
    const divisor = arm.means[denominator]!
    if (divisor === 0) return notComputable('denominatorIsZero')
    const value = mean / divisor
    combinations.push({ value, weights: [[numerator, 1 / divisor], [denominator, -value / divisor]] }) // prettier-ignore
  }
  const coMoments = combinations.map((a) => combinations.map((b) => productOf(arm, a.weights, b.weights, a === b)))
  const means = combinations.map(({ value }) => value)
  if (![...means, ...coMoments.flat()].every(Number.isFinite)) return notComputable('outOfRange')
  return { kind: 'computed', n: arm.n, means, coMoments }
}

/** What is left of a moment below this share of its terms is rounding. */
const ROUNDING = 1e-14

function productOf(
  { coMoments }: CoMoments,
  a: readonly [number, number][],
  b: readonly [number, number][],
  isSquare: boolean,
): number {
  let [sum, size] = [0, 0]
  for (const [i, x] of a) {
    for (const [j, y] of b) {
      const term = x * y * coMoments[i]![j]!
      sum += term
      size += Math.abs(term)
    }
  }
  return Math.abs(sum) <= ROUNDING * size || (isSquare && sum < 0) ? 0 : sum
}
