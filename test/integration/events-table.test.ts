import { setTimeout as delay } from 'node:timers/promises'
import type { EventPage, FairliftClient } from '@fairlift/sdk'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { eventRecords } from '../testkit/event-records.ts'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { JobSite } from '../testkit/job-site.ts'
import { canSeeProcesses } from '../testkit/processes.ts'
import { until } from '../testkit/until.ts'
import { useServer } from '../testkit/use-server.ts'

/** What waits for a dead worker's lease takes long, on a busy machine above all. */

let experiments = 0

async function newExperiment(client: FairliftClient, settings: object = {}): Promise<string> {
  const key = `events-${process.pid}-${++experiments}`
  return (await client.createExperiment({ key, name: 'Events', ...settings })).id
}

/** Waits until the explorer holds so many events, and all of them. */
function untilCopied(client: FairliftClient, experimentId: string, rows: number): Promise<EventPage> {
  return until(`${rows} events in the table`, async () => {
    const page = await client.events({ experimentId }).page({ first: 1 })
    return page.isComplete && page.totalRows === rows && page
  })
}

async function all<Item>(list: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of list) items.push(item)
  return items
}

describe('the events of an experiment', () => {
  const use = useServer()

  it('are all there after a while, as they were sent, newest first', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    const records = eventRecords(150)
    const batch = await client.ingestEvents({ experimentId, records }).result()
    expect(await untilCopied(client, experimentId, batch.events!)).toMatchObject({
      copiedRows: records.length,
      message: null,
    })
    const events = await all(client.events({ experimentId, pageSize: 40 }))
    const shown = events.map((event) => ({
      user_id: event.userId,
      variant_id: event.variant?.key ?? null,
      event_type: event.type,
      value: event.value,
      timestamp: event.timestamp,
      device: (event.attributes as { device?: string }).device ?? null,
      row: event.row,
      batch: event.batch?.id,
    }))
    const sent = records.map((record, index) => ({ ...record, row: index + 1, batch: batch.id }))
    expect(shown.toSorted((one, other) => one.row - other.row)).toEqual(sent)
    const times = events.map(({ timestamp }) => timestamp)
    expect(times).toEqual(times.toSorted().reverse())
    expect(new Set(events.map(({ id }) => id)).size).toBe(records.length)
  })

  it('are found by user, type, variant and time, each alone and together', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    const records = eventRecords(60)
    await client.ingestEvents({ experimentId, records }).result()
    await untilCopied(client, experimentId, records.length)
    const found = async (filter: object) =>
      (await all(client.events({ experimentId, ...filter }))).map(({ row }) => row).toSorted((a, b) => a - b)
    const sent = (is: (record: (typeof records)[number]) => boolean) =>
      records.flatMap((record, index) => (is(record) ? [index + 1] : []))
    const from = records[50]!.timestamp
    const to = records[80]!.timestamp
    expect(await found({ userId: 'user 6' })).toEqual(sent(({ user_id: user }) => user === 'user 6'))
    expect(await found({ type: 'purchase' })).toEqual(sent(({ event_type: type }) => type === 'purchase'))
    expect(await found({ variant: 'treatment' })).toEqual(sent(({ variant_id: variant }) => variant === 'treatment'))
    expect(await found({ from, to })).toEqual(sent(({ timestamp }) => timestamp >= from && timestamp < to))
    expect(await found({ userId: 'user 6', type: 'purchase', from: '2026-06-01T00:00:00Z' })).toHaveLength(2)
    expect(await found({ userId: 'USER 6' })).toEqual([])
    expect(await found({ type: 'refund' })).toEqual([])
  })

  it('keep any character of ids, types and attributes', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    const odd = [
      'plain',
      'quote " and \' here',
      'back\\slash \\N \\. \\t',
      'tab\there',
      'line\nbreak\r\nand\rreturn',
      '\\.',
      '{"json": [1, "a"]}',
      'emoji 👩‍🔬 🚀',
      'ünïcödé 漢字',
      'bell\u0007 and delete\u007f',
      '$1 ${x} %s',
    ]
    const records = odd.flatMap((text, index) => [
      {
        user_id: text,
        variant_id: 'control',
        event_type: 'exposure',
        timestamp: `2026-06-01T00:00:${10 + index}Z`,
        attributes: { note: text, other: index % 2 ? 'odd' : null },
      },
      { user_id: text, event_type: `type ${index} ${text.length > 8 ? text : ''}`, timestamp: '2026-06-02T00:00:00Z' },
    ])
    const batch = await client.ingestEvents({ experimentId, records }).result()
    await untilCopied(client, experimentId, batch.events!)
    const events = (await all(client.events({ experimentId }))).toSorted((a, b) => a.row - b.row)
    const accepted = records.filter((_, index) => events.some(({ row }) => row === index + 1))
    expect(events.map(({ userId, type }) => [userId, type])).toEqual(
      accepted.map(({ user_id: user, event_type: type }) => [user.trim(), type.trim()]),
    )
    expect(events.filter(({ type }) => type === 'exposure').map(({ attributes }) => attributes)).toEqual(
      odd.map((note, index) => (index % 2 ? { note, other: 'odd' } : { note })),
    )
    for (const userId of odd) expect(await all(client.events({ experimentId, userId }))).not.toEqual([])
  })

  it('that were corrected show as corrected, and none of them twice', async () => {
    const { client } = use
    const experimentId = await newExperiment(client, { conflictPolicy: 'KEEP_LAST' })
    const records = eventRecords(40).map((record, index) => ({ ...record, event_id: `e${index}` }))
    await client.ingestEvents({ experimentId, records }).result()
    await untilCopied(client, experimentId, records.length)
    const corrected = records.filter(({ event_type: type }) => type === 'purchase').slice(0, 5)
    const changed = corrected.map((record) => ({ ...record, value: record.value! + 1000 }))
    const second = await client.ingestEvents({ experimentId, records: changed }).result()
    expect(second).toMatchObject({ conflicts: 5, events: 5 })
    // What the corrections replaced is gone at once, before anything is copied.
    const userId = corrected[0]!.user_id
    const own = await all(client.events({ experimentId, userId, type: 'purchase' }))
    expect(own.map(({ value }) => value)).not.toContain(corrected[0]!.value)
    await untilCopied(client, experimentId, records.length)
    const events = await all(client.events({ experimentId }))
    expect(events).toHaveLength(records.length)
    const total = (values: (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
    expect(total(events.map(({ value }) => value))).toBe(total(records.map(({ value }) => value)) + 5000)
    expect(new Set(events.filter(({ value }) => value! >= 1000).map(({ batch }) => batch?.id))).toEqual(
      new Set([second.id]),
    )
  })

  it('are paged through without gap or repetition while others land', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    // All at one moment: only the place in the list tells them apart.
    const at = (from: number) =>
      eventRecords(60, from).map((record) => ({ ...record, timestamp: '2026-06-01T12:00:00Z' }))
    const before = at(0)
    await client.ingestEvents({ experimentId, records: before }).result()
    await untilCopied(client, experimentId, before.length)
    const seen: string[] = []
    let after: string | null = null
    for (let page = 0; ; page++) {
      const { items, endCursor, hasNextPage }: EventPage = await client
        .events({ experimentId })
        .page({ first: 7, after })
      seen.push(...items.map(({ userId, type, value }) => `${userId} ${type} ${value}`))
      if (!hasNextPage) break
      after = endCursor
      if (page === 3) {
        const more = at(100)
        await client.ingestEvents({ experimentId, records: more }).result()
        await untilCopied(client, experimentId, before.length + more.length)
      }
    }
    const old = seen.filter((line) => Number(/\d+/.exec(line)![0]) < 100)
    expect(old.toSorted()).toEqual(before.map((one) => `${one.user_id} ${one.event_type} ${one.value}`).toSorted())
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('are asked for within bounds: page size, cursor and variant are checked', async () => {
    const { client } = use
    const experimentId = await newExperiment(client)
    const page = (options: object) => client.events({ experimentId, ...options }).page({ first: 10, ...options })
    expect(await page({})).toEqual({
      items: [],
      endCursor: null,
      hasNextPage: false,
      totalRows: 0,
      copiedRows: 0,
      isComplete: true,
      message: null,
    })
    await expect(page({ first: 201 })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(page({ after: 'nonsense' })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(page({ variant: 'blue' })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: 'The experiment has no variant "blue". It has: "control", "treatment".',
    })
  })
})

describe('EVENTS_TABLE', () => {
  const none = useServer({ env: { EVENTS_TABLE: 'none' } })
  const few = useServer({ env: { EVENTS_TABLE: '100' } })

  it('none: nothing is copied, and the query says so', async () => {
    const { client } = none
    const experimentId = await newExperiment(client)
    const records = eventRecords(30)
    await client.ingestEvents({ experimentId, records }).result()
    const page = await client.events({ experimentId }).page()
    expect(page).toMatchObject({ items: [], isComplete: false, copiedRows: 0, totalRows: records.length })
    expect(page.message).toContain('EVENTS_TABLE=none')
    expect(await all(client.jobs({ filter: { experimentId, kind: ['COPY_EVENTS'] } }))).toEqual([])
  })

  it('a number: the first so many are there, over several uploads, and the query says that there are more', async () => {
    const { client } = few
    const experimentId = await newExperiment(client)
    const first = eventRecords(40)
    const second = eventRecords(60, 40)
    const third = eventRecords(20, 100)
    for (const records of [first, second, third]) await client.ingestEvents({ experimentId, records }).result()
    const total = first.length + second.length + third.length
    const page = await until('a hundred events', async () => {
      const now = await client.events({ experimentId }).page()
      return now.copiedRows === 100 && now
    })
    expect(page).toMatchObject({ totalRows: total, isComplete: false })
    expect(page.message).toContain(`The first 100 of ${total} events`)
    const events = await all(client.events({ experimentId }))
    expect(events).toHaveLength(100)
    expect(events.filter(({ userId }) => first.some((one) => one.user_id === userId))).toHaveLength(first.length)
    await client.ingestEvents({ experimentId, records: eventRecords(20, 200) }).result()
    expect(await all(client.jobs({ filter: { experimentId, kind: ['COPY_EVENTS'], status: ['QUEUED'] } }))).toEqual([])
  })
})

describe.skipIf(!canSeeProcesses)('copying', () => {
  /** Their events take two pieces. */
  const USERS = 60_000
  let site: JobSite

  beforeAll(async () => {
    site = await JobSite.start({ EVENTS_TABLE: 'all' })
  })

  afterEach(() => site?.killWorkers())

  afterAll(() => site?.close())

  it('is taken up by another worker after a kill, and each event is there once', async () => {
    const { client, database } = site
    const experimentId = await newExperiment(client)
    const rows = eventsOf(USERS)
    const worker = await site.startWorker()
    const upload = client.uploadEvents({ experimentId, file: eventFile({ users: USERS, mark: 'many' }) })
    await upload.result()
    const copied = async () => (await client.events({ experimentId }).page({ first: 1 })).copiedRows
    await until('some events are copied', copied)
    // With the part locked, a piece is copied and cannot be noted.
    const lock = new pg.Client({ connectionString: database.url })
    await lock.connect()
    try {
      await lock.query('begin')
      await lock.query('select id from dataset_parts where experiment_id = $1 for update', [experimentId])
      await until('a copied piece waits to be noted', async () => {
        const statement = `select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like 'update dataset_parts%'`
        return (await database.query(statement)).length > 0
      })
      await worker.kill()
    } finally {
      await lock.end()
    }
    const before = await copied()
    expect(before % 65_536).toBe(0)
    expect(before).toBeLessThan(rows)
    await site.startWorker()
    await untilCopied(client, experimentId, rows)
    const [counts] = await database.query<{ rows: string; distinct: string }>(
      `select count(*) as rows, count(distinct (user_id, event_type)) as distinct from events where experiment_id = $1`,
      [experimentId],
    )
    expect(counts).toEqual({ rows: String(rows), distinct: String(rows) })
  })

  it('asks the database by an index, whatever is looked for', async () => {
    const { client, database } = site
    const [largest] = await database.query<{ id: string }>(
      'select experiment_id as id from events group by 1 order by count(*) desc limit 1',
    )
    const experimentId = largest!.id
    await database.query('analyze events')
    const scans = async () => {
      const statement = `select sum(seq_scan) as all, sum(idx_scan) as index from pg_stat_user_tables where relname like 'events%'`
      const [counts] = await database.query<{ all: string; index: string }>(statement)
      return { all: Number(counts!.all), index: Number(counts!.index) }
    }
    // The database tells of scans a moment after they were made.
    const settled = async (atLeast: number) => until('index scans', async () => (await scans()).index >= atLeast)
    const before = await until('counts that stay', async () => {
      const one = await scans()
      await delay(1500)
      return JSON.stringify(await scans()) === JSON.stringify(one) && one
    })
    const middle = { from: '2026-01-05T10:00:00Z', to: '2026-01-05T11:00:00Z' }
    const filters = [
      {},
      { userId: 'many77' },
      { type: 'purchase' },
      { userId: 'many77', type: 'purchase' },
      { variant: 'treatment' },
      middle,
      { type: 'purchase', ...middle },
    ]
    for (const filter of filters) {
      const { endCursor } = await client.events({ experimentId, ...filter }).page({ first: 30 })
      await client.events({ experimentId, ...filter }).page({ first: 30, after: endCursor })
    }
    await settled(before.index + 2 * filters.length - 1)
    expect((await scans()).all).toBe(before.all)
  })
})
