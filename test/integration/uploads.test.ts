import { randomBytes } from 'node:crypto'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { partsLeft, rawCopies } from '../testkit/data-folder.ts'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import {
  beginPut,
  completeUpload,
  cut,
  heldBytes,
  put,
  requestUpload,
  type FileUpload,
} from '../testkit/file-upload.ts'
import { send } from '../testkit/raw-request.ts'
import { sha256 } from '../testkit/sha256.ts'
import { startServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'
import { useServer } from '../testkit/use-server.ts'

const OWN_PAGE = 'https://shop.example'
const MAX_UPLOAD_BYTES = 8_000_000

const run = useServer({ env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES), ALLOWED_ORIGINS: OWN_PAGE } })
let experimentId: string
let bytes: Buffer<ArrayBuffer>

beforeAll(async () => {
  experimentId = await newExperiment('uploads')
  bytes = await bytesOf('uploads', 1500)
})

async function newExperiment(key: string, client: FairliftClient = run.client): Promise<string> {
  return (await client.createExperiment({ key, name: key })).id
}

async function bytesOf(mark: string, users = 300): Promise<Buffer<ArrayBuffer>> {
  return Buffer.from(await eventFile({ users, mark }).arrayBuffer())
}

/** An address for these bytes. */
async function asked(file: Buffer, input: object = {}, client = run.client): Promise<FileUpload> {
  const { upload, userErrors } = await requestUpload(client, {
    experimentId,
    fileName: 'events.csv',
    sizeBytes: file.length,
    ...input,
  })
  expect(userErrors).toEqual([])
  return upload!
}

describe('a file that goes to its own address', () => {
  it('lands as one that goes by uploadEvents, its bytes kept as they came', async () => {
    const upload = await asked(bytes, { fileName: 'Täglich 1.csv' })
    expect(upload).toMatchObject({ method: 'PUT', sizeBytes: bytes.length })
    expect(new Date(upload.expiresAt).getTime()).toBeGreaterThan(Date.now() + 23 * 3600_000)
    expect(await put(upload.url, bytes)).toMatchObject({ status: 200 })
    const { batch, job, reused } = await completeUpload(run.client, upload.id)
    expect(batch).toMatchObject({ sha256: sha256(bytes), sizeBytes: bytes.length, originalName: 'Täglich 1.csv' })
    expect(reused).toBe(false)
    await run.client.waitForJob(job!.id)
    expect(await run.client.batch(batch!.id)).toMatchObject({ status: 'LANDED', events: eventsOf(1500) })
    expect(Buffer.from(await (await fetch(batch!.rawUrl)).arrayBuffer())).toEqual(bytes)
    expect(await partsLeft(run.server)).not.toContain(upload.id)
  })

  it('is read as was asked for with its address: with a mapping, a saved one, a rate', async () => {
    const file = Buffer.from('who;group;seen\nu1;control;2026-01-05T00:00:00Z\nu2;nobody;2026-01-05T00:00:00Z\n')
    const mapping = { userId: 'who', variant: [{ column: 'group' }], timestamp: 'seen', exposure: 'EVERY_ROW' }
    const upload = await asked(file, { mapping, saveMappingAs: 'who-group', maxRejectRate: 0.5 })
    await put(upload.url, file)
    const { batch, job } = await completeUpload(run.client, upload.id)
    await run.client.waitForJob(job!.id)
    expect(await run.client.batch(batch!.id)).toMatchObject({ status: 'LANDED', rejected: 1, maxRejectRate: 0.5 })
    const again = await asked(file, { mappingName: 'who-group', maxRejectRate: 0.5 })
    await put(again.url, file)
    expect(await completeUpload(run.client, again.id)).toMatchObject({ batch: { id: batch!.id }, reused: true })
  })

  it('the same bytes are the same batch, however they came, and are kept once', async () => {
    const id = await newExperiment('same-bytes')
    const file = await bytesOf('same')
    const first = await run.client.uploadEvents({ experimentId: id, file: new Blob([file]) })
    const upload = await asked(file, { experimentId: id })
    await put(upload.url, file)
    const second = await completeUpload(run.client, upload.id)
    expect(second).toMatchObject({ batch: { id: first.id }, reused: true })
    expect(await completeUpload(run.client, upload.id)).toMatchObject({ batch: { id: first.id }, job: second.job })
    expect(await rawCopies(run.server, file)).toBe(1)
    expect(await put(upload.url, file)).toMatchObject({ status: 410 })
  })

  it('completing it again, or twice at once, gives the same batch and job', async () => {
    const file = await bytesOf('twice')
    const upload = await asked(file)
    await put(upload.url, file)
    const answers = await Promise.all([1, 2, 3].map(() => completeUpload(run.client, upload.id)))
    answers.push(await completeUpload(run.client, upload.id))
    for (const { batch, job, reused, userErrors } of answers) {
      expect({ batch: batch?.id, job: job?.id, reused, userErrors }).toEqual({
        batch: answers[0]!.batch!.id,
        job: answers[0]!.job!.id,
        reused: false,
        userErrors: [],
      })
    }
    expect(await rawCopies(run.server, file)).toBe(1)
  })

  it('an idempotency key finds the address again, and then the batch without sending anything', async () => {
    const file = await bytesOf('keyed')
    const upload = await asked(file, { idempotencyKey: 'monday' })
    await put(upload.url, file.subarray(0, 100), { first: 0, size: file.length })
    const again = await asked(file, { idempotencyKey: 'monday' })
    expect(again.id).toBe(upload.id)
    expect(await heldBytes(again.url)).toBe(100)
    await put(again.url, file.subarray(100), { first: 100, size: file.length })
    const { batch } = await completeUpload(run.client, again.id)
    const input = { experimentId, fileName: 'x', sizeBytes: file.length, idempotencyKey: 'monday' }
    expect(await requestUpload(run.client, input)).toMatchObject({ upload: null, batch: { id: batch!.id } })
  })

  it('an experiment that was archived meanwhile takes it, as it takes other files', async () => {
    const id = await newExperiment('archived')
    const file = await bytesOf('archived')
    const upload = await asked(file, { experimentId: id })
    await put(upload.url, file)
    await run.client.archiveExperiment(id)
    const { job } = await completeUpload(run.client, upload.id)
    expect(await run.client.waitForJob(job!.id)).toMatchObject({ status: 'SUCCEEDED' })
  })

  it('a name with a path in it stays within the store', async () => {
    const file = await bytesOf('path')
    const upload = await asked(file, { fileName: '../../../etc/cron.d/events\0.csv' })
    await put(upload.url, file)
    const { batch } = await completeUpload(run.client, upload.id)
    const { pathname } = new URL(batch!.rawUrl)
    expect(pathname).toBe(`/files/raw/${batch!.id}/events_.csv`)
    expect(Buffer.from(await (await fetch(batch!.rawUrl)).arrayBuffer())).toEqual(file)
  })
})

