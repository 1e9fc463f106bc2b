import type { Analysis, MetricResult } from '@fairlift/sdk'
import { expectEqual } from './bench-server.ts'
import type { Group, Measure } from './analysis-question.ts'

/** Relative difference that rounding in another order of adding up explains. */
const RELATIVE = 1e-9
/** A sum of squares or products near zero is no better known than the largest of its kind. */
const ABSOLUTE = 1e-9

/** Fails unless two programs say the same of the same groups: counts exactly, numbers to 1e-9. */
export function expectSameGroups(what: string, found: Group[], expected: Group[]): void {
  // A pair of attribute and variant without users is a group in one program and none in the other.
  const byName = new Map(expected.map((group) => [nameOf(group), group]))
  const held = found.filter(({ n }) => n > 0)
  expectEqual(`groups (${what})`, held.length, expected.length)
  for (const group of held) {
    const other = byName.get(nameOf(group))
    const name = `${nameOf(group)} (${what})`
    if (other === undefined) throw new Error(`The answer is wrong: there is no ${name} in the other one.`)
    expectEqual(`users of ${name}`, group.n, other.n)
    for (const kind of ['means', 'm2', 'products'] as const) {
      for (const [index, value] of group[kind].entries()) expectNear(`${kind} of ${name}`, value, other[kind][index]!)
    }
  }
}

/** Fails unless an analysis has the users and means that DuckDB found. */
export function expectSameAnalysis(
  { results, segments }: Analysis,
  { measures, groups }: { measures: Measure[]; groups: Group[] },
): void {
  for (const row of [...results, ...segments]) {
    for (const [variant, arm] of [row.controlStatistics, row.treatmentStatistics].entries()) {
      const group = groups.find((one) => one.variant === variant && isOf(one, row))
      const name = `${row.metric.key} of ${row.segment?.value ?? 'all'}`
      if (group === undefined) throw new Error(`The answer is wrong: DuckDB has no group for ${name}.`)
      expectEqual(`users of ${name}`, arm.n, group.n)
      const column = columnOf(row, measures)
      if (column >= 0) expectNear(`total of ${name}`, arm.total, group.means[column]! * group.n)
    }
  }
}

/** What the standard metrics add up. */
function columnOf({ metric }: MetricResult, measures: Measure[]): number {
  const wanted: Record<string, (measure: Measure) => boolean> = {
    conversion: ({ aggregation }) => aggregation === 'any',
    revenue_per_visitor: ({ aggregation, eventTypes }) => aggregation === 'sum' && eventTypes.includes('refund'),
    average_order_value: ({ aggregation, eventTypes }) => aggregation === 'sum' && !eventTypes.includes('refund'),
  }
  return measures.findIndex((measure) => !measure.before && wanted[metric.key]?.(measure))
}

function isOf({ segment }: Group, row: MetricResult): boolean {
  if (segment === null || row.segment == null) return segment === null && row.segment == null
  return segment.attribute === row.segment.attribute && segment.value === row.segment.value
}

function nameOf({ variant, segment }: Group): string {
  return segment === null ? `variant ${variant}` : `variant ${variant}, ${segment.attribute} ${segment.value}`
}

function expectNear(what: string, found: number, expected: number): void {
  if (Math.abs(found - expected) <= ABSOLUTE + RELATIVE * Math.abs(expected)) return
  throw new Error(`The answer is wrong: ${what} is ${found}, and should be ${expected} to ${RELATIVE}.`)
}
