import type { Analysis } from '@fairlift/sdk'
import { expect, test } from 'vitest'
import { useServer } from '../testkit/use-server.ts'

const run = useServer({ env: { UNIT_TABLE_MIN_EVENTS: '1' } })

/** Longer than any experiment: it changes no answer, but no unit table is kept for it. */
const FOR_EVER_DAYS = 10_000
const START = Date.UTC(2026, 5, 1)
const HOUR = 3_600_000
/** Sums of some hundred values, added up in another order. */
const TOLERANCE = 1e-12

/** Numbers from 0 to 1, always the same ones (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Events without any order: late exposures, users in two variants, events before exposure, refunds. */
function randomEvents(count: number, next: () => number) {
  const pick = <T>(values: T[]): T => values[Math.floor(next() * values.length)]!
  return Array.from({ length: count }, () => {
    const user = Math.floor(next() * 150)
    const eventType = pick(['exposure', 'exposure', 'view', 'purchase', 'purchase', 'refund'])
    const isExposure = eventType === 'exposure'
    const other = user % 11 === 0 && next() < 0.3
    return {
      user_id: `user ${user}`,
      variant_id: isExposure ? ((user % 2 === 0) !== other ? 'control' : 'treatment') : null,
      event_type: eventType,
      value: eventType === 'purchase' ? Math.round(next() * 9000) / 100 : eventType === 'refund' ? -5.25 : null,
      // Whole hours: several exposures of a user happen at the same instant.
      timestamp: new Date(START + Math.floor(next() * 24 * 9) * HOUR).toISOString(),
      device: isExposure ? pick(['phone', 'desktop', null]) : null,
    }
  })
}

const numbersOf = ({ results, segments, variants }: Analysis) => ({
  users: variants.map(({ variant, users }) => [variant.key, users]),
  rows: [...results, ...segments].map((row) => ({
    of: [row.metric.key, row.treatment.key, row.segment?.value ?? null],
    counts: [row.controlStatistics, row.treatmentStatistics].map((arm) => arm?.n),
    sums: [row.controlStatistics, row.treatmentStatistics].flatMap((arm) => [
      arm?.total ?? 0,
      arm?.mean ?? 0,
      arm?.standardDeviation ?? 0,
    ]),
    effect: row.effect?.estimate ?? null,
  })),
})

function expectSame(one: Analysis, other: Analysis): void {
  const [a, b] = [numbersOf(one), numbersOf(other)]
  expect(a.users).toEqual(b.users)
  expect(a.rows.map(({ of, counts }) => ({ of, counts }))).toEqual(b.rows.map(({ of, counts }) => ({ of, counts })))
  a.rows.forEach(({ sums, effect }, index) => {
    const expected = [...b.rows[index]!.sums, b.rows[index]!.effect ?? 0]
    const found = [...sums, effect ?? 0]
    found.forEach((value, i) =>
      expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(TOLERANCE * Math.max(100, Math.abs(expected[i]!))),
    )
  })
  expect(one.health.map(({ name, verdict, message }) => ({ name, verdict, message }))).toEqual(
    other.health.map(({ name, verdict, message }) => ({ name, verdict, message })),
  )
}

for (const seed of [1, 2]) {
  test(`after each batch the unit table answers what the events answer (seed ${seed})`, async () => {
    const next = numbers(seed)
    const experiment = await run.client.createExperiment({
      key: `streamed-${seed}`,
      name: 'Streamed',
      startAt: new Date(START + 24 * HOUR).toISOString(),
      endAt: new Date(START + 8 * 24 * HOUR).toISOString(),
    })
    const experimentId = experiment.id
    const events = randomEvents(1200, next)
    // Growing batches, then small ones: the table is made anew, added to, and its files are joined.
    const sizes = [20, 200, 500, 100, 60, 20, 200, 100]
    let from = 0
    for (const size of sizes) {
      const records = events.slice(from, (from += size))
      await run.client.ingestEvents({ experimentId, records }).result()
      const segmentBy = seed === 1 ? null : 'device'
      const fromTable = await run.client.runAnalysis({ experimentId, segmentBy }).result()
      const fromEvents = await run.client
        .runAnalysis({ experimentId, segmentBy, daysSinceExposure: FOR_EVER_DAYS })
        .result()
      expect([fromTable.engine, fromEvents.engine]).toEqual(['polars, unit table', 'polars, events'])
      expectSame(fromTable, fromEvents)
    }
  })
}

test('an event that was corrected later counts once, as corrected, in the unit table too', async () => {
  const experiment = await run.client.createExperiment({
    key: 'corrected',
    name: 'Corrected',
    conflictPolicy: 'KEEP_LAST',
  })
  const experimentId = experiment.id
  const at = (hour: number) => new Date(START + hour * HOUR).toISOString()
  const users = Array.from({ length: 40 }, (_, user) => user)
  const exposures = users.map((user) => ({
    event_id: `exposure ${user}`,
    user_id: `user ${user}`,
    variant_id: user % 2 ? 'treatment' : 'control',
    event_type: 'exposure',
    timestamp: at(1),
  }))
  const purchase = (user: number, value: number) => ({
    event_id: `purchase ${user}`,
    user_id: `user ${user}`,
    event_type: 'purchase',
    value,
    timestamp: at(2 + user),
  })
  await run.client
    .ingestEvents({ experimentId, records: [...exposures, ...users.map((user) => purchase(user, 10))] })
    .result()
  await run.client.runAnalysis({ experimentId }).result()
  await run.client.ingestEvents({ experimentId, records: [purchase(0, 1000), purchase(1, 0.5)] }).result()
  const analysis = await run.client.runAnalysis({ experimentId }).result()
  expect(analysis.engine).toBe('polars, unit table')
  const revenue = analysis.results.find(({ metric }) => metric.key === 'revenue_per_visitor')!
  expect(revenue.controlStatistics!.total).toBe(19 * 10 + 1000)
  expect(revenue.treatmentStatistics!.total).toBe(19 * 10 + 0.5)
})

test('a table of another window is made when the experiment’s time is changed', async () => {
  const experiment = await run.client.createExperiment({
    key: 'moved',
    name: 'Moved',
    startAt: new Date(START).toISOString(),
  })
  const experimentId = experiment.id
  await run.client.ingestEvents({ experimentId, records: randomEvents(300, numbers(9)) }).result()
  const before = await run.client.runAnalysis({ experimentId }).result()
  await run.client.updateExperiment({ id: experimentId, startAt: new Date(START + 5 * 24 * HOUR).toISOString() })
  const after = await run.client.runAnalysis({ experimentId }).result()
  const fromEvents = await run.client.runAnalysis({ experimentId, daysSinceExposure: FOR_EVER_DAYS }).result()
  expect([before.engine, after.engine]).toEqual(['polars, unit table', 'polars, unit table'])
  expectSame(after, fromEvents)
  expect(after.variants).not.toEqual(before.variants)
})