describe('a connection that breaks', () => {
  it('leaves the bytes that came, and the upload goes on with the rest', async () => {
    const file = await bytesOf('broken', 40_000)
    const upload = await asked(file)
    const sent = Math.floor(file.length * 0.6)
    const broken = await beginPut(upload.url, { 'content-length': file.length }, file.subarray(0, sent))
    await until('the bytes are there', async () => (await heldBytes(upload.url)) === sent)
    await cut(broken)
    const held = await heldBytes(upload.url)
    expect(held).toBe(sent)
    expect(await completeUpload(run.client, upload.id)).toMatchObject({
      batch: null,
      userErrors: [{ code: 'CONFLICT', field: ['uploadId'], message: expect.stringContaining(`${sent} of`) as string }],
    })
    expect(await put(upload.url, file.subarray(held), { first: held, size: file.length })).toMatchObject({
      status: 200,
    })
    expect((await completeUpload(run.client, upload.id)).batch).toMatchObject({ sha256: sha256(file) })
  })

  it('that the server has not noticed yet is given up for the next one', async () => {
    const file = await bytesOf('half-open')
    const upload = await asked(file)
    const stale = await beginPut(upload.url, { 'content-length': file.length }, file.subarray(0, 500))
    await until('the bytes are there', async () => (await heldBytes(upload.url)) === 500)
    expect(await put(upload.url, file.subarray(500), { first: 500, size: file.length })).toMatchObject({ status: 200 })
    await stale.closed
    expect((await completeUpload(run.client, upload.id)).batch).toMatchObject({ sha256: sha256(file) })
  })

  it('of a server that was killed leaves them too: a new one on the same data goes on', async () => {
    const first = await startServer()
    const file = await bytesOf('killed')
    const client = createClient({ url: first.url })
    const id = await newExperiment('killed', client)
    const upload = await asked(file, { experimentId: id }, client)
    const broken = await beginPut(upload.url, { 'content-length': file.length }, file.subarray(0, 1000))
    await until('the bytes are there', async () => (await heldBytes(upload.url)) === 1000)
    await first.kill()
    await broken.closed
    const second = await startServer({ dataDir: first.dataDir })
    const clientOfSecond = createClient({ url: second.url })
    // The signature is for the upload, whatever port it is sent to.
    const url = upload.url.replace(first.url, second.url)
    try {
      expect(await heldBytes(url)).toBe(1000)
      await put(url, file.subarray(1000), { first: 1000, size: file.length })
      const { batch, job } = await completeUpload(clientOfSecond, upload.id)
      expect(batch).toMatchObject({ sha256: sha256(file) })
      expect(await clientOfSecond.waitForJob(job!.id)).toMatchObject({ status: 'SUCCEEDED' })
    } finally {
      for (const one of [client, clientOfSecond]) one.close()
      await second.stop()
      await first.stop()
    }
  })

  it('is not waited for by others', async () => {
    const slow = await asked(await bytesOf('slow'))
    const waiting = await beginPut(slow.url, { 'content-length': slow.sizeBytes }, Buffer.from('u'))
    const file = await bytesOf('quick')
    const upload = await asked(file)
    expect(await put(upload.url, file)).toMatchObject({ status: 200 })
    expect((await send(`${run.server.url}/livez`)).status).toBe(200)
    expect((await completeUpload(run.client, upload.id)).batch).not.toBeNull()
    expect(waiting.answer()).toBe('')
    await cut(waiting)
  })
})

