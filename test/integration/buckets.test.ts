import { randomUUID } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { completeUpload, requestUpload } from '../testkit/file-upload.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { startGcsEmulator, type GcsEmulator } from '../testkit/gcs/emulator.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { sha256 } from '../testkit/sha256.ts'
import { until } from '../testkit/until.ts'
import { startWorker, type TestWorker } from '../testkit/worker.ts'

const MEGABYTE = 2 ** 20
const SWEEP_SECONDS = 2
/** Of an event file. */
const HEADER_BYTES = 'user_id,variant_id,event_type,value,timestamp,device\n'.length
const names = { raw: 'shop-raw', curated: 'shop-curated', artifacts: 'shop-artifacts' }

let database: TestDatabase
let storage: GcsEmulator
let env: Record<string, string> & { DATABASE_URL: string }
let api: TestServer
let worker: TestWorker
let client: FairliftClient
const folders: string[] = []

async function folder(): Promise<string> {
  const path = await newFolder()
  folders.push(path)
  return path
}

beforeAll(async () => {
  database = await startDatabase()
  storage = await startGcsEmulator({ buckets: Object.values(names), pageSize: 3 })
  env = {
    DATABASE_URL: database.url,
    GCS_BUCKET_RAW: names.raw,
    GCS_BUCKET_CURATED: names.curated,
    GCS_BUCKET_ARTIFACTS: names.artifacts,
    GCS_API_ENDPOINT: storage.url,
    GOOGLE_APPLICATION_CREDENTIALS: storage.keyFile,
    SIGNING_SECRET: 'the same for all processes',
    STORAGE_CACHE_MB: '1',
    MAX_MULTIPART_BYTES: '100000',
    SWEEP_GRACE_HOURS: '1',
    SWEEP_INTERVAL_HOURS: String(SWEEP_SECONDS / 3600),
    UNIT_TABLE_MIN_EVENTS: '100',
  }
  // They share the database and the buckets, and no folder.
  api = await startServer({ dataDir: await folder(), env: { ...env, ROLE: 'api' } })
  worker = await startWorker({ dataDir: await folder(), env })
  client = createClient({ url: api.url, retry: { baseDelayMs: 5 } })
})

afterEach(() => storage?.recover())

afterAll(async () => {
  client?.close()
  await worker?.stop()
  await api?.stop()
  await storage?.close()
  await database?.remove()
  for (const path of folders) await rm(path, { recursive: true, force: true, maxRetries: 10 })
})

let number = 0
async function newExperiment(): Promise<string> {
  const key = `buckets-${number++}`
  return (await client.createExperiment({ key, name: key })).id
}

const keysIn = (bucket: keyof typeof names): string[] => [...storage.bucket(names[bucket]).objects.keys()].sort()

const land = async (experimentId: string, users: number, mark: string) =>
  client.uploadEvents({ experimentId, file: new File([eventFile({ users, mark })], `${mark}.csv`) }).result()

const untilQuiet = () =>
  until('no job is left to do', async () => {
    const { items } = await client.jobs({ filter: { status: ['QUEUED', 'RUNNING'] } }).page()
    return items.length === 0
  })

