import type { CreateExperimentInput, VersionComparison } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { delimited, eventRecords, totalsOf, type EventRecord } from '../testkit/event-records.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

let number = 0
async function newExperiment(input: Partial<CreateExperimentInput> = {}): Promise<string> {
  const key = `versions-${number++}`
  return (await run.client.createExperiment({ key, name: key, ...input })).id
}

const land = (experimentId: string, records: EventRecord[], name = 'events.csv') =>
  run.client.uploadEvents({ experimentId, file: new File([delimited(records)], name) }).result()

const usersOf = (records: readonly EventRecord[], type?: string): Set<string> =>
  new Set(records.filter((one) => type === undefined || one.event_type === type).map((one) => one.user_id))

/** How two sets differ, counted without the program. */
function change(before: Set<string>, after: Set<string>) {
  const without = (some: Set<string>, others: Set<string>) => [...some].filter((one) => !others.has(one)).length
  return {
    before: before.size,
    after: after.size,
    added: without(after, before),
    removed: without(before, after),
  }
}

function expectUsers(
  { users }: VersionComparison,
  before: readonly EventRecord[],
  after: readonly EventRecord[],
): void {
  expect(users.all).toEqual(change(usersOf(before), usersOf(after)))
  expect(users.exposed).toEqual(change(usersOf(before, 'exposure'), usersOf(after, 'exposure')))
}

describe('the versions of an experiment', () => {
  test('are listed newest first, page by page, with their files and the batch that made each', async () => {
    const experimentId = await newExperiment()
    expect((await run.client.datasetVersions(experimentId).page()).items).toEqual([])
    const batches = []
    for (let from = 0; from < 60; from += 12) batches.push(await land(experimentId, eventRecords(12, from)))
    const pages = run.client.datasetVersions(experimentId)
    const first = await pages.page({ first: 2 })
    const rest = await pages.page({ first: 4, after: first.endCursor })
    const versions = [...first.items, ...rest.items]
    expect([first.hasNextPage, rest.hasNextPage]).toEqual([true, false])
    expect(versions.map((version) => version.number)).toEqual([5, 4, 3, 2, 1])
    for (const { number: version, kind, rows, parts, batch } of versions) {
      expect({ kind, rows, parts, batch: batch?.id }).toEqual({
        kind: 'BATCH',
        rows: eventRecords(12 * version).length,
        parts: version,
        batch: batches[version - 1]!.id,
      })
    }
  })

  test('are all there to be asked after later batches', async () => {
    const experimentId = await newExperiment()
    const sizes = [40, 90, 150]
    for (const [index, size] of sizes.entries()) {
      const from = sizes[index - 1] ?? 0
      await land(experimentId, eventRecords(size - from, from))
    }
    for (const [index, size] of sizes.entries()) {
      const analysis = await run.client.runAnalysis({ experimentId, datasetVersion: index + 1 }).result()
      const [control, treatment] = totalsOf(eventRecords(size))
      const row = rowOf(analysis, 'conversion')
      expect(row.controlStatistics).toMatchObject({ n: control!.users, total: control!.buyers })
      expect(row.treatmentStatistics).toMatchObject({ n: treatment!.users, total: treatment!.buyers })
    }
  })
})

