import { createClient, type FairliftClient, type FairliftUserError } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { eventFile } from '../testkit/event-file.ts'
import { completeUpload, put, requestUpload } from '../testkit/file-upload.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let database: TestDatabase
let server: TestServer
let client: FairliftClient
let experimentId: string
let analysisIds: [string, string]

beforeAll(async () => {
  database = await startDatabase()
  server = await startServer({ env: { DATABASE_URL: database.url, EVENTS_TABLE: 'none' } })
  client = createClient({ url: server.url })
  experimentId = await newExperiment('main')
  await client.uploadEvents({ experimentId, file: eventFile({ users: 400 }) }).result()
  const [one, other] = [
    await client.runAnalysis({ experimentId }).result(),
    await client.runAnalysis({ experimentId, level: 0.9 }).result(),
  ]
  analysisIds = [one.id, other.id]
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await database?.remove()
})

async function newExperiment(key: string): Promise<string> {
  return (await client.createExperiment({ key, name: key })).id
}

const record = (user: string) => ({
  user_id: user,
  variant_id: 'control',
  event_type: 'exposure',
  timestamp: '2026-06-01T00:00:00Z',
})

/** Each mutation that makes something: how it is asked, how something else is asked, and the id of what is made. */
interface Case {
  name: string
  ask: (idempotencyKey: string) => Promise<string>
  askOther: (idempotencyKey: string) => Promise<string>
}

const target = { kind: 'CONVERSION' as const }
const numerator = { aggregation: 'COUNT' as const, eventTypes: ['view'] }

const cases: Case[] = [
  {
    name: 'createExperiment',
    ask: async (idempotencyKey) => (await client.createExperiment({ key: 'made', name: 'Made', idempotencyKey })).id,
    askOther: async (idempotencyKey) =>
      (await client.createExperiment({ key: 'other', name: 'Other', idempotencyKey })).id,
  },
  {
    name: 'defineMetric',
    ask: async (idempotencyKey) =>
      (await client.defineMetric({ key: 'views', name: 'Views', kind: 'MEAN', numerator, idempotencyKey })).id,
    askOther: async (idempotencyKey) =>
      (await client.defineMetric({ key: 'looks', name: 'Views', kind: 'MEAN', numerator, idempotencyKey })).id,
  },
  {
    name: 'createApiKey',
    ask: async (idempotencyKey) =>
      (await client.createApiKey({ name: 'Key', scopes: ['events:write'], idempotencyKey })).apiKey.id,
    askOther: async (idempotencyKey) =>
      (await client.createApiKey({ name: 'Key', scopes: ['admin'], idempotencyKey })).apiKey.id,
  },
  {
    name: 'uploadEvents',
    ask: async (idempotencyKey) =>
      (await client.uploadEvents({ experimentId, file: eventFile({ users: 5, mark: 'one' }), idempotencyKey })).id,
    // The same input, and other bytes.
    askOther: async (idempotencyKey) =>
      (await client.uploadEvents({ experimentId, file: eventFile({ users: 5, mark: 'two' }), idempotencyKey })).id,
  },
  {
    name: 'ingestEvents',
    ask: async (idempotencyKey) =>
      (await client.ingestEvents({ experimentId, records: [record('a')], idempotencyKey })).id,
    askOther: async (idempotencyKey) =>
      (await client.ingestEvents({ experimentId, records: [record('b')], idempotencyKey })).id,
  },
  {
    name: 'requestUpload',
    ask: (idempotencyKey) => requested({ fileName: 'x.csv', sizeBytes: 100, idempotencyKey }),
    askOther: (idempotencyKey) => requested({ fileName: 'x.csv', sizeBytes: 101, idempotencyKey }),
  },
  {
    name: 'runAnalysis',
    ask: async (idempotencyKey) => (await client.runAnalysis({ experimentId, level: 0.99, idempotencyKey })).id,
    askOther: async (idempotencyKey) => (await client.runAnalysis({ experimentId, level: 0.98, idempotencyKey })).id,
  },
  {
    name: 'trainModel',
    ask: async (idempotencyKey) => (await client.trainModel({ experimentId, target, idempotencyKey })).id,
    askOther: async (idempotencyKey) => (await client.trainModel({ experimentId, target, seed: 7, idempotencyKey })).id,
  },
  {
    name: 'calibrateExperiment',
    ask: async (idempotencyKey) =>
      (await client.calibrateExperiment({ analysis: { experimentId }, replications: 100, idempotencyKey })).id,
    askOther: async (idempotencyKey) =>
      (await client.calibrateExperiment({ analysis: { experimentId }, replications: 200, idempotencyKey })).id,
  },
  {
    name: 'eraseUser',
    ask: async (idempotencyKey) => (await client.eraseUser({ userId: 'x', experimentId, idempotencyKey }))[0]!.id,
    askOther: async (idempotencyKey) => (await client.eraseUser({ userId: 'y', experimentId, idempotencyKey }))[0]!.id,
  },
  {
    name: 'compactDataset',
    ask: async (idempotencyKey) => (await client.compactDataset(experimentId, { idempotencyKey })).id,
    askOther: async (idempotencyKey) => (await client.compactDataset(await otherExperiment(), { idempotencyKey })).id,
  },
  {
    name: 'verifyAnalysis',
    ask: (idempotencyKey) => verificationOf(0, idempotencyKey),
    askOther: (idempotencyKey) => verificationOf(1, idempotencyKey),
  },
]

