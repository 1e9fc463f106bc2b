import { openAsBlob } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createClient,
  FairliftNetworkError,
  FairliftUserError,
  type FairliftClient,
  type FairliftError,
  type Job,
  type UploadProgress,
} from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let dataDir: string
let server: TestServer
let client: FairliftClient
let experimentId: string

beforeAll(async () => {
  dataDir = await newFolder()
  server = await startServer({ dataDir, env: { COMPUTE_CONCURRENCY: '1' } })
  client = createClient({ url: server.url })
  experimentId = await newExperiment('sdk')
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

async function newExperiment(key: string): Promise<string> {
  return (await client.createExperiment({ key, name: `Experiment ${key}` })).id
}

describe('the whole story', () => {
  it('create, upload with progress, watch, analyse, read', async () => {
    const created = await client.createExperiment({
      key: 'story',
      name: 'One-page checkout',
      hypothesis: 'Fewer steps, more orders',
      currency: 'eur',
      startAt: '2026-01-01T00:00:00Z',
    })
    expect(created).toMatchObject({
      status: 'DRAFT',
      currency: 'EUR',
      latestDatasetVersion: null,
      latestAnalysis: null,
    })
    await client.startExperiment(created.id)

    const file = eventFile({ users: 3000 })
    const progress: UploadProgress[] = []
    const upload = client.uploadEvents({ experimentId: created.id, file, onProgress: (step) => progress.push(step) })
    const received = await upload
    expect(received).toMatchObject({ sizeBytes: file.size, experiment: { key: 'story' } })
    const sent = progress.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
    expect(progress.at(-1)).toEqual({ sentBytes: file.size, totalBytes: file.size })

    const statuses: string[] = []
    for await (const { status } of client.watchJob((await upload.job)!.id)) statuses.push(status)
    expect(statuses.at(-1)).toBe('SUCCEEDED')
    const batch = await upload.result()
    expect(batch).toMatchObject({ status: 'LANDED', rows: eventsOf(3000), rejected: 0, events: eventsOf(3000) })

    const seen: Job[] = []
    const run = client.runAnalysis({ experimentId: created.id, segmentBy: 'device' })
    const analysis = await run.result({ onJob: (job) => seen.push(job) })
    expect(seen.at(-1)).toMatchObject({ status: 'SUCCEEDED', analysis: { id: analysis.id } })
    const conversion = analysis.results.find(({ metric }) => metric.key === 'conversion')!
    expect(conversion.treatmentStatistics.n).toBe(1500)
    expect(conversion.controlStatistics.n).toBe(1500)
    expect(analysis.segments.map(({ segment }) => segment!.value)).toContain('mobile')

    const stopped = await client.stopExperiment(created.id)
    expect(stopped).toMatchObject({ status: 'STOPPED', latestAnalysis: { id: analysis.id }, attributes: ['device'] })
    // Signed addresses are made anew each time.
    const { reports: _reports, certificate, ...kept } = analysis
    const { url: _url, ...hashes } = certificate!
    expect(await client.analysis(analysis.id)).toMatchObject({ ...kept, certificate: hashes })
    const [listed] = (await client.analyses(created.id).page()).items
    expect(listed!.id).toBe(analysis.id)
    expect(await client.archiveExperiment(created.id)).toMatchObject({ status: 'ARCHIVED' })
  })

  it('the same question and the same file are answered by what is there', async () => {
    const id = await newExperiment('twice')
    const file = eventFile({ users: 300 })
    const first = client.uploadEvents({ experimentId: id, file })
    const second = client.uploadEvents({ experimentId: id, file })
    expect((await second.result()).id).toBe((await first.result()).id)
    expect([(await first.payload).reused, (await second.payload).reused].sort()).toEqual([false, true])
    const runs = await Promise.all([client.runAnalysis({ experimentId: id }), client.runAnalysis({ experimentId: id })])
    expect(runs[0].id).toBe(runs[1].id)
  })

  it('nothing but the platform is needed: its fetch and its WebSocket', () => {
    expect(globalThis.fetch).toBeTypeOf('function')
    expect(globalThis.WebSocket).toBeTypeOf('function')
    expect('XMLHttpRequest' in globalThis).toBe(false)
  })
})

describe('reading', () => {
  it('an experiment by its id and by its key is the same', async () => {
    expect(await client.experiment({ key: 'sdk' })).toEqual(await client.experiment({ id: experimentId }))
  })

  it('a list comes page by page, each item once, newest first', async () => {
    for (let index = 0; index < 7; index++) await newExperiment(`page-${index}`)
    const keys: string[] = []
    const list = client.experiments({ filter: { search: 'page-' }, pageSize: 3 })
    for await (const { key } of list) keys.push(key)
    expect(keys).toEqual([6, 5, 4, 3, 2, 1, 0].map((index) => `page-${index}`))
    const first = await list.page()
    expect(first).toMatchObject({ hasNextPage: true, items: [{ key: 'page-6' }, { key: 'page-5' }, { key: 'page-4' }] })
    const last = await list.page({ first: 200, after: first.endCursor })
    expect(last).toMatchObject({ hasNextPage: false })
    expect(last.items.length).toBe(4)
  })

  it('a page that cannot be is refused', async () => {
    const list = client.experiments()
    await expect(list.page({ first: 0 })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    await expect(list.page({ first: 201 })).rejects.toMatchObject({ code: 'BAD_INPUT' })
    const id = '00000000-0000-4000-8000-000000000000'
    const made = [
      ['2026-99-99 12:00:00+00', id],
      ['2026-02-30 12:00:00+00', id],
      ['2026-06-01 25:00:00+00', id],
      ['2026-06-01 12:00:00+99', id],
      ['2026-06-01 12:00:00+00', '-'.repeat(36)],
    ].map((position) => Buffer.from(JSON.stringify(position)).toString('base64url'))
    for (const after of ['nonsense', ...made])
      await expect(list.page({ after })).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })

  it('an operation of one’s own is typed by the caller', async () => {
    const query = 'query ($key: String) { experiment(key: $key) { name } }'
    const { experiment } = await client.request<{ experiment: { name: string } }>(query, { key: 'sdk' })
    expect(experiment.name).toBe('Experiment sdk')
  })
})

describe('files', () => {
  const bytes = async (mark: string) => (await eventFile({ users: 90, mark })).bytes()

  it('a Blob, a File, a file of the disk and a stream land alike', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'fairlift-sdk-'))
    try {
      const path = join(folder, 'disk.csv')
      await writeFile(path, await bytes('disk'))
      const inPieces = await bytes('stream')
      async function* stream(): AsyncGenerator<Uint8Array> {
        for (let from = 0; from < inPieces.length; from += 1000) yield inPieces.subarray(from, from + 1000)
      }
      const files = [
        { file: new Blob([await bytes('blob')]), name: 'upload' },
        { file: new File([await bytes('file')], 'file.csv'), name: 'file.csv' },
        { file: await openAsBlob(path), fileName: 'disk.csv', name: 'disk.csv' },
        { file: { name: 'stream.csv', stream }, name: 'stream.csv' },
      ]
      for (const { name, ...given } of files) {
        const batch = await client.uploadEvents({ experimentId, ...given }).result()
        expect(batch).toMatchObject({ status: 'LANDED', events: eventsOf(90), originalName: name })
      }
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('a stream of very small pieces is not sent piece by piece', async () => {
    const lines = (await eventFile({ users: 20_000, mark: 'lines' }).text()).split(/(?<=\n)/)
    let pieces = 0
    const encoder = new TextEncoder()
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (const line of lines) {
        pieces++
        yield encoder.encode(line)
      }
    }
    let reports = 0
    const file = { name: 'lines.csv', stream }
    const batch = await client.uploadEvents({ experimentId, file, onProgress: () => reports++ }).result()
    expect(batch).toMatchObject({ status: 'LANDED', events: eventsOf(20_000) })
    expect(pieces).toBe(lines.length)
    expect(reports).toBeLessThan(pieces / 100)
  })

  it('records land as a small batch', async () => {
    const at = new Date(Date.UTC(2026, 0, 5)).toISOString()
    const records = ['r1', 'r2'].map((user) => ({
      user_id: user,
      variant_id: 'control',
      event_type: 'exposure',
      timestamp: at,
    }))
    expect(await client.ingestEvents({ experimentId, records }).result()).toMatchObject({ status: 'LANDED', events: 2 })
  })
})

describe('errors', () => {
  it('what is not there is NOT_FOUND, with the id of the request', async () => {
    const id = '00000000-0000-4000-8000-000000000000'
    const calls = [
      client.experiment({ id }),
      client.experiment({ key: 'nothing' }),
      client.batch(id),
      client.job(id),
      client.analysis('nonsense'),
      client.cancelJob(id),
      client.batches(id).page(),
      client.runAnalysis({ experimentId: id }).result(),
      client.watchJob(id).next(),
      client.watchExperiment(id).next(),
    ]
    for (const call of await Promise.allSettled(calls)) {
      expect(call).toMatchObject({ status: 'rejected', reason: { name: 'FairliftError', code: 'NOT_FOUND' } })
      expect((call as { reason: FairliftError }).reason.requestId).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('mistakes in the input are all told, each with its field', async () => {
    const mistaken = client.createExperiment({ key: 'sdk', name: '' })
    await expect(mistaken).rejects.toBeInstanceOf(FairliftUserError)
    await expect(mistaken).rejects.toMatchObject({ code: 'USER_ERROR', userErrors: [{ field: ['name'] }] })
    await expect(client.createExperiment({ key: 'sdk', name: 'Taken' })).rejects.toMatchObject({
      userErrors: [{ code: 'TAKEN', field: ['key'] }],
    })
  })

  it('an analysis without data is NO_DATA', async () => {
    const run = client.runAnalysis({ experimentId: await newExperiment('empty') })
    await expect(run.result()).rejects.toMatchObject({ code: 'NO_DATA' })
  })

  it('a file that cannot be read is FILE_REJECTED, one with too many bad rows BATCH_QUARANTINED', async () => {
    const unreadable = client.uploadEvents({ experimentId, file: new Blob(['\0\0\0']), fileName: 'zeros.csv' })
    await expect(unreadable.result()).rejects.toMatchObject({ name: 'FairliftBatchError', code: 'FILE_REJECTED' })
    const rows =
      'user_id,variant_id,event_type,timestamp\nu1,control,exposure,2026-01-05T00:00:00Z\nu2,nobody,exposure,x\n'
    const bad = client.uploadEvents({ experimentId, file: new Blob([rows]) })
    await expect(bad.result()).rejects.toMatchObject({
      name: 'FairliftBatchError',
      code: 'BATCH_QUARANTINED',
      batch: { status: 'QUARANTINED', rejected: 1 },
    })
    const [row] = await client.batchErrors((await bad).id)
    expect(row).toMatchObject({ row: 2 })
  })

  it('an analysis that fails is a job error with the reason of the job', async () => {
    const id = await newExperiment('segments')
    const rows = Array.from({ length: 12_000 }, (_, user) => {
      const variant = user % 2 === 0 ? 'control' : 'treatment'
      return `u${user},${variant},exposure,2026-01-05T00:00:00Z,session ${user}\n`
    })
    const file = new Blob([`user_id,variant_id,event_type,timestamp,session\n${rows.join('')}`])
    await client.uploadEvents({ experimentId: id, file }).result()
    const run = client.runAnalysis({ experimentId: id, segmentBy: 'session' })
    await expect(run.result()).rejects.toMatchObject({
      name: 'FairliftJobError',
      code: 'TOO_MANY_SEGMENTS',
      job: { status: 'FAILED', attempts: 1 },
    })
  })

  it('a server that is not there is a network error, after the retries', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1', retry: { attempts: 1, reconnects: 1, baseDelayMs: 1 } })
    const error = await nobody.metrics().catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(FairliftNetworkError)
    expect(error).toMatchObject({ code: 'NETWORK', status: null, isTransient: true })
    await expect(nobody.watchJob(experimentId).next()).rejects.toBeInstanceOf(FairliftNetworkError)
    nobody.close()
  })

  it('an address that is no Fairlift server is a network error with the status', async () => {
    const elsewhere = createClient({ url: `${server.url}/nothing/graphql` })
    await expect(elsewhere.metrics()).rejects.toMatchObject({ code: 'NETWORK', status: 404, isTransient: false })
  })
})

describe('giving up', () => {
  const enough = new Error('enough')

  it('a call that is aborted rejects with the reason of the signal', async () => {
    const signal = AbortSignal.abort(enough)
    await expect(client.metrics({ signal })).rejects.toBe(enough)
    await expect(client.experiments({ signal }).page()).rejects.toBe(enough)
    await expect(client.watchJob(experimentId, { signal }).next()).rejects.toBe(enough)
  })

  it('an upload that is aborted leaves no batch', async () => {
    const id = await newExperiment('aborted')
    const stop = new AbortController()
    const onProgress = (): void => stop.abort(enough)
    const upload = client.uploadEvents({
      experimentId: id,
      file: eventFile({ users: 20_000 }),
      onProgress,
      signal: stop.signal,
    })
    await expect(upload).rejects.toBe(enough)
    expect((await client.batches(id).page()).items).toEqual([])
  })

  it('who stops waiting for a result may wait again: the work goes on', async () => {
    const upload = client.uploadEvents({ experimentId, file: eventFile({ users: 5000, mark: 'again' }) })
    await upload
    await expect(upload.result({ signal: AbortSignal.abort(enough) })).rejects.toBe(enough)
    expect(await upload.result()).toMatchObject({ status: 'LANDED' })
  })

  it('a client that is closed ends what is being watched', async () => {
    const closing = createClient({ url: server.url })
    const updates = closing.watchExperiment(experimentId)
    await updates.next()
    const waiting = updates.next()
    closing.close()
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' })
    expect((await closing.metrics()).length).toBeGreaterThan(0)
  })
})
