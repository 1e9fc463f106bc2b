import { combineMoments } from '../stats/moments.ts'
import { byText } from './groups.ts'
import type { Aggregates, AggregationPlan, Cells, DataQuality, Group } from './plan.ts'

/** The aggregates of two disjoint sets of units together, by Chan's update. */
export function mergeAggregates(plan: AggregationPlan, a: Aggregates, b: Aggregates): Aggregates {
  return {
    groups: mergeGroups(plan, a.groups, b.groups),
    cells: a.cells.map((cells, index) => mergeCells(cells, b.cells[index]!)),
    quality: mergeQuality(a.quality, b.quality),
  }
}

function mergeGroups(plan: AggregationPlan, a: Group[], b: Group[]): Group[] {
  const name = ({ segment, variant }: Group) =>
    JSON.stringify([segment?.attribute ?? null, segment?.value ?? null, variant])
  const merged = new Map(a.map((group) => [name(group), group]))
  for (const group of b) {
    const other = merged.get(name(group))
    merged.set(name(group), other === undefined ? group : combineGroups(plan, other, group))
  }
  const rank = ({ segment }: Group) => (segment === null ? -1 : plan.segments.indexOf(segment.attribute))
  return [...merged.values()].sort(
    (x, y) => rank(x) - rank(y) || byText(x.segment?.value ?? null, y.segment?.value ?? null) || x.variant - y.variant,
  )
}

/** Two groups of different units as one. */
export function combineGroups({ pairs }: AggregationPlan, a: Group, b: Group): Group {
  const n = a.n + b.n
  const moments = a.means.map((mean, i) =>
    combineMoments({ n: a.n, mean, m2: a.m2[i]! }, { n: b.n, mean: b.means[i]!, m2: b.m2[i]! }),
  )
  const weight = n === 0 ? 0 : (a.n * b.n) / n
  const products = a.products.map((product, pair) => {
    const [x, y] = pairs[pair]!
    return product + b.products[pair]! + (b.means[x]! - a.means[x]!) * (b.means[y]! - a.means[y]!) * weight
  })
  return { ...a, n, means: moments.map(({ mean }) => mean), m2: moments.map(({ m2 }) => m2), products }
}

function mergeCells(a: Cells, b: Cells): Cells {
  const values = new Float64Array(a.values.length + b.values.length)
  const counts = new Float64Array(values.length)
  let length = 0
  let i = 0
  let j = 0
  while (i < a.values.length || j < b.values.length) {
    const fromA = j >= b.values.length || (i < a.values.length && a.values[i]! <= b.values[j]!)
    const value = fromA ? a.values[i]! : b.values[j]!
    const count = fromA ? a.counts[i++]! : b.counts[j++]!
    if (length > 0 && values[length - 1] === value) counts[length - 1]! += count
    else {
      values[length] = value
      counts[length++] = count
    }
  }
  const { measure, variant } = a
  return { measure, variant, values: values.slice(0, length), counts: counts.slice(0, length) }
}

function mergeQuality(a: DataQuality, b: DataQuality): DataQuality {
  const days = new Map(a.exposuresByDay.map(({ day, counts }) => [day, counts]))
  for (const { day, counts } of b.exposuresByDay) {
    const other = days.get(day)
    days.set(day, other === undefined ? counts : counts.map((count, i) => count + other[i]!))
  }
  const least = (x: string | null, y: string | null) => (x === null || (y !== null && y < x) ? y : x)
  const greatest = (x: string | null, y: string | null) => (x === null || (y !== null && y > x) ? y : x)
  return {
    exposedUnits: a.exposedUnits + b.exposedUnits,
    contaminatedUnits: a.contaminatedUnits + b.contaminatedUnits,
    repeatedlyExposedUnits: a.repeatedlyExposedUnits + b.repeatedlyExposedUnits,
    otherVariantUnits: a.otherVariantUnits + b.otherVariantUnits,
    eventsWithoutExposure: a.eventsWithoutExposure + b.eventsWithoutExposure,
    eventsBeforeExposure: a.eventsBeforeExposure + b.eventsBeforeExposure,
    unitsWithEventsBeforeExposure: a.unitsWithEventsBeforeExposure + b.unitsWithEventsBeforeExposure,
    busyUnits: a.busyUnits + b.busyUnits,
    mostEventsOfAUnit: Math.max(a.mostEventsOfAUnit, b.mostEventsOfAUnit),
    exposuresByDay: [...days].sort(([x], [y]) => (x < y ? -1 : 1)).map(([day, counts]) => ({ day, counts })),
    firstEventAt: least(a.firstEventAt, b.firstEventAt),
    lastEventAt: greatest(a.lastEventAt, b.lastEventAt),
  }
}
