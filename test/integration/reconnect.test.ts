import { rm } from 'node:fs/promises'
import { createClient, type FairliftClient, type Job } from '@fairlift/sdk'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { eventFile, eventsOf } from '../testkit/event-file.ts'
import { LARGE_FILE_USERS, largeFile } from '../testkit/job-site.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'

let dataDir: string
let server: TestServer
let client: FairliftClient

beforeAll(async () => {
  dataDir = await newFolder()
  server = await startAt(0)
  client = createClient({ url: server.url, retry: { maxDelayMs: 1000 } })
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

const startAt = (port: number) =>
  startServer({ dataDir, port, env: { INGEST_CHUNK_MB: '1', COMPUTE_CONCURRENCY: '1' } })

/** Ends the server, by a crash or in order, and starts it again at the same address. */
async function restart(how: 'kill' | 'stop'): Promise<void> {
  const { port } = new URL(server.url)
  await server[how]()
  server = await startAt(Number(port))
}

it.each(['kill', 'stop'] as const)('who watches a job through a %s of the server sees how it ends', async (how) => {
  const { id: experimentId } = await client.createExperiment({ key: `watch-${how}`, name: 'Watch' })
  const upload = client.uploadEvents({ experimentId, file: largeFile() })
  const { id } = (await upload.job)!
  const states: Job[] = []
  const result = upload.result({ onJob: (job) => states.push(job) })
  await until('the job has read some rows', () => states.at(-1)?.stage?.includes('rows checked'))
  await restart(how)
  expect(await result).toMatchObject({ status: 'LANDED', events: eventsOf(LARGE_FILE_USERS), duplicates: 0 })
  expect(states.at(-1)).toMatchObject({ id, status: 'SUCCEEDED', attempts: 2, progress: 1 })
  expect(states.filter(({ status }) => status === 'SUCCEEDED').length).toBe(1)
})

it('who watches an experiment is told of it anew when the server is back, and of what comes then', async () => {
  const { id: experimentId } = await client.createExperiment({ key: 'follow', name: 'Follow' })
  const seen: string[] = []
  const stop = new AbortController()
  const following = (async () => {
    for await (const update of client.watchExperiment(experimentId, { signal: stop.signal })) {
      seen.push(update.__typename === 'BatchChanged' ? `batch ${update.batch.status}` : update.__typename)
    }
  })()
  await until('the first message', () => seen.length === 1)
  await restart('kill')
  await until('the message after the restart', () => seen.length === 2)
  expect(seen).toEqual(['ExperimentChanged', 'ExperimentChanged'])
  await client.uploadEvents({ experimentId, file: eventFile({ users: 100 }) }).result()
  await until('the batch that has landed', () => seen.includes('batch LANDED'))
  stop.abort(new Error('enough'))
  await expect(following).rejects.toThrow('enough')
})

it('who watches all experiments is told which one changed, new ones too, and to read anew when the server is back', async () => {
  const seen: (string | null)[] = []
  const stop = new AbortController()
  const following = (async () => {
    for await (const changed of client.watchExperiments({ signal: stop.signal })) seen.push(changed?.name ?? null)
  })()
  await until('the first message', () => seen.length === 1)
  const { id: experimentId } = await client.createExperiment({ key: 'listed', name: 'Listed' })
  await until('the new experiment', () => seen.includes('Listed'))
  await client.updateExperiment({ id: experimentId, name: 'Renamed' })
  await until('its new name', () => seen.includes('Renamed'))
  const before = seen.length
  await client.uploadEvents({ experimentId, file: eventFile({ users: 100, mark: 'listed' }) }).result()
  await until('its data', () => seen.length > before)
  expect(seen.slice(0, 2)).toEqual([null, 'Listed'])
  await restart('kill')
  await until('the message after the restart', () => seen.at(-1) === null)
  stop.abort(new Error('enough'))
  await expect(following).rejects.toThrow('enough')
})

it('what may be sent twice is sent again while the server restarts; what may not is a network error', async () => {
  const restarting = restart('kill')
  const patient = createClient({ url: server.url, retry: { attempts: 50, maxDelayMs: 500 } })
  await until('the server is gone', () =>
    fetch(server.url).then(
      () => false,
      () => true,
    ),
  )
  // Its answer has a secret that could not be had again.
  const key = patient.createApiKey({ name: 'Once', scopes: ['admin'] })
  await expect(key).rejects.toMatchObject({ code: 'NETWORK' })
  const made = await patient.createExperiment({ key: 'once', name: 'Once' })
  expect((await patient.metrics()).length).toBeGreaterThan(0)
  await restarting
  expect((await patient.experiment({ key: 'once' })).id).toBe(made.id)
  expect((await patient.apiKeys()).map(({ name }) => name)).not.toContain('Once')
  patient.close()
})