describe('a file in pieces', () => {
  it('is answered 308 with the bytes that are there until all are, by PUT, GET, HEAD and an empty PUT', async () => {
    const file = await bytesOf('pieces')
    const upload = await asked(file)
    const size = file.length
    const status = () => send(upload.url, { method: 'PUT', headers: { 'content-range': `bytes */${size}` } })
    expect((await status()).headers.range).toBeUndefined()
    const pieces = [0, 1000, 1001, 5000, size]
    for (const [index, first] of pieces.slice(0, -1).entries()) {
      const end = pieces[index + 1]!
      const answer = await put(upload.url, file.subarray(first, end), { first, size })
      expect(answer.status).toBe(end === size ? 200 : 308)
      if (end === size) break
      const range = `bytes=0-${end - 1}`
      expect(answer.headers.range).toBe(range)
      expect((await status()).headers.range).toBe(range)
      expect((await send(upload.url, { method: 'HEAD' })).headers.range).toBe(range)
    }
    expect(await status()).toMatchObject({ status: 200 })
    expect((await completeUpload(run.client, upload.id)).batch).toMatchObject({ sha256: sha256(file) })
  })

  it('takes a piece only where it follows on, and says where that is', async () => {
    const file = await bytesOf('gaps')
    const upload = await asked(file)
    const size = file.length
    await put(upload.url, file.subarray(0, 100), { first: 0, size })
    for (const first of [0, 50, 200]) {
      const answer = await put(upload.url, file.subarray(first, first + 100), { first, size })
      expect(answer).toMatchObject({ status: 409, headers: { range: 'bytes=0-99' } })
    }
    expect(await heldBytes(upload.url)).toBe(100)
  })

  it.each(['bytes 0-9', 'bytes 5-4/10', 'bytes 0-10/10', 'items 0-9/10', 'bytes 0-9/11', 'bytes -1-9/10', 'nonsense'])(
    'is refused with the Content-Range "%s"',
    async (range) => {
      const upload = await asked(Buffer.alloc(10))
      const answer = await send(upload.url, { method: 'PUT', headers: { 'content-range': range }, body: '0123456789' })
      expect(answer.status).toBe(400)
      expect(answer.text).toContain(range)
      expect(await heldBytes(upload.url)).toBe(0)
    },
  )
})