let secondExperiment: Promise<string> | null = null
const otherExperiment = (): Promise<string> => (secondExperiment ??= newExperiment('second'))

async function requested(input: object): Promise<string> {
  const { upload, userErrors } = await requestUpload(client, { experimentId, ...input })
  if (upload === null) throw Object.assign(new Error('refused'), { userErrors })
  return upload.id
}

async function verificationOf(which: 0 | 1, idempotencyKey: string): Promise<string> {
  const answer = await client.request<{
    verifyAnalysis: { job: { id: string } | null; userErrors: FairliftUserError['userErrors'] }
  }>(
    `mutation ($id: ID!, $key: String) {
      verifyAnalysis(id: $id, source: DATA, idempotencyKey: $key) { job { id } userErrors { code field message } }
    }`,
    { id: analysisIds[which], key: idempotencyKey },
  )
  const { job, userErrors } = answer.verifyAnalysis
  if (job === null) throw Object.assign(new Error('refused'), { userErrors })
  return job.id
}

/** What a call was refused with; fails when it was not. */
async function conflictOf(call: Promise<unknown>): Promise<{ code: string; field: string[]; message: string }> {
  const error: unknown = await call.then(
    (answered) => new Error(`It was answered with ${String(answered)}.`),
    (reason: unknown) => reason,
  )
  const { userErrors } = error as FairliftUserError
  expect(userErrors, String(error)).toHaveLength(1)
  return userErrors[0]!
}

it('every mutation whose input may have an idempotency key is among those below', async () => {
  const answer = await client.request<{
    __type: { fields: { name: string; args: { name: string; type: TypeRef }[] }[] }
    __schema: { types: { name: string; inputFields: { name: string }[] | null }[] }
  }>(
    `{ __type(name: "Mutation") { fields { name args { name type { name ofType { name } } } } }
       __schema { types { name inputFields { name } } } }`,
    {},
  )
  const keyed = new Set(
    answer.__schema.types
      .filter(({ inputFields }) => inputFields?.some(({ name }) => name === 'idempotencyKey'))
      .map(({ name }) => name),
  )
  const having = answer.__type.fields.filter(({ args }) =>
    args.some(({ name, type }) => name === 'idempotencyKey' || keyed.has(type.name ?? type.ofType?.name ?? '')),
  )
  expect(having.map(({ name }) => name).sort()).toEqual(cases.map(({ name }) => name).sort())
  // The rest changes what is there, and does no more when it is done twice.
  const others = answer.__type.fields.map(({ name }) => name).filter((name) => !cases.some((one) => one.name === name))
  expect(others.sort()).toEqual([
    ...['archiveExperiment', 'cancelJob', 'completeUpload', 'previewUpload', 'revokeApiKey'],
    ...['startExperiment', 'stopExperiment', 'updateExperiment'],
  ])
})

interface TypeRef {
  name: string | null
  ofType: { name: string | null } | null
}

describe.each(cases)('$name', ({ name, ask, askOther }) => {
  it('answers the same question under the same key with the same, be it asked many times at once', async () => {
    const key = `${name} again`
    const ids = await Promise.all(Array.from({ length: 5 }, () => ask(key)))
    expect(new Set(ids).size).toBe(1)
    expect(await ask(key)).toBe(ids[0])
  })

  it('tells of another question under the same key, and does nothing', async () => {
    const key = `${name} again`
    const conflict = await conflictOf(askOther(key))
    expect(conflict).toMatchObject({ code: 'CONFLICT', field: ['idempotencyKey'] })
    expect(conflict.message).toContain(`"${key}"`)
    expect(conflict.message).toContain(`another question of ${name}`)
    // Under a key of its own it is done.
    expect(await askOther(`${name} other`)).not.toBe(await ask(key))
  })

  it('refuses a key that is too long', async () => {
    expect(await conflictOf(ask('k'.repeat(201)))).toMatchObject({
      code: 'INVALID',
      field: ['idempotencyKey'],
      message: 'An idempotency key has 1 to 200 characters, got 201.',
    })
  })
})

