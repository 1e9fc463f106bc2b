import { expect, test } from 'vitest'
import type { AggregationPlan, Cells, Group } from '../engine/plan.ts'
import { valueTableOf } from '../stats/value-table.ts'
import { distributionsOf } from './distributions.ts'
import type { MetricDefinition } from './metric-definition.ts'

const revenue: MetricDefinition = {
  ...{ id: 'm', key: 'revenue', kind: 'MEAN', denominator: null, goal: 'INCREASE', role: 'PRIMARY' },
  numerator: { eventTypes: ['purchase'], aggregation: 'sum' },
}
const plan: AggregationPlan = {
  ...{ variants: ['c', 't'], measures: [revenue.numerator], pairs: [], cells: [0], segments: [] },
  window: { from: null, to: null, daysSinceExposure: null },
}

function distributionOf(byVariant: number[][]) {
  const groups = byVariant.map((list, variant): Group => ({
    ...{ variant, segment: null, n: list.length, means: [0], m2: [0], products: [] },
  }))
  const cells = byVariant.map((list, variant): Cells => {
    const { values, counts } = valueTableOf(list)
    return { measure: 0, variant, values: Array.from(values), counts: Array.from(counts) }
  })
  return distributionsOf([revenue], plan, { cells, groups })
}

test('every user of a variant is in one bin, at zero, or below it, and in the bin of the value', () => {
  const control = [0, 0, -3, 0.01, 1, 9.99, 10, 10, 47.11, 1000]
  const treatment = [0, 12, 12, 13.5, 1e-9, 2e5]
  const [{ edges, variants }] = distributionOf([control, treatment]) as [ReturnType<typeof distributionsOf>[number]]
  expect(edges).toEqual(edges.toSorted((a, b) => a - b))
  for (const [place, list] of [control, treatment].entries()) {
    const { users, zero, negative, counts } = variants[place]!
    expect(users).toBe(list.length)
    expect(zero).toBe(list.filter((value) => value === 0).length)
    expect(negative).toBe(list.filter((value) => value < 0).length)
    const expected = counts.map(
      (_, bin) =>
        list.filter(
          (value) =>
            value > 0 && (bin === 0 || value >= edges[bin]!) && (value < edges[bin + 1]! || bin === counts.length - 1),
        ).length,
    )
    expect(counts).toEqual(expected)
    expect(zero + negative + counts.reduce((sum, count) => sum + count, 0)).toBe(list.length)
  }
})

test('values that differ by many powers of ten do not make many bins', () => {
  const [{ edges }] = distributionOf([[1e-300, 1], [1e12]]) as [ReturnType<typeof distributionsOf>[number]]
  expect(edges.length).toBeLessThanOrEqual(50)
})

test('a metric that nobody has a positive value of has no distribution', () => {
  expect(
    distributionOf([
      [0, 0],
      [-1, 0],
    ]),
  ).toEqual([])
  expect(distributionOf([[], []])).toEqual([])
})
