import { createHash, randomUUID } from 'node:crypto'
import { spawnSync } from 'node:child_process'
import { access, mkdir, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { delimited, eventRecords, totalsOf } from '../testkit/event-records.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'

const GRACE_HOURS = 2
const INTERVAL_SECONDS = 1

let database: TestDatabase
let dataDir: string
let server: TestServer
let client: FairliftClient

beforeAll(async () => {
  database = await startDatabase()
  dataDir = await newFolder()
  server = await startServer({
    dataDir,
    env: {
      DATABASE_URL: database.url,
      SWEEP_GRACE_HOURS: String(GRACE_HOURS),
      SWEEP_INTERVAL_HOURS: String(INTERVAL_SECONDS / 3600),
    },
  })
  client = createClient({ url: server.url })
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await database?.remove()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

const objects = (): string => join(dataDir, 'files', 'objects')

/** Keys of all stored objects, in order. */
async function keys(): Promise<string[]> {
  const entries = await readdir(objects(), { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(objects().length + 1))
    .sort()
}

async function age(path: string, hours: number): Promise<void> {
  const then = new Date(Date.now() - hours * 3_600_000)
  await utimes(path, then, then)
}

async function putFile(key: string, hours: number): Promise<string> {
  const path = join(objects(), key)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, 'nobody needs this')
  await age(path, hours)
  return key
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** A file that must go, to know that a sweep has been done since. */
async function untilSwept(): Promise<void> {
  const path = join(objects(), await putFile(`raw/${randomUUID()}/sentinel`, GRACE_HOURS + 1))
  await until('a sweep', async () => !(await isThere(path)))
}

/** Numbers from 0 to 1 that are the same in each run. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

let number = 0
/** An experiment with three versions, of which the second has corrected the first, and an analysis. */
async function analysedExperiment() {
  const key = `sweeper-${number++}`
  const { id: experimentId } = await client.createExperiment({ key, name: key, conflictPolicy: 'KEEP_LAST' })
  const first = eventRecords(40).map((record, index) => ({ ...record, event_id: `e${index}` }))
  const correction = { ...first.find(({ event_type: type }) => type === 'purchase')!, value: 777 }
  const bad = { ...first[0]!, event_id: 'bad', timestamp: 'no time' }
  const fresh = (from: number) =>
    eventRecords(20, from).map((record, index) => ({ ...record, event_id: `f${from + index}` }))
  const land = (records: typeof first) =>
    client.uploadEvents({ experimentId, file: new File([delimited(records)], 'events.csv') }).result()
  await land([...first, bad])
  await land([correction, ...fresh(100)])
  await land(fresh(200))
  const analysis = await client.runAnalysis({ experimentId }).result()
  const corrected = first.map((record) => (record.event_id === correction.event_id ? correction : record))
  const versions = [first, [...corrected, ...fresh(100)], [...corrected, ...fresh(100), ...fresh(200)]]
  return { experimentId, analysis, versions }
}

describe('the sweeper', () => {
  test.each([1, 2, 3])('removes what is old and unreferenced, and nothing else (mix %i)', async (seed) => {
    const { experimentId, analysis, versions } = await analysedExperiment()
    const chance = random(seed)
    const hoursOld = () => (chance() < 0.5 ? GRACE_HOURS + 0.5 : GRACE_HOURS - 0.5)
    const before = await keys()
    for (const key of before) if (chance() < 0.8) await age(join(objects(), key), 24 * 365)

    const stays = new Set(before)
    onTestFinished(() => clearUp(stays, before))
    const folders = [
      () => `raw/${randomUUID()}/events.csv`,
      () => `raw/${randomUUID()}/rejects-1234.csv`,
      () => `curated/${experimentId}/events/${randomUUID()}.parquet`,
      () => `curated/${experimentId}/units/${randomUUID()}/0.parquet`,
      () => `artifacts/${experimentId}/${randomUUID()}/results.csv`,
      () => `${randomUUID()}`,
    ]
    for (let i = 0; i < 60; i++) {
      const hours = hoursOld()
      const key = await putFile(folders[Math.floor(chance() * folders.length)]!(), hours)
      if (hours < GRACE_HOURS) stays.add(key)
    }
    const old = GRACE_HOURS + 10
    stays.add(await putFile(`artifacts/${experimentId}/${analysis.id}/chart-${seed}.svg`, old))
    // Unit tables: those of the three newest versions that have one are kept, with the files that they share.
    // Sweeps go on meanwhile: what is to stay is referenced before it is there.
    const shared = `curated/${experimentId}/units/${randomUUID()}/shared.parquet`
    for (let version = 1; version <= 5; version++) {
      const own = `curated/${experimentId}/units/${randomUUID()}/${version}.parquet`
      if (version > 2) stays.add(own)
      const files = JSON.stringify([{ objectKey: own }, { objectKey: shared }])
      await database.query(
        `insert into unit_tables (experiment_id, dataset_version, rule, files, units, exposed_units) values ($1, $2, 'r', $3, 1, 1)`,
        [experimentId, version, files],
      )
      await putFile(own, old)
    }
    stays.add(await putFile(shared, old))
    for (const [status, expires, isKept] of [
      ['PENDING', '1 day', true],
      ['PENDING', '-1 day', false],
      ['EXPIRED', '-1 day', false],
      ['COMPLETED', '-1 day', true],
    ] as const) {
      const key = `raw/${randomUUID()}/upload.csv`
      if (isKept) stays.add(key)
      await database.query(
        `insert into uploads (experiment_id, status, file_name, size_bytes, object_key, input, expires_at) values ($1, $2, 'upload.csv', 1, $3, '{}', now() + $4::interval)`,
        [experimentId, status, key, expires],
      )
      await putFile(key, old)
    }
    const model = `artifacts/${experimentId}/${randomUUID()}/model.json`
    await database.query(
      `insert into models (experiment_id, dataset_version_id, result_key, kind, target, settings, card, artifact_key, trained_at)
       values ($1, $2, $3, 'LINEAR', 'x', '{}', '{}', $4, now())`,
      [experimentId, analysis.datasetVersion.id, randomUUID(), model],
    )
    stays.add(await putFile(model, old))

    await untilSwept()
    await untilSwept() // the first may have been begun before the files were there
    expect(await keys()).toEqual([...stays].sort())
    const states = await database.query<{ status: string }>(
      `select status from uploads where experiment_id = $1 order by status`,
      [experimentId],
    )
    expect(states.map(({ status }) => status)).toEqual(['COMPLETED', 'EXPIRED', 'EXPIRED', 'PENDING'])

    // Every version can be asked anew, and every address answers.
    for (const [index, records] of versions.entries()) {
      const again = await client.runAnalysis({ experimentId, datasetVersion: index + 1, level: 0.9 }).result()
      const [control] = totalsOf(records)
      expect(rowOf(again, 'revenue_per_visitor').controlStatistics.total).toBeCloseTo(control!.revenue, 9)
    }
    const urls = [analysis.reports.csvUrl]
    for await (const batch of client.batches(experimentId))
      urls.push(batch.rawUrl!, ...(batch.rejectsUrl === null ? [] : [batch.rejectsUrl]))
    expect(urls.length).toBeGreaterThan(4)
    for (const url of urls) expect((await fetch(url)).status).toBe(200)
  })

  test('clears away what killed processes left, and nothing of those that work', async () => {
    const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
    const dead = spawnSync(process.execPath, ['--version']).pid
    const names = {
      dead: `${machine}-${dead}-${randomUUID()}`,
      working: `${machine}-${server.pid}-${randomUUID()}`,
      elsewhereOld: `00000000-${dead}-${randomUUID()}`,
      elsewhereYoung: `00000000-${dead}-${randomUUID()}`,
    }
    for (const folder of [join(dataDir, 'work'), join(dataDir, 'files', 'temporary')]) {
      for (const name of Object.values(names)) {
        await mkdir(join(folder, name), { recursive: true })
        await writeFile(join(folder, name, 'part-0.parquet'), 'half')
        if (name === names.elsewhereYoung) continue
        await age(join(folder, name, 'part-0.parquet'), GRACE_HOURS + 1)
        await age(join(folder, name), GRACE_HOURS + 1)
      }
    }
    await untilSwept()
    await untilSwept()
    for (const folder of [join(dataDir, 'work'), join(dataDir, 'files', 'temporary')]) {
      const left = await readdir(folder)
      expect(left).toEqual(expect.arrayContaining([names.working, names.elsewhereYoung]))
      expect(left).not.toContain(names.dead)
      expect(left).not.toContain(names.elsewhereOld)
    }
  })

  test('forgets idempotency keys after 30 days, and none before', async () => {
    const make = (name: string) =>
      client.createApiKey({ name, scopes: ['events:write'], idempotencyKey: name }).then(({ apiKey }) => apiKey.id)
    const [old, young] = [await make('old'), await make('young')]
    const age = 'update idempotency_keys set created_at = now() - make_interval(days => $1) where key = $2'
    await database.query(age, [31, 'old'])
    await database.query(age, [29, 'young'])
    await until('the old key is forgotten', async () => {
      const rows = await database.query<{ key: string }>('select key from idempotency_keys')
      return !rows.some(({ key }) => key === 'old')
    })
    expect(await make('young')).toBe(young)
    expect(await make('old')).not.toBe(old)
  })

  test('is one process at a time', async () => {
    const other = new pg.Client({ connectionString: database.url })
    await other.connect()
    try {
      await other.query(`select pg_advisory_lock(hashtextextended('sweep', 0))`)
      const key = await putFile(`raw/${randomUUID()}/waits`, GRACE_HOURS + 1)
      await delay(4000 * INTERVAL_SECONDS)
      expect(await isThere(join(objects(), key))).toBe(true)
    } finally {
      await other.end()
    }
    await untilSwept()
  })
})

/** What one mix has put there is of no use to the next. */
async function clearUp(stays: Set<string>, before: string[]): Promise<void> {
  for (const key of stays) if (!before.includes(key)) await rm(join(objects(), key), { force: true })
}
