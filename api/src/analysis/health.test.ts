import { describe, expect, test } from 'vitest'
import type { Aggregates, AggregationPlan } from '../engine/plan.ts'
import { checkHealth } from './health.ts'

const plan = { variants: ['control', 'treatment'], measures: [] } as unknown as AggregationPlan
const lineage = { rows: 0, rejectedRows: 0, events: 0, duplicateEvents: 0, disagreeingRows: 0 }
const quality = {
  exposedUnits: 0,
  contaminatedUnits: 0,
  repeatedlyExposedUnits: 0,
  otherVariantUnits: 0,
  eventsWithoutExposure: 0,
  eventsBeforeExposure: 0,
  unitsWithEventsBeforeExposure: 0,
  exposuresByDay: [],
  firstEventAt: null,
  lastEventAt: null,
}

/** The check of the split of so many users, configured as halves. */
function ratioOf(...users: number[]) {
  const groups = users.map((n, variant) => ({ variant, segment: null, n }))
  const [check] = checkHealth(plan, { groups, cells: [], quality } as unknown as Aggregates, [0.5, 0.5], lineage)
  return check!
}

describe('the split of the users', () => {
  test('that chance explains passes', () => {
    expect(ratioOf(1_010, 990)).toMatchObject({ verdict: 'PASS' })
  })

  test('that chance does not explain fails, with the shares found and configured', () => {
    expect(ratioOf(1_200, 800)).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining('split 60.0% / 40.0% where 50.0% / 50.0% was configured') as string,
    })
  })

  test('is told in users where the shares would look alike', () => {
    expect(ratioOf(10_004_000, 9_996_000)).toMatchObject({ verdict: 'PASS' })
    expect(ratioOf(50_020_000, 49_980_000)).toMatchObject({
      verdict: 'FAIL',
      message: expect.stringContaining(
        'split 50,020,000 / 49,980,000 where 50,000,000 / 50,000,000 would be as configured',
      ) as string,
    })
  })
})
