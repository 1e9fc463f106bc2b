import { openAsBlob } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type FairliftClient, type UploadProgress } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { breakingLine, type BreakingLine } from '../testkit/breaking-line.ts'
import { partsLeft } from '../testkit/data-folder.ts'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { sha256 } from '../testkit/sha256.ts'
import { useServer } from '../testkit/use-server.ts'

const MEGABYTE = 2 ** 20
const USERS = 150_000

const run = useServer()
let line: BreakingLine
let client: FairliftClient
let folder: string
let bytes: Uint8Array<ArrayBuffer>
let path: string
let experiments = 0

beforeAll(async () => {
  line = await breakingLine(run.server.url)
  client = createClient({ url: line.url, retry: { baseDelayMs: 5 } })
  folder = await newFolder()
  bytes = new Uint8Array(await eventFile({ users: USERS, mark: 'large' }).arrayBuffer())
  path = join(folder, 'events.csv')
  await writeFile(path, bytes)
  expect(bytes.length).toBeGreaterThan(10 * MEGABYTE)
})

afterAll(async () => {
  client?.close()
  await line?.close()
  await rm(folder, { recursive: true, force: true })
})

async function newExperiment(): Promise<string> {
  experiments++
  return (await client.createExperiment({ key: `large-${experiments}`, name: 'Large' })).id
}

/** A file of the same size and other content. */
function otherBytes(mark: string): Uint8Array<ArrayBuffer> {
  const other = bytes.slice()
  other.set(new TextEncoder().encode(mark), other.length - 100)
  return other
}

describe('a large file', () => {
  it('arrives over a line that breaks again and again, is sent once, and lands', async () => {
    const progress: UploadProgress[] = []
    line.breakAfter(3 * MEGABYTE, 3)
    const upload = client.uploadEvents({
      experimentId: await newExperiment(),
      file: await openAsBlob(path),
      fileName: 'events.csv',
      onProgress: (step) => progress.push(step),
    })
    expect(await upload).toMatchObject({ sha256: sha256(bytes), sizeBytes: bytes.length, originalName: 'events.csv' })
    expect(line.breaks).toBe(3)
    const sent = progress.map(({ sentBytes }) => sentBytes)
    expect(sent).toEqual([...sent].sort((one, other) => one - other))
    expect(progress.at(-1)).toEqual({ sentBytes: bytes.length, totalBytes: bytes.length })
    expect(await upload.result()).toMatchObject({ status: 'LANDED', events: eventsOf(USERS) })
    expect(await partsLeft(run.server)).toEqual([])
  })

  it('of a stream whose size is known goes on in the same way', async () => {
    const content = otherBytes('stream')
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < content.length; at += 70_001) yield content.subarray(at, at + 70_001)
    }
    const before = line.breaks
    line.breakAfter(2 * MEGABYTE, 2)
    const file = { name: 'stream.csv', stream, sizeBytes: content.length }
    const batch = await client.uploadEvents({ experimentId: await newExperiment(), file })
    expect(batch).toMatchObject({ sha256: sha256(content), originalName: 'stream.csv' })
    expect(line.breaks - before).toBe(2)
  })

  it('sent twice is the same batch', async () => {
    const experimentId = await newExperiment()
    const file = new Blob([otherBytes('twice')])
    const first = client.uploadEvents({ experimentId, file })
    const second = client.uploadEvents({ experimentId, file })
    expect((await second).id).toBe((await first).id)
    expect([(await first.payload).reused, (await second.payload).reused].sort()).toEqual([false, true])
    const key = { idempotencyKey: 'monday' }
    const named = await client.uploadEvents({ experimentId: await newExperiment(), file, ...key })
    const again = client.uploadEvents({ experimentId: named.experiment.id, file, ...key })
    expect(await again.payload).toMatchObject({ batch: { id: named.id }, reused: true })
  })

  it('that is aborted leaves no batch', async () => {
    const experimentId = await newExperiment()
    const stop = new AbortController()
    const enough = new Error('enough')
    const upload = client.uploadEvents({
      experimentId,
      file: new Blob([otherBytes('aborted')]),
      onProgress: () => stop.abort(enough),
      signal: stop.signal,
    })
    await expect(upload).rejects.toBe(enough)
    expect((await client.batches(experimentId).page()).items).toEqual([])
  })

  it('that changes on the disk while it is sent is not sent', async () => {
    const changing = join(folder, 'changing.csv')
    await writeFile(changing, otherBytes('changing'))
    const file = await openAsBlob(changing)
    await writeFile(changing, 'something else')
    const upload = client.uploadEvents({ experimentId: await newExperiment(), file })
    await expect(upload).rejects.toMatchObject({ name: 'NotReadableError' })
  })

  describe.runIf(process.platform === 'linux')('takes no more memory of the server the larger it is', () => {
    const sizeBytes = 400 * MEGABYTE
    async function* stream(): AsyncGenerator<Uint8Array> {
      for (let at = 0; at < sizeBytes; at += MEGABYTE) yield bytes.subarray(0, MEGABYTE)
    }
    const peakMegabytes = async (): Promise<number> =>
      Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${run.server.pid}/status`, 'utf8'))![1]) / 1024

    it('in pieces', async () => {
      const stop = new AbortController()
      const before = await peakMegabytes()
      const upload = client.uploadEvents({
        experimentId: await newExperiment(),
        file: { name: 'huge.csv', stream, sizeBytes },
        // What matters has happened when all of it is there: it need not be read as well.
        onProgress: ({ sentBytes }) => sentBytes === sizeBytes && stop.abort('sent'),
        signal: stop.signal,
      })
      await expect(upload).rejects.toBe('sent')
      expect((await peakMegabytes()) - before).toBeLessThan(60)
    })

    it('in one request, and when its key is known already', async () => {
      const input = { experimentId: await newExperiment(), idempotencyKey: 'huge' }
      // Of a stream that does not tell its size all is sent with the request.
      const send = () => run.client.uploadEvents({ ...input, file: { name: 'huge.csv', stream } })
      const before = await peakMegabytes()
      const first = send()
      await client.cancelJob((await first.job)!.id)
      expect((await first).sizeBytes).toBe(sizeBytes)
      expect((await send()).id).toBe((await first).id)
      // Between network and disk there are buffers; the file would be 400.
      expect((await peakMegabytes()) - before).toBeLessThan(150)
    })
  })

  it('whose input has mistakes is not sent', async () => {
    const steps: UploadProgress[] = []
    const upload = client.uploadEvents({
      experimentId: await newExperiment(),
      file: new Blob([bytes]),
      maxRejectRate: 2,
      onProgress: (step) => steps.push(step),
    })
    await expect(upload).rejects.toMatchObject({ code: 'USER_ERROR', userErrors: [{ field: ['maxRejectRate'] }] })
    expect(steps).toEqual([])
  })
})
