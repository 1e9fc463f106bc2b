import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { eventLists, planOfAnyWindow, timeOf, type PlainEvent } from '../engine.contract.ts'
import type { AggregationPlan, Group } from '../plan.ts'
import { aggregateParts } from './aggregate.ts'
import { partWriter } from './event-parts.contract.ts'
import { readTimeSeries } from './read-time-series.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-series-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const writeParts = partWriter(folder)

const DAY_MS = 86_400_000
const plain = (plan: AggregationPlan): AggregationPlan => ({ ...plan, segments: [], cells: [] })

function expectGroups(actual: Group[], expected: Group[]): void {
  expect(actual.map(({ n }) => n)).toEqual(expected.map(({ n }) => n))
  for (const [variant, { means, m2, products }] of actual.entries()) {
    const other = expected[variant]!
    for (const [x, y] of [
      [means, other.means],
      [m2, other.m2],
      [products, other.products],
    ] as const)
      x.forEach((value, i) => expect(Math.abs(value - y[i]!)).toBeLessThanOrEqual(1e-8 * Math.max(1, Math.abs(y[i]!))))
  }
}

test('the sums up to a day are those of a window that ends with it, whatever the events', async () => {
  await fc.assert(
    fc.asyncProperty(eventLists, planOfAnyWindow, async (batches, anyPlan) => {
      const plan = plain(anyPlan)
      const parts = await writeParts(batches)
      const { span, series } = await readTimeSeries(plan, parts)
      for (const [index, groups] of series.cumulative.entries()) {
        const end = Math.min((span.firstDay + index + 1) * DAY_MS, span.end / 1000)
        const window = { ...plan.window, to: new Date(Math.ceil(end)).toISOString() }
        const expected = await aggregateParts({ ...plan, window }, parts)
        expectGroups(groups, expected.groups)
      }
      // And the last day is the answer to the question itself.
      const last = series.cumulative.at(-1)
      if (last !== undefined) expectGroups(last, (await aggregateParts(plan, parts)).groups)
    }),
    { numRuns: 8, seed: 4 },
  )
}, 120_000)

test('a day and a day since exposure hold what their definitions say', async () => {
  await fc.assert(
    fc.asyncProperty(eventLists, planOfAnyWindow, async (batches, anyPlan) => {
      const measures = [{ eventTypes: ['purchase'], aggregation: 'sum' as const }]
      const window = { ...anyPlan.window, from: null }
      const plan = { ...plain(anyPlan), measures, pairs: [], window }
      const events = batches.flat()
      const { span, series } = await readTimeSeries(plan, await writeParts(batches))
      const end = span.end / 1000
      const horizon = window.daysSinceExposure === null ? Infinity : window.daysSinceExposure * DAY_MS
      for (const [index, groups] of series.daily.entries()) {
        const from = (span.firstDay + index) * DAY_MS
        const until = Math.min(from + DAY_MS, end)
        const users = usersAt(events, until)
        const values = (variant: string) =>
          users
            .filter((user) => user.variant === variant)
            .map(({ id, first }) =>
              bought(events, id, (time) => time >= Math.max(from, first) && time < Math.min(until, first + horizon)),
            )
        expectMeans(groups, plan.variants.map(values))
      }
      for (const [day, groups] of series.sinceExposure.entries()) {
        const users = usersAt(events, end).filter(({ first }) => first + (day + 1) * DAY_MS <= end)
        const values = (variant: string) =>
          users
            .filter((user) => user.variant === variant)
            .map(({ id, first }) =>
              bought(
                events,
                id,
                (time) => time >= first + day * DAY_MS && time < first + Math.min((day + 1) * DAY_MS, horizon),
              ),
            )
        expectMeans(groups, plan.variants.map(values))
      }
    }),
    { numRuns: 8, seed: 9 },
  )
}, 120_000)

/** Users with exposures to one variant only before some time. */
function usersAt(events: PlainEvent[], until: number): { id: string; variant: string | null; first: number }[] {
  const exposures = events.filter((event) => event.eventType === 'exposure' && timeOf(event) < until)
  return [...Map.groupBy(exposures, ({ userId }) => userId)].flatMap(([id, own]) => {
    if (new Set(own.map(({ variantId }) => variantId)).size > 1) return []
    return [{ id, variant: own[0]!.variantId, first: Math.min(...own.map(timeOf)) }]
  })
}

function bought(events: PlainEvent[], id: string, counts: (time: number) => boolean): number {
  return events
    .filter((event) => event.userId === id && event.eventType === 'purchase' && counts(timeOf(event)))
    .reduce((sum, { value }) => sum + (value ?? 0), 0)
}

function expectMeans(groups: Group[], values: number[][]): void {
  for (const [variant, { n, means }] of groups.entries()) {
    const own = values[variant]!
    expect(n).toBe(own.length)
    expect(means[0]).toBeCloseTo(n === 0 ? 0 : own.reduce((sum, value) => sum + value, 0) / n, 8)
  }
}
