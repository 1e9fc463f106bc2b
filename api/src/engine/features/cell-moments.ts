import type { FeatureCells } from '../../models/feature-cells.ts'
import type { GroupedUnits } from './group-units.ts'

type Moments = Pick<FeatureCells, 'n' | 'mean' | 'm2' | 'denominator' | 'nonZero'>

/** Values of units in the order of their groups, those that are not 0 only. */
interface OrderedValues {
  starts: Int32Array
  /** Units by place. */
  units: Int32Array
}

/**
 * Moments of the target by group. Values are added in the order of their size, so that the result does not depend on the
 * order in which units come; zeros are counted only.
 *
 * @param isShare the target is 0 or 1: its mean says everything
 */
export function cellMoments(
  { groups, count }: GroupedUnits,
  target: Float64Array,
  denominator: Float64Array | null,
  isShare: boolean,
): Moments {
  const n = new Float64Array(count)
  for (let unit = 0; unit < groups.length; unit++) n[groups[unit]!]!++
  if (isShare) return { n, mean: shares(groups, n, target), m2: null }
  const active = activeUnits(groups, count, target, denominator)
  const own = momentsOf(active, n, target)
  if (denominator === null) {
    const values = Float64Array.from(active.units, (unit) => target[unit]!)
    return { n, ...own, nonZero: { starts: active.starts, values } }
  }
  const other = momentsOf(active, n, denominator)
  const coMoment = coMoments(active, n, [target, own.mean], [denominator, other.mean])
  return { n, ...own, denominator: { ...other, coMoment } }
}

/** Of each group the share of units with a target of 1. */
function shares(groups: Int32Array, n: Float64Array, target: Float64Array): Float64Array {
  const mean = new Float64Array(n.length)
  for (let unit = 0; unit < groups.length; unit++) mean[groups[unit]!]! += target[unit]!
  for (let group = 0; group < n.length; group++) mean[group]! /= n[group]!
  return mean
}

/** The units that have some value, by group, and within it by value. */
function activeUnits(
  groups: Int32Array,
  count: number,
  target: Float64Array,
  denominator: Float64Array | null,
): OrderedValues {
  const isActive = (unit: number): boolean => target[unit] !== 0 || (denominator !== null && denominator[unit] !== 0)
  const starts = new Int32Array(count + 1)
  for (let unit = 0; unit < groups.length; unit++) if (isActive(unit)) starts[groups[unit]! + 1]!++
  for (let group = 0; group < count; group++) starts[group + 1]! += starts[group]!
  const next = starts.slice()
  const units = new Int32Array(starts[count]!)
  for (let unit = 0; unit < groups.length; unit++) if (isActive(unit)) units[next[groups[unit]!]!++] = unit
  const bySize = (a: number, b: number): number =>
    target[a]! - target[b]! || (denominator === null ? 0 : denominator[a]! - denominator[b]!)
  for (let group = 0; group < count; group++) units.subarray(starts[group]!, starts[group + 1]!).sort(bySize)
  return { starts, units }
}

function momentsOf({ starts, units }: OrderedValues, n: Float64Array, values: Float64Array) {
  const mean = new Float64Array(n.length)
  const m2 = new Float64Array(n.length)
  for (let group = 0; group < n.length; group++) {
    const [from, to] = [starts[group]!, starts[group + 1]!]
    let sum = 0
    for (let i = from; i < to; i++) sum += values[units[i]!]!
    const own = sum / n[group]!
    let squares = (n[group]! - (to - from)) * own * own
    for (let i = from; i < to; i++) squares += (values[units[i]!]! - own) ** 2
    mean[group] = own
    m2[group] = squares
  }
  return { mean, m2 }
}

function coMoments(
  { starts, units }: OrderedValues,
  n: Float64Array,
  [a, meanA]: [Float64Array, Float64Array],
  [b, meanB]: [Float64Array, Float64Array],
): Float64Array {
  return Float64Array.from(n, (size, group) => {
    const [from, to] = [starts[group]!, starts[group + 1]!]
    let sum = (size - (to - from)) * meanA[group]! * meanB[group]!
    for (let i = from; i < to; i++) sum += (a[units[i]!]! - meanA[group]!) * (b[units[i]!]! - meanB[group]!)
    return sum
  })
}