describe('a key', () => {
  it('is for one mutation only', async () => {
    await client.createExperiment({ key: 'shared-key', name: 'Shared', idempotencyKey: 'shared' })
    const conflict = await conflictOf(client.runAnalysis({ experimentId, idempotencyKey: 'shared' }).job)
    expect(conflict.message).toContain('for the mutation createExperiment')
  })

  it('is the caller’s own: that of another one is another key', async () => {
    const callers = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const { secret } = await client.createApiKey({ name, scopes: ['admin'] })
        return createClient({ url: server.url, apiKey: secret! })
      }),
    )
    const keys = await Promise.all(
      [client, ...callers].map((caller, index) =>
        caller.createApiKey({ name: `made by ${index}`, scopes: ['events:write'], idempotencyKey: 'mine' }),
      ),
    )
    expect(new Set(keys.map(({ apiKey }) => apiKey.id)).size).toBe(3)
  })

  it('of an input with mistakes is free again', async () => {
    await conflictOf(client.createExperiment({ key: 'mended', name: ' ', idempotencyKey: 'mended' }))
    const made = await client.createExperiment({ key: 'mended', name: 'Mended', idempotencyKey: 'mended' })
    // A key of an experiment that is taken is another mistake.
    const taken = await conflictOf(client.createExperiment({ key: 'mended', name: 'Mended', idempotencyKey: 'taken' }))
    expect(taken).toMatchObject({ code: 'TAKEN', field: ['key'] })
    expect(await client.createExperiment({ key: 'free', name: 'Free', idempotencyKey: 'taken' })).not.toMatchObject({
      id: made.id,
    })
  })

  it('of an API key answers without the secret, which was shown', async () => {
    const input = { name: 'Shown', scopes: ['events:write'], idempotencyKey: 'secret' }
    const [first, again] = [await client.createApiKey(input), await client.createApiKey(input)]
    expect(first.secret).toMatch(/^fl_live_/)
    expect(again).toEqual({ apiKey: first.apiKey, secret: null })
  })

  it('of a job that was cancelled begins another one', async () => {
    const input = { experimentId, level: 0.97, idempotencyKey: 'given up' }
    const { id } = await client.runAnalysis(input)
    await database.query("update jobs set status = 'CANCELLED' where id = $1", [id])
    const again = await client.runAnalysis(input)
    expect(again.id).not.toBe(id)
    expect((await client.runAnalysis(input)).id).toBe(again.id)
  })

  it('asks the same after the data have changed, and is answered with the job of then', async () => {
    const id = await newExperiment('moving')
    await client.uploadEvents({ experimentId: id, file: eventFile({ users: 20, mark: 'before' }) }).result()
    const job = await client.runAnalysis({ experimentId: id, idempotencyKey: 'then' })
    await client.uploadEvents({ experimentId: id, file: eventFile({ users: 20, mark: 'after' }) }).result()
    expect((await client.runAnalysis({ experimentId: id, idempotencyKey: 'then' })).id).toBe(job.id)
    expect((await client.runAnalysis({ experimentId: id, idempotencyKey: 'now' })).id).not.toBe(job.id)
  })

  it('of a large file finds its address until the bytes are there, and then its batch', async () => {
    const bytes = Buffer.from(await eventFile({ users: 30, mark: 'large' }).arrayBuffer())
    const input = { experimentId, fileName: 'large.csv', sizeBytes: bytes.length, idempotencyKey: 'large' }
    const [first, again] = [await requestUpload(client, input), await requestUpload(client, input)]
    expect(again.upload?.id).toBe(first.upload!.id)
    await put(first.upload!.url, bytes)
    const { batch } = await completeUpload(client, first.upload!.id)
    expect(await requestUpload(client, input)).toMatchObject({ upload: null, batch: { id: batch!.id }, userErrors: [] })
  })
})

describe('without a key', () => {
  it('the same bytes read the same way are one batch, also when many send them at once', async () => {
    const id = await newExperiment('same-bytes')
    const sent = await Promise.all(
      Array.from({ length: 4 }, () => client.uploadEvents({ experimentId: id, file: eventFile({ users: 15 }) })),
    )
    expect(new Set(sent.map((batch) => batch.id)).size).toBe(1)
    expect((await client.batches(id).page()).items).toHaveLength(1)
  })

  it('the same question of the same data is one job and one result', async () => {
    const jobs = await Promise.all(Array.from({ length: 4 }, () => client.runAnalysis({ experimentId, level: 0.96 })))
    expect(new Set(jobs.map(({ id }) => id)).size).toBe(1)
  })
})

describe('the SDK', () => {
  it('sends a key of its own with what it may have to send again: a lost answer makes nothing twice', async () => {
    let lost = 0
    const losing: typeof fetch = async (...request) => {
      const answer = await fetch(...request)
      await answer.arrayBuffer()
      // The server has done it; the answer does not arrive.
      if (lost++ % 2 === 0) throw new TypeError('fetch failed')
      return fetch(...request)
    }
    const unlucky = createClient({ url: server.url, fetch: losing, retry: { baseDelayMs: 1 } })
    const made = await unlucky.createExperiment({ key: 'lost-answer', name: 'Lost' })
    expect((await client.experiment({ key: 'lost-answer' })).id).toBe(made.id)
    const metric = await unlucky.defineMetric({ key: 'lost_answer', name: 'Lost', kind: 'MEAN', numerator })
    expect((await client.metrics()).filter(({ key }) => key === 'lost_answer').map(({ id }) => id)).toEqual([metric.id])
    const before = (await client.jobs({ filter: { kind: ['COMPACT_DATASET'] } }).page()).items.length
    await unlucky.compactDataset(experimentId)
    expect((await client.jobs({ filter: { kind: ['COMPACT_DATASET'] } }).page()).items.length).toBe(before + 1)
    unlucky.close()
  })
})
