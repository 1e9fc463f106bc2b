import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { eventsOf } from '../testkit/event-file.ts'
import { LARGE_FILE_USERS, largeFile } from '../testkit/job-site.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { canSeeProcesses, descendantsOf, signal, untilGone } from '../testkit/processes.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'

/** An orderly end waits for running work this long at most, and the database needs a moment. */
const END_MS = 60_000

let dataDir: string
let server: TestServer
let client: FairliftClient
const servers: TestServer[] = []

beforeEach(async () => {
  dataDir = await newFolder()
  await start()
})

afterEach(async () => {
  client?.close()
  await Promise.all(servers.splice(0).map((each) => each.kill()))
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

async function start(): Promise<void> {
  server = await startServer({ dataDir, env: { INGEST_CHUNK_MB: '1', COMPUTE_CONCURRENCY: '1' } })
  servers.push(server)
  client?.close()
  client = createClient({ url: server.url, retry: { attempts: 0 } })
}

/** Ends the server by a signal; returns how long that took. */
async function end(name: 'SIGTERM' | 'SIGINT' | 'SIGKILL'): Promise<number> {
  const started = descendantsOf(server.pid)
  const startedAt = performance.now()
  signal(server.pid, name)
  expect(await server.ended).toBe(name === 'SIGKILL' ? 'SIGKILL' : 0)
  const endedAfterMs = performance.now() - startedAt
  await untilGone(started)
  return endedAfterMs
}

async function jobInMidWork(): Promise<{ id: string; experimentId: string }> {
  const { id: experimentId } = await client.createExperiment({ key: 'shutdown', name: 'Shutdown' })
  const { id } = (await client.uploadEvents({ experimentId, file: largeFile() }).job)!
  await until('the job has read some rows', async () => (await client.job(id)).stage?.includes('rows checked'))
  return { id, experimentId }
}

/** A client that sends a file without end; `failure` is how that ended. */
function endlessUpload(experimentId: string) {
  let sentBytes = 0
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield new TextEncoder().encode('user_id,variant_id,event_type,timestamp\n')
    for (let user = 0; ; user++) {
      yield new TextEncoder().encode(`u${user},control,exposure,2026-01-05T00:00:00Z\n`.repeat(2000))
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  const upload = client.uploadEvents({
    experimentId,
    file: { name: 'endless.csv', stream },
    onProgress: (progress) => (sentBytes = progress.sentBytes),
  })
  const failure = upload.then(
    () => null,
    (error: unknown) => error,
  )
  return { failure, sentBytes: () => sentBytes }
}

const temporaryFiles = () => readdir(join(dataDir, 'files', 'temporary')).catch(() => [])

describe.runIf(canSeeProcesses)('in mid-job', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    '%s leaves no process behind; the job is done after the next start, and the batch lands once',
    async (name) => {
      const { id, experimentId } = await jobInMidWork()
      expect(await end(name)).toBeLessThan(END_MS)
      expect(server.logs()).toBe('')
      await start()
      const job = await client.waitForJob(id)
      expect(job).toMatchObject({ status: 'SUCCEEDED', attempts: 2, error: null })
      expect(job.batch).toMatchObject({ status: 'LANDED', events: eventsOf(LARGE_FILE_USERS), duplicates: 0 })
      const { latestDatasetVersion } = await client.experiment({ id: experimentId })
      expect(latestDatasetVersion).toMatchObject({ number: 1, rows: eventsOf(LARGE_FILE_USERS) })
      await until('no work folder is left', async () => (await readdir(join(dataDir, 'work'))).length === 0)
    },
  )
})

describe.runIf(canSeeProcesses)('in mid-upload', () => {
  it.each(['SIGTERM', 'SIGKILL'] as const)(
    '%s ends the upload with a network error; nothing of it is left after the next start',
    async (name) => {
      const { id: experimentId } = await client.createExperiment({ key: 'shutdown', name: 'Shutdown' })
      const upload = endlessUpload(experimentId)
      await until('some of the file has arrived', async () => upload.sentBytes() > 0 && (await temporaryFiles())[0])
      expect(await end(name)).toBeLessThan(END_MS)
      expect(await upload.failure).toMatchObject({ name: 'FairliftNetworkError', code: 'NETWORK' })
      if (name === 'SIGTERM') expect(await temporaryFiles()).toEqual([])
      await start()
      expect((await client.batches(experimentId).page()).items).toEqual([])
      expect((await client.jobs().page()).items).toEqual([])
      expect(await temporaryFiles()).toEqual([])
    },
  )
})

describe('an idle server', () => {
  it('ends within seconds of SIGTERM though clients hold connections and subscriptions', async () => {
    const { id } = await client.createExperiment({ key: 'idle', name: 'Idle' })
    const watching = new AbortController()
    const updates = client.watchExperiment(id, { signal: watching.signal })
    expect((await updates.next()).value).toMatchObject({ __typename: 'ExperimentChanged' })
    expect(await end('SIGTERM')).toBeLessThan(END_MS)
    expect(server.logs()).toBe('')
    watching.abort(new Error('enough'))
    await expect(updates.next()).rejects.toThrow('enough')
  })
})