describe('with files in buckets, and API and worker that share no folder', () => {
  test('a small file goes all the way to an answer that can be saved', async () => {
    const experimentId = await newExperiment()
    const batch = await land(experimentId, 300, 'small')
    expect(batch).toMatchObject({ status: 'LANDED', events: eventsOf(300) })
    const analysis = await client.runAnalysis({ experimentId, timeseries: true }).result()
    expect(rowOf(analysis, 'revenue_per_visitor').treatmentStatistics.n).toBe(150)

    expect(keysIn('raw').filter((key) => key.startsWith(`raw/${batch.id}/`))).toEqual([`raw/${batch.id}/small.csv`])
    const raw = await fetch(batch.rawUrl!)
    expect(new URL(raw.url).origin).toBe(storage.url)
    expect(sha256(new Uint8Array(await raw.arrayBuffer()))).toBe(batch.sha256)
    for (const format of ['CSV', 'PDF', 'PARQUET'] as const) {
      const { file } = await client.downloadReport(analysis.id, format)
      expect(file.size, format).toBeGreaterThan(500)
    }
    const [chart] = await client.charts(analysis.id)
    const image = await fetch(chart!.svgUrl, { redirect: 'error' })
    expect(image.headers.get('content-security-policy')).toContain('sandbox')
    expect(await image.text()).toContain('<svg')
    expect(await client.verifyAnalysis(analysis.id)).toMatchObject({ outcome: 'SAME' })
    expect(await client.timeseries(analysis.id)).not.toEqual([])
    expect(await readdir(join(api.dataDir))).not.toContain('files')
    expect(await readdir(join(worker.dataDir))).not.toContain('files')
  })

  test('a large file goes straight into the bucket, and on from where the connection broke', async () => {
    const users = 130_000
    const file = new File([eventFile({ users, mark: 'large' })], 'large.csv')
    expect(file.size).toBeGreaterThan(8 * MEGABYTE)
    storage.fail({ at: /^PUT .*upload_id/, cutRequestAfter: 700_000 })
    storage.fail({ at: /^PUT .*upload_id/, status: 503 })
    storage.fail({ at: /^PUT .*upload_id/, cutRequestAfter: MEGABYTE, times: 2 })
    const before = storage.requests.length
    const sent: number[] = []
    const experimentId = await newExperiment()
    const upload = client.uploadEvents({
      experimentId,
      file,
      onProgress: ({ sentBytes }) => sent.push(sentBytes),
    })
    const bytes = new Uint8Array(await file.arrayBuffer())
    expect(await upload).toMatchObject({ sha256: sha256(bytes), sizeBytes: bytes.length, originalName: 'large.csv' })
    expect(sent.at(-1)).toBe(bytes.length)
    const pieces = storage.requests
      .slice(before)
      .filter(({ method, url }) => method === 'PUT' && url.includes('%2Flarge.csv'))
    expect(pieces.length).toBeGreaterThan(5)
    expect(await upload.result()).toMatchObject({ status: 'LANDED', events: eventsOf(users) })
    // It is larger than all that may be kept: the job had it, and nothing of it is left.
    await untilQuiet()
    const kept = await readdir(join(worker.dataDir, 'cache', 'kept'))
    const sizes = await Promise.all(kept.map((name) => stat(join(worker.dataDir, 'cache', 'kept', name))))
    expect(sizes.reduce((sum, { size }) => sum + size, 0)).toBeLessThanOrEqual(MEGABYTE)
    expect(await readdir(join(worker.dataDir, 'work'))).toEqual([])
  })

  test('a file that is too large for a request is refused with the way that it can go', async () => {
    const experimentId = await newExperiment()
    const before = keysIn('raw')
    const file = new File([eventFile({ users: 2000, mark: 'middle' })], 'middle.csv')
    await expect(client.uploadEvents({ experimentId, file })).rejects.toMatchObject({
      code: 'UPLOAD_TOO_LARGE',
      details: { limitBytes: 100_000 },
      message: expect.stringContaining('Ask for an address of its own with requestUpload') as string,
    })
    expect(keysIn('raw')).toEqual(before)
    const { upload } = await requestUpload(client, { experimentId, fileName: file.name, sizeBytes: file.size })
    expect((await fetch(upload!.url, { method: 'PUT', body: file })).status).toBe(200)
    const { batch } = await completeUpload(client, upload!.id)
    expect(await client.batch(batch!.id)).toMatchObject({ sizeBytes: file.size, originalName: 'middle.csv' })
  })

  test('the address of a large file is the same when it is asked for again, and its session ends when nobody completes it', async () => {
    const experimentId = await newExperiment()
    const ask = async () => {
      const asked = { experimentId, fileName: 'x.csv', sizeBytes: 1000, idempotencyKey: 'monday' }
      return (await requestUpload(client, asked)).upload!
    }
    const before = storage.openSessions
    const first = await ask()
    expect(new URL(first.url).origin).toBe(storage.url)
    expect(await ask()).toEqual(first)
    expect(storage.openSessions).toBe(before + 1)
    await database.query(`update uploads set expires_at = now() - interval '1 hour' where id = $1`, [first.id])
    await until('the session is ended', () => storage.openSessions === before)
    expect((await fetch(first.url, { method: 'PUT', body: 'x'.repeat(1000) })).status).toBe(410)
  })

  test('a process that starts with an empty folder works on what others have stored', async () => {
    const experimentId = await newExperiment()
    await land(experimentId, 400, 'moved')
    const first = await client.runAnalysis({ experimentId }).result()
    await untilQuiet()
    await worker.stop()
    worker = await startWorker({ dataDir: await folder(), env })
    const second = await client.runAnalysis({ experimentId, level: 0.9 }).result()
    const effect = (analysis: typeof first) => rowOf(analysis, 'revenue_per_visitor').effect?.estimate
    expect(effect(second)).toBe(effect(first))
    expect(await readdir(join(worker.dataDir, 'cache', 'kept'))).not.toEqual([])
    // What is kept is used by the next process that starts there.
    const { dataDir } = worker
    await worker.kill()
    worker = await startWorker({ dataDir, env })
    const asked = storage.requests.length
    await client.runAnalysis({ experimentId, level: 0.8 }).result()
    const fetched = storage.requests.slice(asked).filter(({ url }) => /shop-curated.*alt=media/.test(url))
    expect(fetched).toEqual([])
  })

  test('a batch is compared with what is there by its keys: the events are not fetched for it', async () => {
    const experimentId = await newExperiment()
    await land(experimentId, 30, 'twice')
    await untilQuiet()
    await worker.stop()
    worker = await startWorker({ dataDir: await folder(), env })
    const asked = storage.requests.length
    const file = new File(
      [eventFile({ users: 30, mark: 'twice' }), eventFile({ users: 3, mark: 'new' }).slice(HEADER_BYTES)],
      'x.csv',
    )
    const batch = await client.uploadEvents({ experimentId, file }).result()
    expect(batch).toMatchObject({ status: 'LANDED', events: eventsOf(3), duplicates: eventsOf(30) })
    const fetched = storage.requests.slice(asked).filter(({ url }) => /shop-curated.*alt=media/.test(url))
    expect(fetched.map(({ url }) => /\.(\w+)\?/.exec(url)![1])).toEqual(['keys'])
  })

  test('an erased user is gone from the buckets, and from what is kept of them', async () => {
    const experimentId = await newExperiment()
    const batch = await land(experimentId, 200, 'erased')
    await untilQuiet()
    const before = { raw: keysIn('raw'), curated: keysIn('curated').filter((key) => key.includes(experimentId)) }
    const kept = await readdir(join(worker.dataDir, 'cache', 'kept'))
    const jobs = await client.eraseUser({ userId: 'erased7', experimentId })
    for (const { id } of jobs) expect(await client.waitForJob(id)).toMatchObject({ status: 'SUCCEEDED', error: null })
    expect(before.raw).toContain(`raw/${batch.id}/erased.csv`)
    expect(keysIn('raw')).not.toContain(`raw/${batch.id}/erased.csv`)
    expect((await client.batch(batch.id)).rawUrl).toBeNull()
    const after = keysIn('curated').filter((key) => key.includes(experimentId))
    expect(after.length).toBeGreaterThan(0)
    expect(after.filter((key) => before.curated.includes(key))).toEqual([])
    expect(
      (await readdir(join(worker.dataDir, 'cache', 'kept'))).filter((name) => kept.includes(name)).length,
    ).toBeLessThan(kept.length)
    expect((await fetch(batch.rawUrl!)).status).toBe(404)
    const analysis = await client.runAnalysis({ experimentId }).result()
    expect(rowOf(analysis, 'revenue_per_visitor').treatmentStatistics.n).toBe(99)
  })

  test('what nothing refers to is swept from all buckets, however much there is; the rest stays, however old', async () => {
    await untilQuiet()
    const stays = Object.keys(names).flatMap((name) => keysIn(name as keyof typeof names))
    const old = new Date(Date.now() - 100 * 3_600_000)
    for (const name of Object.values(names)) {
      for (const object of storage.bucket(name).objects.values()) object.timeCreated = old
    }
    const put = (key: string, time: Date): string => {
      const bucket = storage.bucket(names[key.split('/')[0] as keyof typeof names])
      bucket.put(key, Buffer.from('nobody needs this'), { ifGenerationMatch: null }).timeCreated = time
      return key
    }
    const young = put(`raw/${randomUUID()}/young.csv`, new Date())
    for (let index = 0; index < 5; index++) {
      put(`raw/${randomUUID()}/x.csv`, old)
      put(`curated/${randomUUID()}/events/${randomUUID()}.parquet`, old)
      put(`artifacts/${randomUUID()}/${randomUUID()}/results.csv`, old)
    }
    const sentinel = put(`raw/${randomUUID()}/last`, old)
    await until('a sweep', () => !keysIn('raw').includes(sentinel))
    const now = () => Object.keys(names).flatMap((name) => keysIn(name as keyof typeof names))
    await until('the sweep is done', () => now().length <= stays.length + 1)
    expect(now().sort()).toEqual([...stays, young].sort())
  })
})

