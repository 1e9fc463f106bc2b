import { readdir, readFile, rm, writeFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { createClient, type Batch, type FairliftClient, type Job } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { delimited, eventRecords, totalsOf, type EventRecord } from '../testkit/event-records.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { JobSite } from '../testkit/job-site.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { sha256 } from '../testkit/sha256.ts'
import { expectUserError } from '../testkit/user-errors.ts'

const USER = 'Zoë "Q" O’Hara-7'
const HASH = sha256(USER)

let database: TestDatabase
let dataDir: string
let server: TestServer
let client: FairliftClient

beforeAll(async () => {
  database = await startDatabase()
  dataDir = await newFolder()
  server = await startServer({ dataDir, env: { DATABASE_URL: database.url, LOG_LEVEL: 'trace' } })
  client = createClient({ url: server.url })
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await database?.remove()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

/** What the user did: seen first, then two purchases. */
function ownRecords(days = 0): EventRecord[] {
  const at = (minutes: number): string => new Date(Date.UTC(2026, 5, 3 + days, 0, minutes)).toISOString()
  const own = { user_id: USER, device: 'mobile' }
  const purchase = { ...own, variant_id: null, event_type: 'purchase' }
  return [
    { ...own, variant_id: 'treatment', event_type: 'exposure', value: null, timestamp: at(0) },
    { ...purchase, value: 1000, timestamp: at(1) },
    { ...purchase, value: 500, timestamp: at(2) },
  ]
}

const named = (records: EventRecord[], mark: string): EventRecord[] =>
  records.map((record, index) => ({ ...record, event_id: `${mark}${index}` }))

const csv = (records: EventRecord[]): string =>
  delimited(
    records.map((record) => ({
      ...record,
      user_id: record.user_id.includes('"') ? `"${record.user_id.replaceAll('"', '""')}"` : record.user_id,
    })),
  )

const others = (records: EventRecord[]): EventRecord[] => records.filter(({ user_id: user }) => user !== USER)

let number = 0
async function newExperiment(): Promise<string> {
  const key = `erasure-${number++}`
  return (await client.createExperiment({ key, name: key, conflictPolicy: 'KEEP_LAST' })).id
}

const land = (experimentId: string, bytes: BlobPart, name: string): Promise<Batch> =>
  client.uploadEvents({ experimentId, file: new File([bytes], name) }).result()

async function erased(jobs: Job[]): Promise<void> {
  for (const { id } of jobs) expect(await client.waitForJob(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
}

async function expectVersion(experimentId: string, datasetVersion: number, records: EventRecord[]): Promise<void> {
  const analysis = await client
    .runAnalysis({ experimentId, datasetVersion, metrics: ['revenue_per_visitor'], level: 0.9 })
    .result()
  const { controlStatistics, treatmentStatistics } = rowOf(analysis, 'revenue_per_visitor')
  const [control, treatment] = totalsOf(records)
  expect([controlStatistics.n, treatmentStatistics.n]).toEqual([control!.users, treatment!.users])
  expect(controlStatistics.total).toBeCloseTo(control!.revenue, 8)
  expect(treatmentStatistics.total).toBeCloseTo(treatment!.revenue, 8)
}

/** Every file that the server keeps, but those of the database. */
async function storedFiles(folder = dataDir): Promise<string[]> {
  const entries = await readdir(join(folder, 'files'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

/** Tables with a row that holds a text, in any column. */
async function tablesWith(text: string, among = database): Promise<string[]> {
  const tables = await among.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname in ('public', 'queue')`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const [row] = await among.query<{ count: string }>(
      `select count(*) from ${name} t where position($1 in t::text) > 0 or position($2 in t::text) > 0`,
      [text, JSON.stringify(text).slice(1, -1).replaceAll('"', '""').replaceAll('\\', '\\\\')],
    )
    if (row!.count !== '0') found.push(name)
  }
  return found
}

describe('a user who is erased', () => {
  test('is in no version, no file, no table and no log any more; all else is as it was', async () => {
    const experimentId = await newExperiment()
    const mine = named(ownRecords(), 'own')
    const first = [...named(eventRecords(50), 'a'), ...mine]
    const correction = { ...first.find(({ event_type: type }) => type === 'purchase')!, value: 4321 }
    const second = [correction, ...named(eventRecords(20, 100), 'b')]
    const third = named(eventRecords(20, 200), 'c')
    const fourth = named(eventRecords(30, 300), 'd')
    const batches = {
      first: await land(experimentId, csv(first), 'first.csv'),
      // It takes the place of the first part: that one, which held the user, is in version 1 only.
      second: await land(experimentId, csv(second), 'second.csv'),
      third: await land(experimentId, csv(third), 'third.csv'),
      // The user is in a row that was rejected, in a packed file.
      rejected: await land(
        experimentId,
        gzipSync(csv([...fourth, { ...mine[0]!, event_id: 'late', timestamp: 'never' }])),
        'fourth.csv.gz',
      ),
      // And in a file of which all was there already.
      repeated: await land(experimentId, JSON.stringify(mine), 'repeated.json'),
    }
    const refused = client.uploadEvents({
      experimentId,
      file: new File(
        [
          csv([
            { ...mine[0]!, timestamp: 'x' },
            { ...mine[1]!, variant_id: USER, timestamp: 'y' },
          ]),
        ],
        'bad.csv',
      ),
    })
    const quarantined = await refused
    await expect(refused.result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
    // A variant that is named as the user: the id stands in the list of rejected rows itself.
    const misnamed = await land(
      experimentId,
      csv([
        ...named(eventRecords(9, 400), 'e'),
        { ...mine[0]!, event_id: 'v', user_id: 'someone', variant_id: `"${USER.replaceAll('"', '""')}"` },
      ]),
      'misnamed.csv',
    )
    expect((await client.batchErrors(misnamed.id))[0]!.value).toBe(USER)
    const versions = [
      first,
      [...first.map((record) => (record.event_id === correction.event_id ? correction : record)), ...second.slice(1)],
    ]
    versions.push([...versions[1]!, ...third], [...versions[1]!, ...third, ...fourth])
    versions.push([...versions[3]!, ...named(eventRecords(9, 400), 'e')])
    const before = await client.runAnalysis({ experimentId, metrics: ['conversion'] }).result()

    const unitFile = join(dataDir, 'files', 'objects', 'curated', experimentId, 'units', 'x', '0.parquet')
    await mkdir(dirname(unitFile), { recursive: true })
    await writeFile(unitFile, 'units')
    const unitFiles = JSON.stringify([{ objectKey: `curated/${experimentId}/units/x/0.parquet` }])
    await database.query(
      `insert into unit_tables (experiment_id, dataset_version, rule, files, units, exposed_units) values ($1, 5, 'r', $2, 1, 1)`,
      [experimentId, unitFiles],
    )
    const [part] = await database.query<{ id: string }>('select id from dataset_parts where experiment_id = $1', [
      experimentId,
    ])
    for (const user of [USER, 'user 1'])
      await database.query(
        `insert into events (experiment_id, user_id, event_type, timestamp, batch_id, part_id, row) values ($1, $2, 'test', now(), $3, $4, 1)`,
        [experimentId, user, batches.first.id, part!.id],
      )
    const oldFiles = await database.query<{ key: string }>(
      `select unnest(array[object_key, keys_object_key]) as key from dataset_parts where experiment_id = $1`,
      [experimentId],
    )
    const held = await heldParts(experimentId)

    await erased(await client.eraseUser({ userId: `  ${USER} `, experimentId, reason: 'ticket 4711' }))

    const listed = await client.datasetVersions(experimentId).page()
    expect(listed.items.map((version) => [version.number, version.kind, version.rows])).toEqual([
      [6, 'ERASURE', others(versions[4]!).length],
      ...[5, 4, 3, 2, 1].map((version) => [version, 'BATCH', others(versions[version - 1]!).length]),
    ])
    for (let version = 1; version <= 6; version++) {
      await expectVersion(experimentId, version, others(versions[Math.min(version, 5) - 1]!))
    }
    const comparison = await client.compareVersions({ experimentId, before: 5, after: 6 })
    expect(comparison.events).toMatchObject({ added: 0, removed: 0, erased: mine.length })
    expect(comparison.users.all).toMatchObject({ added: 0, removed: 0 })
    const audit = (await client.erasures(experimentId).page()).items
    expect(audit).toEqual([
      {
        id: expect.any(String) as string,
        userHash: HASH,
        reason: 'ticket 4711',
        events: mine.length,
        parts: held,
        rawFiles: 5,
        datasetVersion: 6,
        erasedAt: expect.any(String) as string,
      },
    ])

    // Old files are gone, those that are referenced are there.
    const kept = (await storedFiles()).map((path) => path.slice(join(dataDir, 'files', 'objects').length + 1))
    const now = await database.query<{ key: string }>(
      `select unnest(array[object_key, keys_object_key]) as key from dataset_parts where experiment_id = $1`,
      [experimentId],
    )
    for (const { key } of now) expect(kept).toContain(key)
    const curated = kept.filter((key) => key.startsWith(`curated/${experimentId}/`))
    expect(curated.sort()).toEqual(now.map(({ key }) => key).sort())
    expect(oldFiles.filter(({ key }) => !kept.includes(key))).toHaveLength(held * 2)
    for (const path of await storedFiles()) {
      const bytes = await readFile(path)
      for (const text of [USER, USER.replaceAll('"', '""'), JSON.stringify(USER).slice(1, -1)])
        expect(bytes.includes(text)).toBe(false)
    }
    expect(await tablesWith(USER)).toEqual([])
    expect(server.logs()).not.toContain('O’Hara')

    for (const batch of [batches.first, batches.rejected, batches.repeated, quarantined, misnamed]) {
      expect(await client.batch(batch.id)).toMatchObject({ rawUrl: null, rejectsUrl: null })
      const addresses = [batch.rawUrl, batch.rejectsUrl].filter((url) => url !== null)
      for (const url of addresses) expect((await fetch(url)).status).toBe(404)
    }
    for (const batch of [batches.second, batches.third]) {
      expect((await fetch((await client.batch(batch.id)).rawUrl!)).status).toBe(200)
    }
    const [told] = await client.batchErrors(misnamed.id)
    expect(told).toMatchObject({ value: null, message: 'This text named a user who was erased.' })
    // Answers that were stored stay, as sums.
    const { results, decision, health } = before
    expect(await client.analysis(before.id)).toMatchObject({ results, decision, health })

    // The same files again bring nothing back; a new one may.
    expect(
      (await client.uploadEvents({ experimentId, file: new File([csv(first)], 'first.csv') }).payload).reused,
    ).toBe(true)
    await land(experimentId, csv(named(ownRecords(2), 'new')), 'new.csv')
    await expectVersion(experimentId, 7, [...others(versions[4]!), ...ownRecords(2)])
  })

  test('whom nobody knows leaves an audit of nothing, and the data as they were', async () => {
    const experimentId = await newExperiment()
    const records = eventRecords(20)
    const batch = await land(experimentId, csv(records), 'events.csv')
    await erased(await client.eraseUser({ userId: 'user 99', experimentId }))
    const [audit] = (await client.erasures(experimentId).page()).items
    expect(audit).toMatchObject({ events: 0, parts: 0, rawFiles: 0, datasetVersion: null, reason: null })
    expect((await client.datasetVersions(experimentId).page()).items).toHaveLength(1)
    expect((await fetch((await client.batch(batch.id)).rawUrl!)).status).toBe(200)
    await expectVersion(experimentId, 1, records)
  })

  test('is not to be guessed from the texts that were cut off either', async () => {
    const experimentId = await newExperiment()
    const user = `customer-${'0123456789'.repeat(24)}`
    const records = eventRecords(20).concat(ownRecords().map((record) => ({ ...record, user_id: user })))
    const overfull = `2026-06-03T00:00:00Z,${user},${'too,many,'.repeat(8)}`
    const batch = await land(experimentId, `${delimited(records)}\n${overfull}\n`, 'overfull.csv')
    expect(batch.rejected).toBe(1)
    const beginning = user.slice(0, 100)
    expect(await tablesWith(beginning)).toContain('public.batch_errors')
    await erased(await client.eraseUser({ userId: user, experimentId }))
    expect(await tablesWith(beginning)).toEqual([])
  })
  test('is in no file whose reading was never ended, because its workers were killed', async () => {
    const experimentId = await newExperiment()
    const file = new File([csv(ownRecords()).replaceAll('treatment', 'nowhere')], 'unread.csv')
    const upload = client.uploadEvents({ experimentId, file })
    const { batch } = await upload.payload
    await expect(upload.result()).rejects.toThrow()
    await database.query(`update batches set status = 'PROCESSING', error = null where id = $1`, [batch!.id])
    await erased(await client.eraseUser({ userId: USER, experimentId }))
    const erasedBatch = await client.batch(batch!.id)
    expect(erasedBatch).toMatchObject({ status: 'FAILED', error: { code: 'ERASED' }, rawUrl: null })
    expect((await storedFiles()).filter((path) => path.includes(batch!.id))).toEqual([])
  })

  test('who was all there was leaves empty versions', async () => {
    const experimentId = await newExperiment()
    await land(experimentId, csv(named(ownRecords(), 'only')), 'events.csv')
    await erased(await client.eraseUser({ userId: USER, experimentId }))
    const { items } = await client.datasetVersions(experimentId).page()
    expect(items.map(({ kind, rows, bytes, parts }) => ({ kind, rows, bytes, parts }))).toEqual([
      { kind: 'ERASURE', rows: 0, bytes: 0, parts: 0 },
      { kind: 'BATCH', rows: 0, bytes: 0, parts: 0 },
    ])
    const { effects } = await client.compareVersions({ experimentId, before: 1, after: 2 })
    expect(effects.unavailable).toMatchObject({ reason: 'NO_DATA' })
    await land(experimentId, csv(named(eventRecords(10), 'z')), 'later.csv')
    await expectVersion(experimentId, 3, eventRecords(10))
  })

  test('of all experiments: a job each', async () => {
    const ids = [await newExperiment(), await newExperiment()]
    for (const id of ids) await land(id, csv([...eventRecords(10), ...ownRecords()]), 'events.csv')
    const jobs = await client.eraseUser({ userId: USER })
    expect(jobs.map(({ experiment }) => experiment!.id)).toEqual(expect.arrayContaining(ids))
    await erased(jobs)
    for (const id of ids) await expectVersion(id, 1, eventRecords(10))
    expect(await tablesWith(USER)).toEqual([])
  })

  test('must be named, and not in the reason', async () => {
    await expectUserError(client.eraseUser({ userId: ' ' }), { field: 'userId', says: '1 to 256 characters' })
    await expectUserError(client.eraseUser({ userId: 'x'.repeat(257) }), { field: 'userId', says: 'got 257' })
    const withName = client.eraseUser({ userId: 'u77', reason: 'u77 asked for it' })
    await expectUserError(withName, { field: 'reason', says: 'must not name the user' })
    expect(await tablesWith('u77')).toEqual([])
  })
})

/** Parts that hold the user, of all versions: those that were made of the first and the second file. */
async function heldParts(experimentId: string): Promise<number> {
  const [row] = await database.query<{ count: string }>(
    `select count(*) from dataset_parts where experiment_id = $1 and batch_id = (select id from batches where experiment_id = $1 and original_name = 'first.csv')`,
    [experimentId],
  )
  return Number(row!.count)
}

describe('an erasure whose worker is killed', () => {
  test('is done by another one, once and wholly', async () => {
    const site = await JobSite.start()
    try {
      let worker = await site.startWorker()
      const experimentId = await site.newExperiment()
      const records = eventRecords(3000)
      for (const [index, from] of [0, 1000, 2000].entries()) {
        const some = [...eventRecords(1000, from), ...ownRecords(index)]
        await site.client.uploadEvents({ experimentId, file: new File([csv(some)], `${index}.csv`) }).result()
      }
      const jobs = await site.client.eraseUser({ userId: USER, experimentId })
      for (const waitMs of [150, 900]) {
        await site.jobThat(jobs[0]!.id, 'is under way or done', ({ status }) => status !== 'QUEUED')
        await delay(waitMs)
        await worker.kill()
        worker = await site.startWorker()
      }
      expect(await site.client.waitForJob(jobs[0]!.id)).toMatchObject({ status: 'SUCCEEDED' })
      const audit = (await site.client.erasures(experimentId).page()).items
      expect(audit).toMatchObject([{ events: 9, parts: 3, rawFiles: 3, datasetVersion: 4 }])
      const versions = (await site.client.datasetVersions(experimentId).page()).items
      expect(versions.map(({ rows }) => rows)[0]).toBe(records.length)
      const parts = await site.database.query('select id from dataset_parts where experiment_id = $1', [experimentId])
      const analysis = await site.client.runAnalysis({ experimentId, metrics: ['conversion'] }).result()
      const [, treatment] = totalsOf(records)
      expect(rowOf(analysis, 'conversion').treatmentStatistics).toMatchObject({
        n: treatment!.users,
        total: treatment!.buyers,
      })
      // New files of an attempt that came to nothing hold no user; old ones are gone.
      expect((await site.curatedFiles(experimentId)).length).toBeGreaterThanOrEqual(parts.length)
      const raw = (await storedFiles(site.dataDir)).filter((path) => path.includes('/raw/'))
      expect(raw).toEqual([])
      expect(await tablesWith(USER, site.database)).toEqual([])
    } finally {
      await site.close()
    }
  })
})
