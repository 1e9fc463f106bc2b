import { byText, emptyGroup, MAX_SEGMENT_VALUES, TooManySegmentsError } from './groups.ts'
import type { Aggregates, AggregationPlan, Cells, DataQuality, Group, Measure } from './plan.ts'
import { exposureState, type UnitRows } from './unit-rows.ts'

/** Time of the first and the last event of a dataset, ISO 8601. */
export type TimeRange = Pick<DataQuality, 'firstEventAt' | 'lastEventAt'>

/** What a plan asks, from one row per unit. */
export function aggregateUnits(plan: AggregationPlan, units: UnitRows, timeRange: TimeRange): Aggregates {
  const compared = comparedUnits(plan, units)
  const columns = plan.measures.map((measure) => valuesOf(measure, units, compared.rows))
  return {
    groups: [
      ...groupsOf(plan, columns, compared.variants, [null], null),
      ...plan.segments.flatMap((attribute) => segmentGroups(plan, units, compared, columns, attribute)),
    ],
    cells: plan.cells.flatMap((measure) =>
      plan.variants.map((_, variant) => cellsOf(measure, variant, columns[measure]!, compared.variants)),
    ),
    quality: { ...qualityOf(plan, units, compared), ...timeRange },
  }
}

/** The units of the variants that are compared, exposed to that variant only. */
interface ComparedUnits {
  /** Row of each. */
  rows: Int32Array
  /** Position in the plan of each one's variant. */
  variants: Int32Array
}

function comparedUnits({ variants }: AggregationPlan, units: UnitRows): ComparedUnits {
  const positions = Int32Array.from(units.variantNames.values, (name) => variants.indexOf(name))
  const rows = new Int32Array(units.size)
  const found = new Int32Array(units.size)
  let count = 0
  for (let row = 0; row < units.size; row++) {
    const state = units.state[row]!
    if (state === exposureState.none || state === exposureState.severalVariants) continue
    const position = positions[units.variant[row]!]!
    if (position < 0) continue
    rows[count] = row
    found[count++] = position
  }
  return { rows: rows.subarray(0, count), variants: found.subarray(0, count) }
}

function valuesOf({ eventTypes, aggregation, before }: Measure, units: UnitRows, rows: Int32Array): Float64Array {
  const values = new Float64Array(rows.length)
  for (const type of eventTypes) {
    const sums = units.types.get(type)
    if (sums === undefined) continue
    const [counts, totals] = before ? [sums.earlyCounts, sums.earlySums] : [sums.counts, sums.sums]
    const source = aggregation === 'sum' ? totals : counts
    for (let i = 0; i < rows.length; i++) values[i]! += source[rows[i]!]!
  }
  if (aggregation === 'any') for (let i = 0; i < values.length; i++) values[i] = values[i]! > 0 ? 1 : 0
  return values
}

function segmentGroups(
  plan: AggregationPlan,
  units: UnitRows,
  { rows, variants }: ComparedUnits,
  columns: Float64Array[],
  attribute: string,
): Group[] {
  const column = units.attributes.get(attribute)
  const names = column?.dictionary.values ?? []
  /** Place of each code's value among those that occur, in the order in which they are met; of -1 at the end. */
  const places = new Int32Array(names.length + 1).fill(-1)
  const values: (string | null)[] = []
  const cells = new Int32Array(rows.length)
  for (let i = 0; i < rows.length; i++) {
    const code = column?.codes[rows[i]!] ?? -1
    const at = code < 0 ? names.length : code
    if (places[at]! < 0) {
      places[at] = values.length
      values.push(code < 0 ? null : names[code]!)
      if (values.length > MAX_SEGMENT_VALUES) throw new TooManySegmentsError(attribute)
    }
    cells[i] = places[at]! * plan.variants.length + variants[i]!
  }
  const groups = groupsOf(plan, columns, cells, values, attribute)
  const rank = new Map([...values].sort(byText).map((value, place) => [value, place]))
  const placeOf = ({ segment }: Group) => rank.get(segment!.value)!
  return groups.sort((a, b) => placeOf(a) - placeOf(b) || a.variant - b.variant)
}

/**
 * Means and centred moments of each group, in two passes: the second one takes the deviations from the means of the
 * first, and corrects for what rounding left of their sum. It loses no digits where sums of squares lose all, and has no
 * division in its loops.
 *
 * See Chan, Golub and LeVeque (1983), "Algorithms for computing the sample variance", formula 1.7.
 *
 * @param cells place of each unit's group: that of its value times the number of variants, plus that of its variant
 * @param values the value of each place; of a null attribute the one place of all units
 */
