import { normal } from './distributions/normal.ts'
import { solveIncreasing } from './distributions/numerics/find-root.ts'
import { type GroupSequentialOptions, groupSequentialBounds, type LookBound } from './group-sequential-bounds.ts'
import { continuePath, crossingProbability, PATH_START } from './sequential-path.ts'

/** How a design behaves when there is an effect (or none). */
export interface SequentialOutlook {
  /** Probability of ending at each look in the direction of the effect. */
  crossing: number[]
  /** Probability of ending at each look in the other direction; zeros for a one-sided design. */
  crossingWrongSide: number[]
  /** Probability of ending at any look in the direction of the effect. */
  power: number
  /** Mean information at the end, with that of the last look for experiments that no look ends. */
  expectedInformation: number
}

/**
 * What to expect of a group-sequential design under a drift: the mean of the z statistic once all planned information is
 * in, which is the effect by its standard error there. Drift 0 is no effect.
 *
 * Formula: Armitage's recursion as for the bounds, with steps that have a mean of drift x added information.
 * Domains: bounds as groupSequentialBounds gives them, drift any finite number of at least 0. Errors: RangeError.
 *
 * See Jennison and Turnbull (2000), "Group Sequential Methods with Applications to Clinical Trials", ch. 19.
 *
 * @example
 * const looks = groupSequentialBounds([0.5, 1], { spending: { kind: 'obrienFleming' } })
 * sequentialOutlook(looks, 2, 0).power // => 0.025
 * sequentialOutlook(looks, 2, 2.8).power // => 0.7981
 */
export function sequentialOutlook(looks: LookBound[], sides: 1 | 2, drift: number): SequentialOutlook {
  if (!(drift >= 0 && drift < Infinity)) throw new RangeError(`drift must be at least 0, got ${drift}`)
  let path = PATH_START
  let expectedInformation = 0
  let going = 1
  const crossing: number[] = []
  const crossingWrongSide: number[] = []
  looks.forEach(({ informationFraction, criticalValue }, k) => {
    expectedInformation += going * (informationFraction - path.information)
    const above = criticalValue === null ? 0 : crossingProbability(path, informationFraction, criticalValue, drift)
    const below =
      criticalValue === null || sides === 1
        ? 0
        : crossingProbability(path, informationFraction, -criticalValue, drift, 'lower')
    crossing.push(above)
    crossingWrongSide.push(below)
    going = Math.max(0, going - above - below)
    const next = looks[k + 1]
    if (next === undefined) return
    const region = { lower: sides === 2 && criticalValue !== null ? -criticalValue : null, upper: criticalValue }
    path = continuePath(path, informationFraction, region, drift, next.informationFraction - informationFraction)
  })
  const power = Math.min(1, sum(crossing))
  return { crossing, crossingWrongSide, power, expectedInformation }
}

/** What the freedom to end early costs and brings. */
export interface SequentialCost {
  /** Mean of the z statistic at full information with which the design reaches its power. */
  drift: number
  /** Planned users divided by those of a design with one look of the same power: a little above 1. */
  inflation: number
  /** Mean share of the planned users that are used when there is no effect. */
  expectedFractionUnderNull: number
  /** The same when the effect is the one that is planned for. */
  expectedFractionUnderEffect: number
}

/**
 * How many more users a group-sequential design plans for than one with a single look of the same power, and how many
 * it uses on average.
 *
 * Formula: the drift d at which the design has the wanted power, found by root finding; a fixed design needs the drift
 * z_alpha + z_power, and users grow with the square: inflation = (d / (z_alpha + z_power))^2.
 *
 * Domains: power in (alpha / sides, 1), the last look at full information. Errors: RangeError.
 *
 * See Jennison and Turnbull (2000), "Group Sequential Methods with Applications to Clinical Trials", ch. 2.
 *
 * @example
 * const cost = sequentialCost([0.2, 0.4, 0.6, 0.8, 1], { spending: { kind: 'pocock' } }, 0.8)
 * cost.inflation // => 1.21263
 */
export function sequentialCost(fractions: number[], options: GroupSequentialOptions, power: number): SequentialCost {
  const { alpha = 0.05, sides = 2 } = options
  if (!(power > alpha / sides && power < 1)) {
    throw new RangeError(`power must be above ${alpha / sides} and below 1, got ${power}`)
  }
  const looks = groupSequentialBounds(fractions, options)
  const last = fractions.at(-1)!
  if (last !== 1) throw new RangeError(`the last look must be at full information, got ${last}`)
  const fixedDrift = normal.isf(alpha / sides) + normal.ppf(power)
  const drift = solveIncreasing((d) => sequentialOutlook(looks, sides, Math.max(d, 0)).power - power, fixedDrift, 0.05)
  return {
    drift,
    inflation: (drift / fixedDrift) ** 2,
    expectedFractionUnderNull: sequentialOutlook(looks, sides, 0).expectedInformation,
    expectedFractionUnderEffect: sequentialOutlook(looks, sides, drift).expectedInformation,
  }
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