describe('bytes that are not those announced', () => {
  it('are refused by their Content-Length, before any is taken', async () => {
    const upload = await asked(Buffer.alloc(1000))
    for (const length of [999, 1001, 0]) {
      const answer = await put(upload.url, Buffer.alloc(length))
      expect(answer.status).toBe(400)
      expect(answer.text).toContain(`${length} bytes, where 1000 were announced`)
    }
    expect(await heldBytes(upload.url)).toBe(0)
  })

  it.each([
    ['more', 3000],
    ['fewer', 10],
  ])('are refused when %s come without saying how many', async (_, length) => {
    const upload = await asked(Buffer.alloc(1000))
    const body = randomBytes(length).toString('hex').slice(0, length)
    const chunked = `${length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
    const { answer, socket } = await beginPut(upload.url, { 'transfer-encoding': 'chunked' }, Buffer.from(chunked))
    await until('the answer', () => answer().includes('\r\n\r\n'))
    expect(answer()).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer()).toContain('announced 1000 bytes')
    socket.destroy()
    expect(await heldBytes(upload.url)).toBe(0)
  })

  it('are not completed before they came', async () => {
    const upload = await asked(bytes)
    const { batch, userErrors } = await completeUpload(run.client, upload.id)
    expect(batch).toBeNull()
    expect(userErrors).toMatchObject([{ code: 'CONFLICT', field: ['uploadId'] }])
    expect(userErrors[0]!.message).toContain(`0 of ${bytes.length} bytes`)
  })

  it('that come after all came, or after they became a batch, change nothing', async () => {
    const file = await bytesOf('once')
    const upload = await asked(file)
    await put(upload.url, file)
    const other = Buffer.from(file).fill('x')
    expect(await put(upload.url, other)).toMatchObject({ status: 409 })
    const { batch } = await completeUpload(run.client, upload.id)
    expect(await put(upload.url, other)).toMatchObject({ status: 410 })
    expect(await put(upload.url, other.subarray(0, 10), { first: 0, size: file.length })).toMatchObject({ status: 410 })
    expect(Buffer.from(await (await fetch(batch!.rawUrl)).arrayBuffer())).toEqual(file)
  })

  it('of a file that is too large, or empty, or of no experiment, are not asked for', async () => {
    const input = { experimentId, fileName: 'x.csv' }
    await expect(requestUpload(run.client, { ...input, sizeBytes: MAX_UPLOAD_BYTES + 1 })).rejects.toMatchObject({
      code: 'UPLOAD_TOO_LARGE',
      details: { limitBytes: MAX_UPLOAD_BYTES },
    })
    for (const sizeBytes of [0, -1]) {
      expect(await requestUpload(run.client, { ...input, sizeBytes })).toMatchObject({
        upload: null,
        userErrors: [{ code: 'INVALID', field: ['sizeBytes'] }],
      })
    }
    const mistaken = { ...input, sizeBytes: 1, maxRejectRate: 2, mappingName: 'nobody', idempotencyKey: '' }
    const { userErrors } = await requestUpload(run.client, mistaken)
    expect(userErrors.map(({ field }) => field[0]).sort()).toEqual(['idempotencyKey', 'mappingName', 'maxRejectRate'])
  })
})

describe('an address', () => {
  it('is good as it is: changed in any way it is refused', async () => {
    const upload = await asked(bytes)
    const other = await asked(bytes)
    const changes: ((url: URL) => void)[] = [
      (url) => url.searchParams.set('size', '5'),
      (url) => url.searchParams.set('expires', String(Date.now() + 1e12)),
      (url) => url.searchParams.set('signature', 'x'),
      (url) => url.searchParams.delete('signature'),
      (url) => (url.pathname = `/uploads/${other.id}`),
      (url) => (url.pathname = '/uploads/..%2F..%2Fsigning-secret'),
    ]
    for (const change of changes) {
      const url = new URL(upload.url)
      change(url)
      for (const method of ['PUT', 'GET', 'HEAD'])
        expect(await send(url.href, { method })).toMatchObject({ status: 403 })
    }
    const { pathname, search } = new URL(upload.url)
    expect((await send(`${run.server.url}/files/${pathname}${search}`)).status).toBe(403)
  })

  it('takes PUT only', async () => {
    const upload = await asked(bytes)
    for (const method of ['POST', 'PATCH', 'DELETE']) {
      const answer = await send(upload.url, { method, headers: { 'content-type': 'text/csv' } })
      expect(answer.status).toBe(405)
      expect(answer.text).toContain(method)
    }
    expect(await heldBytes(upload.url)).toBe(0)
  })

  it('is for pages of allowed origins, whose browsers may send pieces and read how much is there', async () => {
    const upload = await asked(Buffer.alloc(10))
    const preflight = await send(upload.url, {
      method: 'OPTIONS',
      headers: {
        origin: OWN_PAGE,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-range,content-type',
      },
    })
    expect(preflight).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': OWN_PAGE } })
    expect(preflight.headers['access-control-allow-methods']).toContain('PUT')
    expect(preflight.headers['access-control-allow-headers']).toContain('content-range')
    const { headers } = await send(upload.url, { headers: { origin: OWN_PAGE } })
    expect(headers['access-control-expose-headers']).toContain('range')
    const headersOfOther = { origin: 'https://evil.example' }
    expect(await send(upload.url, { method: 'PUT', headers: headersOfOther, body: '0123456789' })).toMatchObject({
      status: 403,
    })
  })

  it('is good for a time; then neither bytes nor completing are taken, and what came is removed', async () => {
    const server = await startServer({ env: { UPLOAD_LIFETIME_SECONDS: '2', SWEEP_INTERVAL_HOURS: '0.0005' } })
    const client = createClient({ url: server.url })
    try {
      const id = await newExperiment('expired', client)
      const upload = await asked(bytes, { experimentId: id }, client)
      await put(upload.url, bytes)
      await until('it has expired', async () => (await send(upload.url)).status === 403)
      expect(await completeUpload(client, upload.id)).toMatchObject({
        batch: null,
        userErrors: [{ code: 'CONFLICT', message: expect.stringContaining('expired') as string }],
      })
      await until('what came is removed', async () => (await partsLeft(server)).length === 0)
      expect(await completeUpload(client, upload.id)).toMatchObject({ userErrors: [{ code: 'CONFLICT' }] })
    } finally {
      client.close()
      await server.stop()
    }
  })
})