describe('a storage that cannot be reached', () => {
  test('is told to who asks, and waited for by jobs', async () => {
    const experimentId = await newExperiment()
    storage.fail({ at: /^POST \/upload.*shop-raw/, status: 503, times: 4 })
    await expect(land(experimentId, 50, 'refused')).rejects.toMatchObject({
      code: 'STORAGE_UNAVAILABLE',
      message: expect.stringContaining('The storage of the files answers with HTTP status 503.') as string,
    })
    storage.recover()
    storage.fail({ at: /^POST \/upload.*shop-curated/, status: 503, times: 4 })
    const upload = client.uploadEvents({
      experimentId,
      file: new File([eventFile({ users: 50, mark: 'late' })], 'x.csv'),
    })
    expect(await upload.result()).toMatchObject({ status: 'LANDED', events: eventsOf(50) })
    const job = await client.job((await upload.payload).job!.id)
    expect(job.status).toBe('SUCCEEDED')
    expect(job.attempts).toBeGreaterThan(1)
  })

  test('is told by the address of a file', async () => {
    const experimentId = await newExperiment()
    const { rawUrl } = await land(experimentId, 50, 'unreadable')
    storage.fail({ at: /shop-raw\/o\/raw/, status: 503, times: 4 })
    const response = await fetch(rawUrl!, { redirect: 'manual' })
    expect(response.status).toBe(503)
    expect(await response.text()).toContain('STORAGE_UNAVAILABLE')
  })
})

describe('a server whose buckets cannot be used', () => {
  const start = async (changes: Record<string, string>) =>
    startServer({ dataDir: await folder(), env: { ...env, ROLE: 'api', ...changes } })

  test('does not start, and says in a sentence why', async () => {
    await expect(start({ GCS_BUCKET_CURATED: '' })).rejects.toThrow('GCS_BUCKET_CURATED missing')
    await expect(start({ GCS_BUCKET_CURATED: 'nobodys' })).rejects.toThrow(
      'did not start: GCS_BUCKET_CURATED="nobodys": there is no such bucket.',
    )
    await expect(start({ GCS_API_ENDPOINT: '', GOOGLE_APPLICATION_CREDENTIALS: '/no/such/key.json' })).rejects.toThrow(
      'there are no credentials for it: give the machine a service account, or set GOOGLE_APPLICATION_CREDENTIALS',
    )
  })
})
