import type { AggregationPlan, Cells, Group, Measure } from '../engine/plan.ts'
import { pairOf, positionOf } from '../engine/merge-plans.ts'
import type { CoMoments } from '../stats/co-moments.ts'
import type { Moments } from '../stats/moments.ts'
import type { RankTable } from '../stats/rank-table.ts'
import type { ValueTable } from '../stats/value-table.ts'

/** A variant's group of units, read through the plan that it was summed up by. */
export interface Arm {
  plan: AggregationPlan
  group: Group
  /** The distributions of the variant; segments have none. */
  cells: Cells[]
}

export function momentsOf({ plan, group }: Arm, measure: Measure): Moments {
  const position = positionOf(plan.measures, measure)
  return { n: group.n, mean: group.means[position]!, m2: group.m2[position]! }
}

/** Means and co-moments of measures, in their order. */
export function coMomentsOf({ plan, group }: Arm, ...measures: Measure[]): CoMoments {
  const positions = measures.map((measure) => positionOf(plan.measures, measure))
  const product = (i: number, j: number): number =>
    positions[i] === positions[j] ? group.m2[positions[i]!]! : group.products[pairOf(plan, measures[i]!, measures[j]!)]!
  return {
    n: group.n,
    means: positions.map((position) => group.means[position]!),
    coMoments: positions.map((_, i) => positions.map((_position, j) => product(i, j))),
  }
}

/** How many units of an arm have each value; null where the distribution was not asked for. */
export function valueTableOf({ plan, cells }: Arm, measure: Measure): ValueTable | null {
  const position = positionOf(plan.measures, measure)
  return cells.find((one) => one.measure === position) ?? null
}

/** Sum of a measure over the units, without the last digits, which rounding made: 28366.15 and not 28366.150000000085. */
export function totalOf(arm: Arm, measure: Measure): number {
  const { n, mean } = momentsOf(arm, measure)
  const total = n * mean
  return measure.aggregation === 'sum' ? Number(total.toPrecision(12)) : Math.round(total)
}

/** How many units of both arms have each value; null where the distributions were not asked for. */
export function rankTableOf(control: Arm, treatment: Arm, measure: Measure): RankTable | null {
  const position = positionOf(control.plan.measures, measure)
  const own = (arm: Arm) => arm.cells.find((cells) => cells.measure === position)
  const [c, t] = [own(control), own(treatment)]
  if (c === undefined || t === undefined) return null
  const table = { values: [] as number[], control: [] as number[], treatment: [] as number[] }
  for (let i = 0, j = 0; i < c.values.length || j < t.values.length;) {
    const value = Math.min(c.values[i] ?? Infinity, t.values[j] ?? Infinity)
    table.values.push(value)
    table.control.push(c.values[i] === value ? c.counts[i++]! : 0)
    table.treatment.push(t.values[j] === value ? t.counts[j++]! : 0)
  }
  return table
}
