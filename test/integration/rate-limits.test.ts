import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, bearer, codeOf } from '../testkit/ask.ts'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { TestRedis, withoutRedis } from '../testkit/redis.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'
import { WebSocketSession } from '../testkit/web-socket-session.ts'

const VIEWER = '{ viewer { name } }'
const LIMIT = 20
const WORK_LIMIT = 5

/** Sends the same again and again until it is put off; returns how often it was answered, and how it was put off. */
async function askUntilLimited(url: string, query: string, headers: Record<string, string> = {}, most = 3 * LIMIT) {
  for (let answered = 0; answered < most; answered++) {
    const answer = await ask(url, query, { headers })
    if (codeOf(answer) === 'RATE_LIMITED') return { answered, ...answer }
  }
  throw new Error(`All of ${most} requests were answered.`)
}

describe('each caller', () => {
  let server: TestServer
  let admin: FairliftClient
  const keys: string[] = []

  beforeAll(async () => {
    const env = { RATE_LIMIT_PER_MINUTE: String(LIMIT), RATE_LIMIT_WORK_PER_MINUTE: String(WORK_LIMIT) }
    server = await startServer({ env })
    admin = createClient({ url: server.url, apiKey: server.firstApiKey! })
    for (let i = 0; i < 7; i++) keys.push((await admin.createApiKey({ name: `key ${i}`, scopes: ['admin'] })).secret!)
  })

  afterAll(() => server?.stop())

  it('may send so many requests in a minute, by key, and is told when to come back', async () => {
    const { answered, status, headers, answer } = await askUntilLimited(server.url, VIEWER, bearer(keys[0]!))
    expect(answered).toBe(LIMIT)
    expect(status).toBe(429)
    const seconds = Number(headers['retry-after'])
    expect(seconds).toBeGreaterThan(0)
    expect(seconds).toBeLessThanOrEqual(60)
    expect(answer.errors![0]).toMatchObject({
      message: `More than ${LIMIT} requests a minute by "key 0". Try again in ${seconds} s.`,
      extensions: { limit: LIMIT, bucket: 'requests', retryAfterSeconds: seconds },
    })
    // Another key has requests of its own.
    expect((await ask(server.url, VIEWER, { headers: bearer(keys[1]!) })).status).toBe(200)
  })

  it('without a key is told by the address', async () => {
    const { answered, answer } = await askUntilLimited(server.url, VIEWER)
    expect(answered).toBe(LIMIT)
    expect(answer.errors![0]!.message).toContain('from 127.0.0.1')
  })

  it('with a wrong key is put off too, and keeps nobody out who has a good one', async () => {
    const wrong = bearer(`${keys[2]!.slice(0, -4)}xxxx`)
    const { answered } = await askUntilLimited(server.url, VIEWER, wrong)
    expect(answered).toBe(LIMIT)
    expect((await ask(server.url, VIEWER, { headers: bearer(keys[2]!) })).status).toBe(200)
  })

  it('may begin less work than send requests, and several pieces of one request count each', async () => {
    const headers = bearer(keys[3]!)
    const work = (names: string[]) => {
      const id = '00000000-0000-4000-8000-000000000000'
      const begun = names.map((name) => `${name}: runAnalysis(input: { experimentId: "${id}" }) { job { id } }`)
      return `mutation { ...Work } fragment Work on Mutation { ${begun.join(' ')} }`
    }
    for (const names of [['a'], ['a', 'b', 'c']])
      expect(codeOf(await ask(server.url, work(names), { headers }))).toBe('NOT_FOUND')
    const refused = await ask(server.url, work(['a', 'b']), { headers })
    expect(refused.status).toBe(429)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.answer.errors![0]).toMatchObject({
      message: expect.stringContaining(`More than ${WORK_LIMIT} mutations that begin work a minute`) as string,
      extensions: { code: 'RATE_LIMITED', limit: WORK_LIMIT, bucket: 'work' },
    })
    expect((await ask(server.url, VIEWER, { headers })).status).toBe(200)
  })

  it('has subscriptions counted among the requests', async () => {
    const session = await WebSocketSession.open(server.url, { apiKey: keys[4]! })
    await session.next()
    for (let i = 0; i < LIMIT; i++)
      expect(await session.codeOf(`${i}`, 'subscription { experimentsUpdated { experiment { id } } }')).toBeNull()
    expect(await session.codeOf('more', 'subscription { experimentsUpdated { experiment { id } } }')).toBe(
      'RATE_LIMITED',
    )
    session.close()
  })

  it('of the SDK is told by an error of its own when the pause is long', async () => {
    const client = createClient({ url: server.url, apiKey: keys[5]!, retry: { maxDelayMs: 500 } })
    const calls = Array.from({ length: LIMIT + 1 }, () => client.viewer())
    const failed = (await Promise.allSettled(calls)).flatMap((one) =>
      one.status === 'rejected' ? [one.reason as unknown] : [],
    )
    expect(failed).toEqual([
      expect.objectContaining({ name: 'FairliftLimitError', code: 'RATE_LIMITED', limit: LIMIT }),
    ])
  })
})

describe.skipIf(withoutRedis !== null)(
  `several processes with one Redis${withoutRedis ? ` (${withoutRedis})` : ''}`,
  () => {
    let redis: TestRedis
    let database: TestDatabase
    let servers: TestServer[] = []

    beforeAll(async () => {
      ;[redis, database] = await Promise.all([TestRedis.start(), startDatabase()])
      const env = { DATABASE_URL: database.url, REDIS_URL: redis.url, RATE_LIMIT_PER_MINUTE: String(LIMIT) }
      servers = [await startServer({ env }), await startServer({ env: { ...env, LOG_LEVEL: 'warn' } })]
    })

    afterAll(async () => {
      await Promise.all(servers.map((server) => server.stop()))
      await database?.remove()
      await redis?.stop()
    })

    it('count together', async () => {
      const [first, second] = servers as [TestServer, TestServer]
      for (let i = 0; i < LIMIT / 2; i++) expect((await ask(first.url, VIEWER)).status).toBe(200)
      const { answered } = await askUntilLimited(second.url, VIEWER)
      expect(answered).toBe(LIMIT / 2)
      expect((await ask(first.url, VIEWER)).status).toBe(429)
    })

    it('count each for itself while Redis is away, and together again when it is back', async () => {
      const [, second] = servers as [TestServer, TestServer]
      const { secret } = await createClient({ url: second.url, apiKey: servers[0]!.firstApiKey! }).createApiKey({
        name: 'while away',
        scopes: ['admin'],
      })
      await redis.stop()
      const { answered } = await askUntilLimited(second.url, VIEWER, bearer(secret!))
      expect(answered).toBe(LIMIT)
      expect(second.logs()).toContain('Redis cannot be reached')
      await redis.start()
      // In Redis nothing was counted.
      await until(
        'Redis is asked again',
        async () => (await ask(second.url, VIEWER, { headers: bearer(secret!) })).status === 200,
      )
    })
  },
)

describe('by default', () => {
  it('the operator on this machine may send any number', async () => {
    const server = await startServer()
    const answers = await Promise.all(Array.from({ length: 300 }, () => ask(server.url, VIEWER)))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    await server.stop()
  })

  it('a server whose Redis is not there starts all the same', async () => {
    const server = await startServer({ env: { REDIS_URL: 'redis://127.0.0.1:1', LOG_LEVEL: 'warn' } })
    expect((await ask(server.url, VIEWER)).status).toBe(200)
    expect(server.logs()).toContain('Redis cannot be reached')
    await server.stop()
  })
})
