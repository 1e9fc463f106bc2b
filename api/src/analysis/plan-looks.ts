import { groupSequentialBounds } from '../stats/group-sequential-bounds.ts'
import { sequentialCost, sequentialOutlook } from '../stats/group-sequential-power.ts'
import { type SpendingChoice, spendingFunctionOf } from './spending.ts'

export interface LookQuestion extends SpendingChoice {
  /** Shares of the planned users at which is looked; the last one is 1. */
  informationFractions: number[]
  /** Error of all looks together, in the sides of the design. */
  alpha: number
  sides: 1 | 2
  /** Chance to find the planned effect at any look. */
  power: number
  /** Users planned over all variants, when known. */
  plannedUnits: number | null
}

export interface PlannedLook {
  number: number
  informationFraction: number
  /** Users at the look; null when none are planned. */
  units: number | null
  /** What the z statistic has to reach; null where nothing is spent that matters. */
  criticalValue: number | null
  /** What the p-value has to be below. */
  nominalAlpha: number
  /** Error spent up to and with the look. */
  alphaSpent: number
  /** Chance of having ended with or before this look when there is no effect, and when there is the planned one. */
  endedUnderNull: number
  endedUnderEffect: number
}

export interface LookPlan {
  looks: PlannedLook[]
  /** Users of this design by those of one look with the same power. */
  inflation: number
  expectedFractionUnderNull: number
  expectedFractionUnderEffect: number
  expectedUnitsUnderNull: number | null
  expectedUnitsUnderEffect: number | null
  alpha: number
  power: number
}

/** A group-sequential design: the bound of each look, what the freedom to end early costs, and what it saves. */
export function planLooks(question: LookQuestion): LookPlan {
  const { informationFractions, alpha, sides, power, plannedUnits } = question
  const options = { alpha, sides, spending: spendingFunctionOf(question) }
  const bounds = groupSequentialBounds(informationFractions, options)
  const cost = sequentialCost(informationFractions, options, power)
  const ended = (drift: number) => {
    const { crossing, crossingWrongSide } = sequentialOutlook(bounds, sides, drift)
    let total = 0
    return crossing.map((probability, k) => Math.min(1, (total += probability + crossingWrongSide[k]!)))
  }
  const [underNull, underEffect] = [ended(0), ended(cost.drift)]
  const unitsOf = (fraction: number) => (plannedUnits === null ? null : Math.ceil(fraction * plannedUnits))
  const { inflation, expectedFractionUnderNull, expectedFractionUnderEffect } = cost
  return {
    looks: bounds.map(({ informationFraction, criticalValue, nominalAlpha, spentAlpha }, k) => ({
      number: k + 1,
      informationFraction,
      units: unitsOf(informationFraction),
      criticalValue,
      nominalAlpha,
      alphaSpent: spentAlpha,
      endedUnderNull: underNull[k]!,
      endedUnderEffect: underEffect[k]!,
    })),
    inflation,
    expectedFractionUnderNull,
    expectedFractionUnderEffect,
    expectedUnitsUnderNull: unitsOf(expectedFractionUnderNull),
    expectedUnitsUnderEffect: unitsOf(expectedFractionUnderEffect),
    alpha,
    power,
  }
}

/** Looks at equal steps, the last one at the end. */
export function equalFractions(looks: number): number[] {
  return Array.from({ length: looks }, (_, k) => (k + 1) / looks)
}
