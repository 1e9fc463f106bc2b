import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { engineContract, eventLists, planOfAnyWindow, type PlainEvent } from '../engine.contract.ts'
import type { PartFile } from '../engine.ts'
import { mergePlans } from '../merge-plans.ts'
import type { Window } from '../plan.ts'
import type { UnitFile } from '../unit-table.ts'
import { aggregateParts } from './aggregate.ts'
import { aggregateUnitTable } from './aggregate-unit-table.ts'
import { updateUnitTable } from './update-unit-table.ts'
import { partWriter } from './event-parts.contract.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-engine-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const writeParts = partWriter(folder)

/** A unit table as batches make it: one part after the other is added to what is there. */
async function tableOf(window: Window, parts: PartFile[], eventsPerShard = 40): Promise<UnitFile[]> {
  let table: UnitFile[] = []
  for (const [index, part] of parts.entries()) {
    const workFolder = mkdtempSync(join(folder, 'units-'))
    const known = parts.slice(0, index)
    // Every second batch is read shard by shard, as large ones are.
    const eventsAtOnce = index % 2 === 0 ? undefined : 0
    const request = { window, known, added: [part], files: table, workFolder, eventsPerShard, eventsAtOnce }
    table = (await updateUnitTable(request)).files
  }
  return table
}

engineContract({ name: 'polars', aggregate: (plan, parts) => aggregateParts(plan, parts) }, writeParts, { numRuns: 15 })

engineContract(
  {
    name: 'polars on two threads',
    aggregate: (plan, parts) => aggregateParts(plan, parts, undefined, true),
  },
  writeParts,
  { numRuns: 5 },
)

engineContract(
  {
    name: 'polars by unit table on two threads',
    aggregate: async (plan, parts) =>
      aggregateUnitTable(plan, await tableOf(plan.window, parts), parts, undefined, true),
  },
  writeParts,
  { numRuns: 5, daysSinceExposure: false },
)

engineContract(
  {
    name: 'polars by unit table',
    aggregate: async (plan, parts) => aggregateUnitTable(plan, await tableOf(plan.window, parts), parts),
  },
  writeParts,
  { numRuns: 15, daysSinceExposure: false },
)

test('a unit table to which batches were added gives what all events give: equal counts, and sums to 1e-12', async () => {
  await fc.assert(
    fc.asyncProperty(eventLists, planOfAnyWindow, async (batches, anyPlan) => {
      const plan = { ...anyPlan, window: { ...anyPlan.window, daysSinceExposure: null } }
      const parts = await writeParts(batches)
      const fromEvents = await aggregateParts(plan, parts)
      const fromTable = await aggregateUnitTable(plan, await tableOf(plan.window, parts), parts)
      expect(fromTable.quality).toEqual(fromEvents.quality)
      expect(fromTable.groups.map(({ n, variant, segment }) => ({ n, variant, segment }))).toEqual(
        fromEvents.groups.map(({ n, variant, segment }) => ({ n, variant, segment })),
      )
      for (const [index, { means, m2, products }] of fromTable.groups.entries()) {
        const expected = fromEvents.groups[index]!
        expectSums(means, expected.means)
        expectSums(m2, expected.m2)
        expectSums(products, expected.products)
      }
    }),
    { numRuns: 15, seed: 5 },
  )
}, 120_000)

test('nothing is left of early events that a late exposure moved, not even rounding', async () => {
  const purchase = (value: number, minute: number): PlainEvent => ({
    userId: 'u',
    variantId: null,
    eventType: 'purchase',
    value,
    minute,
    device: null,
  })
  const exposure = (minute: number): PlainEvent => ({
    ...purchase(0, minute),
    value: null,
    eventType: 'exposure',
    variantId: 'variant-c',
  })
  const measures = [{ eventTypes: ['purchase'], aggregation: 'sum' as const, before: true as const }]
  const window = { from: null, to: null, daysSinceExposure: null }
  const plan = mergePlans([{ measures, cells: [] }], { variants: ['variant-c', 'variant-t'], segments: [], window })
  const others = Array.from({ length: 8 }, (_, user) => ({ ...purchase(1, 5), userId: `other-${user}` }))
  // 0.1 + (0.2 + 0.3) is not (0.1 + 0.2) + 0.3.
  const parts = await writeParts([
    [...others, purchase(0.1, 20)],
    [purchase(0.2, 30), purchase(0.3, 40)],
    [exposure(10)],
  ])
  const { groups } = await aggregateUnitTable(plan, await tableOf(window, parts), parts)
  expect(groups[0]).toMatchObject({ n: 1, means: [0] })
})

/** Values of the events are up to 100 in size; their squares set the scale of what rounding may leave. */
const SUM_TOLERANCE = 1e-12 * 100 ** 2

function expectSums(actual: number[], expected: number[]): void {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((value, i) =>
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(Math.max(SUM_TOLERANCE, 1e-12 * Math.abs(expected[i]!))),
  )
}
