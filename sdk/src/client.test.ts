import { describe, expect, test } from 'vitest'
import { createClient, FairliftNetworkError, FairliftUserError, type ClientOptions } from './index.ts'

interface Sent {
  url: string
  headers: Headers
  body: unknown
}

/** A network that answers with these, in turn; the last again and again. */
function network(...answers: (Response | Error)[]) {
  const sent: Sent[] = []
  const fetch = (async (url: string, { headers, body }: RequestInit) => {
    const text = await new Response(body).text()
    sent.push({ url, headers: new Headers(headers), body: text.startsWith('{') ? JSON.parse(text) : text })
    const answer = answers[Math.min(sent.length, answers.length) - 1]!
    if (answer instanceof Error) throw answer
    return answer.clone()
  }) as typeof globalThis.fetch
  const client = (options: Partial<ClientOptions> = {}) =>
    createClient({ url: 'http://fairlift.example', fetch, retry: { baseDelayMs: 1 }, ...options })
  return { client, sent }
}

const json = (data: unknown, status = 200) => new Response(JSON.stringify({ data }), { status })
const down = () => new Response('Service unavailable', { status: 503 })
const lost = () => new TypeError('fetch failed', { cause: new Error('socket hang up') })

describe('a call', () => {
  test('says who calls, with a key or what gets a token each time', async () => {
    const { client, sent } = network(json({ metrics: [] }))
    await client().metrics()
    await client({ apiKey: 'key' }).metrics()
    let count = 0
    const refreshing = client({ apiKey: async () => `token-${++count}` })
    await refreshing.metrics()
    await refreshing.metrics()
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([
      null,
      'Bearer key',
      'Bearer token-1',
      'Bearer token-2',
    ])
    expect(sent[0]!.url).toBe('http://fairlift.example/graphql')
  })

  test('that only asks is tried again when the network fails', async () => {
    const { client, sent } = network(lost(), down(), json({ metrics: [] }))
    expect(await client().metrics()).toEqual([])
    expect(sent).toHaveLength(3)
  })

  test('that may be sent twice is tried again', async () => {
    const { client, sent } = network(down(), json({ runAnalysis: { job: { id: 'j1' }, userErrors: [] } }))
    expect((await client().runAnalysis({ experimentId: 'e1' })).id).toBe('j1')
    expect(sent).toHaveLength(2)
  })

  test('that would do its work twice is not tried again', async () => {
    const { client, sent } = network(lost(), json({}))
    const created = client().createApiKey({ name: 'A', scopes: ['admin'] })
    await expect(created).rejects.toThrow(FairliftNetworkError)
    await expect(created).rejects.toThrow('socket hang up')
    expect(sent).toHaveLength(1)
  })

  test('is given up after the attempts of the policy', async () => {
    const { client, sent } = network(down())
    const error = await client({ retry: { attempts: 1, baseDelayMs: 1 } })
      .metrics()
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'NETWORK', status: 503 })
    expect(sent).toHaveLength(2)
  })

  test('that is aborted rejects with the reason of the signal and sends nothing more', async () => {
    const { client, sent } = network(down())
    const aborting = new AbortController()
    const listed = client({ retry: { baseDelayMs: 60_000, maxDelayMs: 60_000 } }).metrics({ signal: aborting.signal })
    setTimeout(() => aborting.abort(new Error('never mind')), 5)
    await expect(listed).rejects.toThrow('never mind')
    await expect(client().metrics({ signal: aborting.signal })).rejects.toThrow('never mind')
    expect(sent).toHaveLength(1)
  })

  test('of one’s own may be a query of any shape, or a mutation that says it may be sent twice', async () => {
    const { client, sent } = network(down(), json({ metrics: [{ key: 'conversion' }] }), down(), down())
    const answer = await client().request<{ metrics: { key: string }[] }>('{ metrics { key } }', {})
    expect(answer.metrics[0]!.key).toBe('conversion')
    await expect(client().request('mutation { x }', {})).rejects.toThrow(FairliftNetworkError)
    expect(sent).toHaveLength(3)
    await expect(client().request('mutation { x }', {}, { idempotent: true })).rejects.toThrow(FairliftNetworkError)
    expect(sent).toHaveLength(7)
  })
})

describe('a mutation', () => {
  test('whose input has mistakes throws them', async () => {
    const userErrors = [{ code: 'TAKEN', field: ['key'], message: 'The key is taken.' }]
    const { client } = network(json({ createExperiment: { experiment: null, userErrors } }))
    const error = await client()
      .createExperiment({ key: 'a', name: 'A' })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(FairliftUserError)
    expect(error).toMatchObject({ userErrors })
  })
})

describe('an upload', () => {
  const payload = { uploadEvents: { batch: { id: 'b1' }, job: { id: 'j1' }, reused: true, userErrors: [] } }

  test('of a Blob is tried again, from its beginning', async () => {
    const { client, sent } = network(lost(), json(payload))
    const upload = client().uploadEvents({ experimentId: 'e1', file: new File(['a,b'], 'events.csv') })
    expect((await upload).id).toBe('b1')
    expect(await upload.payload).toMatchObject({ reused: true, job: { id: 'j1' } })
    expect(sent).toHaveLength(2)
    for (const { body, headers } of sent) {
      expect(body).toContain('filename="events.csv"')
      expect(body).toContain('a,b')
      expect(headers.get('apollo-require-preflight')).toBe('true')
    }
  })

  test('of a stream is sent once: what was read of it is gone', async () => {
    const { client, sent } = network(lost(), json(payload))
    async function* stream() {
      yield new TextEncoder().encode('a,b')
    }
    const upload = client().uploadEvents({ experimentId: 'e1', file: { name: 'events.csv', stream } })
    await expect(upload).rejects.toThrow(FairliftNetworkError)
    expect(sent).toHaveLength(1)
  })

  test('rejects with the error of the file’s stream', async () => {
    const { client } = network(json(payload))
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
      throw new Error('the disk is gone')
    }
    const upload = client().uploadEvents({ experimentId: 'e1', file: { name: 'events.csv', stream } })
    await expect(upload).rejects.toThrow('the disk is gone')
  })
})

test('where there is no WebSocket, only what needs one fails, and says what to do', async () => {
  const { client } = network(json({ metrics: [] }))
  const { WebSocket } = globalThis
  Reflect.deleteProperty(globalThis, 'WebSocket')
  try {
    const without = client()
    expect(await without.metrics()).toEqual([])
    await expect(without.waitForJob('j1')).rejects.toMatchObject({ code: 'NO_WEBSOCKET' })
  } finally {
    globalThis.WebSocket = WebSocket
  }
})