describe('two versions compared', () => {
  test('tell the events, users and batches that came between, and how the effects moved', async () => {
    const experimentId = await newExperiment()
    const first = eventRecords(120)
    // Half of these users are known; what they did is not.
    const second = eventRecords(80, 100).map((record) => ({ ...record, timestamp: later(record.timestamp) }))
    const third = eventRecords(33, 400)
    await land(experimentId, first, 'first.csv')
    await land(experimentId, second, 'second.csv')
    await land(experimentId, [...third, ...first.slice(0, 9)], 'third.csv')

    const comparison = await run.client.compareVersions({ experimentId, before: 1, after: 3 })
    const all = [...first, ...second, ...third]
    expect(comparison.events).toEqual({
      before: first.length,
      after: all.length,
      added: second.length + third.length,
      removed: 0,
      erased: 0,
    })
    expectUsers(comparison, first, all)
    expect(comparison.batches.nodes.map(({ originalName }) => originalName)).toEqual(['third.csv', 'second.csv'])

    const { effects } = comparison
    expect(effects.unavailable).toBeNull()
    const [earlier, now] = [await run.client.analysis(effects.before!.id), await run.client.analysis(effects.after!.id)]
    expect([earlier.datasetVersion.number, now.datasetVersion.number]).toEqual([1, 3])
    expect(effects.moves.map(({ before }) => before.metric.key)).toEqual(
      earlier.results.map(({ metric }) => metric.key),
    )
    for (const move of effects.moves) {
      const [before, after] = [rowOf(earlier, move.before.metric.key), rowOf(now, move.before.metric.key)]
      expect([move.before, move.after]).toEqual([before, after])
      const [from, to] = [before.relativeEffect!, after.relativeEffect!]
      expect(move.relativeEffectChange).toBe(to.estimate! - from.estimate!)
      const [one, other] = [from.confidenceInterval, to.confidenceInterval]
      const apart =
        (one.upper ?? Infinity) < (other.lower ?? -Infinity) || (other.upper ?? Infinity) < (one.lower ?? -Infinity)
      expect(move.intervalsOverlap).toBe(!apart)
      expect(move.significanceChanged).toBe(before.isSignificant !== after.isSignificant)
    }
    expect(effects.decisionChanged).toBe(earlier.decision.verdict !== now.decision.verdict)
  })

  test('count an effect that turned around, with its intervals apart', async () => {
    const experimentId = await newExperiment({ endAt: '2026-06-20T00:00:00Z', startAt: '2026-06-01T00:00:00Z' })
    await land(experimentId, buyersOf(0, 400, { control: 2, treatment: 8 }))
    await land(experimentId, buyersOf(400, 9000, { control: 8, treatment: 2 }))
    const { effects } = await run.client.compareVersions({ experimentId, before: 1, after: 2 })
    const move = effects.moves.find(({ before }) => before.metric.key === 'conversion')!
    expect(move).toMatchObject({ intervalsOverlap: false, significanceChanged: false })
    expect(move.before.effect!.estimate).toBeGreaterThan(0)
    expect(move.after.effect!.estimate).toBeLessThan(0)
    expect(move.relativeEffectChange).toBeLessThan(-1)
    expect(effects.decisionChanged).toBe(true)
  })

  test('with corrections: events that they took the place of count as removed', async () => {
    const experimentId = await newExperiment({ conflictPolicy: 'KEEP_LAST' })
    const first = eventRecords(60).map((record, index) => ({ ...record, event_id: `e${index}` }))
    const purchases = first.filter(({ event_type: type }) => type === 'purchase')
    const corrections = purchases.slice(0, 4).map((record) => ({ ...record, value: 500 }))
    // A correction can change whose event it was.
    const moved = { ...purchases[5]!, user_id: 'somebody else' }
    const fresh = eventRecords(10, 60).map((record, index) => ({ ...record, event_id: `f${index}` }))
    await land(experimentId, first)
    await land(experimentId, [...corrections, moved, ...fresh])
    const comparison = await run.client.compareVersions({ experimentId, before: 1, after: 2 })
    expect(comparison.events).toEqual({
      before: first.length,
      after: first.length + fresh.length,
      added: 5 + fresh.length,
      removed: 5,
      erased: 0,
    })
    const now = [...first.filter(({ event_id: id }) => id !== moved.event_id), moved, ...fresh]
    expectUsers(comparison, first, now)
  })

  test('that were not analysed alike say what to do', async () => {
    const experimentId = await newExperiment()
    await land(experimentId, eventRecords(30))
    await land(experimentId, eventRecords(30, 30))
    await land(experimentId, eventRecords(30, 60))
    const why = async (before: number, after: number) => {
      const query = `query ($id: ID!, $before: Int!, $after: Int!) {
        compareVersions(experimentId: $id, before: $before, after: $after) { effects { unavailable { reason message } moves { significanceChanged } } }
      }`
      const answer = await run.client.request<{ compareVersions: Pick<VersionComparison, 'effects'> }>(query, {
        id: experimentId,
        before,
        after,
      })
      return answer.compareVersions.effects
    }
    expect(await why(1, 2)).toMatchObject({ moves: [], unavailable: { reason: 'NO_ANALYSES' } })
    await run.client.runAnalysis({ experimentId, datasetVersion: 2 }).result()
    const lacking = (await why(1, 2)).unavailable!
    expect(lacking).toMatchObject({ reason: 'NO_ANALYSIS_BEFORE' })
    expect(lacking.message).toContain('Run runAnalysis with datasetVersion 1')
    expect((await why(2, 3)).unavailable).toMatchObject({ reason: 'NO_ANALYSIS_AFTER' })
    await run.client.runAnalysis({ experimentId, datasetVersion: 3, level: 0.9 }).result()
    expect((await why(2, 3)).unavailable).toMatchObject({ reason: 'QUESTIONS_DIFFER' })
    await run.client.runAnalysis({ experimentId, datasetVersion: 3, metrics: ['conversion'] }).result()
    expect((await why(2, 3)).unavailable).toMatchObject({ reason: 'QUESTIONS_DIFFER' })
    // The client has the missing answers computed.
    const { effects } = await run.client.compareVersions({ experimentId, before: 2, after: 3 })
    expect(effects.unavailable).toBeNull()
    expect(effects.moves.length).toBeGreaterThan(2)
  })

  test('the other way round, or with themselves, are refused', async () => {
    const experimentId = await newExperiment()
    await land(experimentId, eventRecords(3))
    await land(experimentId, eventRecords(3, 3))
    for (const [before, after] of [
      [2, 1],
      [1, 1],
    ] as const) {
      await expect(run.client.compareVersions({ experimentId, before, after })).rejects.toMatchObject({
        code: 'BAD_INPUT',
        message: expect.stringContaining(`got ${before} and ${after}`) as string,
      })
    }
    await expect(run.client.compareVersions({ experimentId, before: 1, after: 3 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: 'There is no dataset version "3".',
    })
  })
})

function later(timestamp: string): string {
  return new Date(Date.parse(timestamp) + 1000).toISOString()
}

/** Users of whom so many in ten buy. */
function buyersOf(from: number, users: number, inTen: Record<'control' | 'treatment', number>): EventRecord[] {
  return Array.from({ length: users }, (_, index): EventRecord[] => {
    const variant = index % 2 ? 'treatment' : 'control'
    const own = { user_id: `u${from + index}`, device: null, timestamp: '2026-06-03T00:00:00Z' }
    const exposure = { ...own, variant_id: variant, event_type: 'exposure', value: null }
    const purchase = { ...own, variant_id: null, event_type: 'purchase', value: 10 }
    return Math.floor(index / 2) % 10 < inTen[variant] ? [exposure, purchase] : [exposure]
  }).flat()
}
