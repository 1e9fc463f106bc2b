import { describe, expect, test } from 'vitest'
import type { DataQuality } from '../engine/plan.ts'
import type { MetricDefinition } from './metric-definition.ts'
import type { ResultRow } from './result-row.ts'
import { revenueChanges, revenueSentence, trafficOf } from './revenue-change.ts'

const revenue: MetricDefinition = {
  id: 'm',
  key: 'revenue_per_visitor',
  kind: 'MEAN',
  numerator: { eventTypes: ['purchase', 'refund'], aggregation: 'sum' },
  denominator: null,
  goal: 'INCREASE',
  role: 'SECONDARY',
}
const row = (lower: number | null): ResultRow =>
  ({
    metricId: 'm',
    treatmentId: 't',
    segment: null,
    effect: {
      estimate: 0.5,
      standardError: 0.2,
      confidenceInterval: { kind: 'interval', lower, upper: 0.9, level: 0.95 },
    },
  }) as ResultRow

describe('the change of revenue', () => {
  const traffic = trafficOf({
    exposedUnits: 2800,
    exposuresByDay: [
      { day: '2026-06-01', counts: [] },
      { day: '2026-06-14', counts: [] },
    ],
  } as unknown as DataQuality)

  test('is the effect on each user times the users of the horizon', () => {
    expect(traffic).toEqual({ users: 2800, days: 14 })
    const [change] = revenueChanges([row(0.1)], [revenue], traffic, {})
    expect(change).toEqual({
      ...{ metricId: 'm', treatmentId: 't', level: 0.95, horizonDays: 365, usersPerDay: 200 },
      ...{ estimate: 0.5 * 200 * 365, lower: 0.1 * 200 * 365, upper: 0.9 * 200 * 365 },
    })
    expect(revenueSentence(change!)).toBe(
      'Revenue: +36,500 a year (95% interval: +7,300 to +65,700), as long as 200 users a day come and the effect stays.',
    )
  })

  test('is told for another horizon, and says where it has no end', () => {
    const [change] = revenueChanges([row(null)], [revenue], traffic, { horizonDays: 30 })
    expect(change).toMatchObject({ lower: null, horizonDays: 30 })
    expect(revenueSentence(change!)).toContain('+3,000 in 30 days (95% interval: no lower end to')
  })

  test('is not told without a metric of revenue, or without a day', () => {
    expect(revenueChanges([row(0.1)], [{ ...revenue, kind: 'RATIO' }], traffic, {})).toEqual([])
    expect(revenueChanges([row(0.1)], [revenue], { users: 0, days: 0 }, {})).toEqual([])
  })
})
