import { spentAlpha, type SpendingFunction } from './alpha-spending.ts'
import { findRoot } from './distributions/numerics/find-root.ts'
import { normal } from './distributions/normal.ts'
import { continuePath, crossingProbability, PATH_START, type SequentialPath } from './sequential-path.ts'

export interface GroupSequentialOptions {
  /** of the whole design, both sides together; default 0.05 */
  alpha?: number
  /** 2: either direction ends the experiment; 1: only an effect above 0 does. Default 2 */
  sides?: 1 | 2
  spending: SpendingFunction
  /** The last look spends all that is left, however little of the information is in: the experiment ended early. */
  spendAllAtLast?: boolean
}

/** One look of a design. */
export interface LookBound {
  /** Share of the planned information. */
  informationFraction: number
  /** Error spent up to and with this look, both sides together. */
  spentAlpha: number
  /** The z statistic that ends the experiment; null where so little is spent that no double is extreme enough. */
  criticalValue: number | null
  /** What a p-value has to be below at this look, in the sides of the design; 0 where there is no critical value. */
  nominalAlpha: number
}

/** Below this the error of a look is nothing: no p-value that a double holds is smaller. */
const LEAST_SPENT = 1e-300
/** The least added information, relative to what is there: closer looks are one look. */
const LEAST_STEP = 1e-8
/** Every bound that spends LEAST_SPENT or more lies below. */
const GREATEST_BOUND = 40

/**
 * The bounds of a group-sequential design: how extreme the z statistic must be at each look for the experiment to end
 * there, so that all looks together err with probability alpha.
 *
 * Assumptions: the statistics of the looks are jointly normal with correlation sqrt(t_j / t_k), as the running mean of
 * independent users is. No bound for futility: going on after crossing one costs nothing but power.
 * Formula: at each look the probability of crossing there for the first time is the error spent since the last look;
 * the paths that go on are carried by Armitage's recursion, with Gauss and Legendre's rule for the integrals.
 *
 * Domains: fractions above 0 and rising by at least 1e-8 of themselves; beyond 1 all error is spent, so a look after
 * that has no bound. alpha in (0, 1). Errors: RangeError otherwise.
 *
 * See Lan and DeMets (1983), "Discrete sequential boundaries for clinical trials"; Armitage, McPherson and Rowe (1969),
 * "Repeated significance tests on accumulating data"; Jennison and Turnbull (2000), "Group Sequential Methods", ch. 19.
 *
 * @example
 * const looks = groupSequentialBounds([0.2, 0.4, 0.6, 0.8, 1], { spending: { kind: 'obrienFleming' } })
 * looks[0].criticalValue // => 4.876884949
 * looks[4].criticalValue // => 2.031032043
 * looks[4].spentAlpha // => 0.05
 */
export function groupSequentialBounds(informationFractions: number[], options: GroupSequentialOptions): LookBound[] {
  const { alpha = 0.05, sides = 2, spending, spendAllAtLast = false } = options
  requireFractions(informationFractions)
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`)
  let path = PATH_START
  let spentBefore = 0
  return informationFractions.map((fraction, k) => {
    const isLast = k === informationFractions.length - 1
    const share = isLast && spendAllAtLast ? Math.max(fraction, 1) : fraction
    const spent = spentAlpha(spending, alpha / sides, share)
    const criticalValue = boundFor(path, fraction, spent - spentBefore, sides)
    spentBefore = spent
    const next = informationFractions[k + 1]
    if (next !== undefined) {
      const region = { lower: sides === 2 && criticalValue !== null ? -criticalValue : null, upper: criticalValue }
      path = continuePath(path, fraction, region, 0, next - fraction)
    }
    return {
      informationFraction: fraction,
      spentAlpha: sides * spent,
      criticalValue,
      nominalAlpha: criticalValue === null ? 0 : sides * normal.sf(criticalValue),
    }
  })
}

/** The z that paths exceed here with this probability; null where the probability is nothing. */
function boundFor(path: SequentialPath, fraction: number, probability: number, sides: 1 | 2): number | null {
  if (!(probability > LEAST_SPENT)) return null
  if (path.density === null) return normal.isf(probability)
  const excess = (z: number) => Math.log(probability) - Math.log(crossingProbability(path, fraction, z, 0))
  return findRoot(excess, sides === 2 ? 0 : -GREATEST_BOUND, GREATEST_BOUND)
}

export function requireFractions(fractions: number[]): void {
  if (fractions.length === 0) throw new RangeError('a design needs at least one look')
  fractions.forEach((fraction, k) => {
    if (!(fraction > 0 && fraction < Infinity)) {
      throw new RangeError(`information fractions must be positive numbers, got ${fraction}`)
    }
    const before = fractions[k - 1]
    if (before !== undefined && !(fraction - before >= LEAST_STEP * fraction)) {
      throw new RangeError(`information fractions must rise from look to look, got ${before} before ${fraction}`)
    }
  })
}