function groupsOf(
  plan: AggregationPlan,
  columns: Float64Array[],
  cells: Int32Array,
  values: (string | null)[],
  attribute: string | null,
): Group[] {
  const width = plan.variants.length
  const count = values.length * width
  const sizes = new Float64Array(count)
  for (let i = 0; i < cells.length; i++) sizes[cells[i]!]!++
  const means = columns.map((column) => meansOf(column, cells, sizes))
  const residues = columns.map((column, measure) => {
    const sums = new Float64Array(count)
    const mean = means[measure]!
    for (let i = 0; i < cells.length; i++) sums[cells[i]!]! += column[i]! - mean[cells[i]!]!
    return sums
  })
  const productsOf = (a: number, b: number): Float64Array => {
    const sums = new Float64Array(count)
    const [left, right, leftMean, rightMean] = [columns[a]!, columns[b]!, means[a]!, means[b]!]
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!
      sums[cell]! += (left[i]! - leftMean[cell]!) * (right[i]! - rightMean[cell]!)
    }
    return sums.map((sum, cell) =>
      sizes[cell] === 0 ? 0 : sum - (residues[a]![cell]! * residues[b]![cell]!) / sizes[cell]!,
    )
  }
  const m2 = columns.map((_, measure) => productsOf(measure, measure))
  const products = plan.pairs.map(([a, b]) => productsOf(a, b))
  return Array.from({ length: count }, (_, cell) => {
    const group = emptyGroup(
      plan,
      cell % width,
      attribute === null ? null : { attribute, value: values[Math.floor(cell / width)]! },
    )
    const n = sizes[cell]!
    if (n === 0) return group
    return {
      ...group,
      n,
      means: means.map((mean, measure) => mean[cell]! + residues[measure]![cell]! / n),
      m2: m2.map((sums) => Math.max(0, sums[cell]!)),
      products: products.map((sums) => sums[cell]!),
    }
  })
}

function meansOf(column: Float64Array, cells: Int32Array, sizes: Float64Array): Float64Array {
  const sums = new Float64Array(sizes.length)
  for (let i = 0; i < cells.length; i++) sums[cells[i]!]! += column[i]!
  return sums.map((sum, cell) => (sizes[cell] === 0 ? 0 : sum / sizes[cell]!))
}

/** How many units of a variant have each value. Most have none, which are counted and not sorted. */
function cellsOf(measure: number, variant: number, column: Float64Array, variants: Int32Array): Cells {
  const others = new Float64Array(column.length)
  let zeros = 0
  let length = 0
  for (let i = 0; i < column.length; i++) {
    if (variants[i] !== variant) continue
    if (column[i] === 0) zeros++
    else others[length++] = column[i]!
  }
  const sorted = others.subarray(0, length).sort()
  const values: number[] = []
  const counts: number[] = []
  const take = (value: number, count: number): void => {
    values.push(value)
    counts.push(count)
  }
  let zerosAreTaken = zeros === 0
  for (let i = 0; i < length;) {
    const value = sorted[i]!
    if (!zerosAreTaken && value > 0) {
      take(0, zeros)
      zerosAreTaken = true
    }
    let end = i + 1
    while (end < length && sorted[end] === value) end++
    take(value, end - i)
    i = end
  }
  if (!zerosAreTaken) take(0, zeros)
  return { measure, variant, values, counts }
}

function qualityOf(
  plan: AggregationPlan,
  units: UnitRows,
  compared: ComparedUnits,
): Omit<DataQuality, keyof TimeRange> {
  const types = [...new Set(plan.measures.flatMap(({ eventTypes }) => eventTypes))]
  const early = types.flatMap((type) => units.types.get(type)?.earlyCounts ?? [])
  const byState = [0, 0, 0, 0]
  let eventsWithoutExposure = types.reduce((sum, type) => sum + (units.eventsWithoutRow.get(type) ?? 0), 0)
  let eventsBeforeExposure = 0
  let unitsWithEventsBeforeExposure = 0
  for (let row = 0; row < units.size; row++) {
    const state = units.state[row]!
    byState[state]!++
    let events = 0
    for (const counts of early) events += counts[row]!
    if (events === 0) continue
    if (state === exposureState.none) eventsWithoutExposure += events
    else {
      eventsBeforeExposure += events
      unitsWithEventsBeforeExposure++
    }
  }
  const [, once, repeatedly, contaminated] = byState as [number, number, number, number]
  return {
    exposedUnits: once + repeatedly + contaminated,
    contaminatedUnits: contaminated,
    repeatedlyExposedUnits: repeatedly + contaminated,
    otherVariantUnits: once + repeatedly - compared.rows.length,
    eventsWithoutExposure,
    eventsBeforeExposure,
    unitsWithEventsBeforeExposure,
    exposuresByDay: exposuresByDay(plan.variants.length, units, compared),
  }
}

const DAY_MICROS = 86_400_000_000

function exposuresByDay(
  width: number,
  { firstExposure }: UnitRows,
  { rows, variants }: ComparedUnits,
): DataQuality['exposuresByDay'] {
  const byDay = new Map<number, number[]>()
  let lastDay = Number.NaN
  let counts: number[] = []
  for (let i = 0; i < rows.length; i++) {
    const day = Math.floor(firstExposure[rows[i]!]! / DAY_MICROS)
    if (day !== lastDay) {
      lastDay = day
      counts = byDay.get(day) ?? new Array<number>(width).fill(0)
      byDay.set(day, counts)
    }
    counts[variants[i]!]!++
  }
  return [...byDay]
    .sort(([a], [b]) => a - b)
    .map(([day, counts]) => ({ day: new Date(day * 86_400_000).toISOString().slice(0, 10), counts }))
}
