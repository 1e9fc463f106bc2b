import { once } from 'node:events'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { getIntrospectionQuery } from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startServer, type TestServer } from '../testkit/server.ts'

let server: TestServer
let client: FairliftClient
let experimentId: string

beforeAll(async () => {
  server = await startServer()
  client = createClient({ url: server.url })
  experimentId = (await client.createExperiment({ key: 'limits', name: 'Limits' })).id
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

interface Answer {
  data?: unknown
  errors?: { message: string; extensions: Record<string, unknown> }[]
}

async function ask(
  query: string,
  variables: Record<string, unknown> = {},
): Promise<{ status: number; answer: Answer }> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  return { status: response.status, answer: (await response.json()) as Answer }
}

/** `{ experiments { nodes { analyses { nodes { experiment { … } } } } } }`, as often as asked for. */
function nested(times: number, first = 1): string {
  return `{ experiments(first: ${first}) { nodes { ${within(times, first)} } } }`
}

function within(times: number, first = 1): string {
  return times === 0 ? 'id' : `analyses(first: ${first}) { nodes { experiment { ${within(times - 1, first)} } } }`
}

const aliases = (count: number): string =>
  `{ experiments { nodes { ${Array.from({ length: count }, (_, i) => `a${i}: id`).join(' ')} } } }`
const directives = (count: number): string =>
  `{ experiments { nodes { ${'... @include(if: true) { id } '.repeat(count)} } } }`
/** Each fragment has the next one twice: 40 of them make a million million fields. */
const laughs = (count: number): string =>
  Array.from({ length: count }, (_, i) => {
    const inner = i === count - 1 ? 'id' : `experiment { latestAnalysis { ...F${i + 1} } key } `
    return `fragment F${i} on Analysis { ${inner} ${i === count - 1 ? '' : `again: experiment { latestAnalysis { ...F${i + 1} } }`} }`
  }).join('\n') + ' { experiments { nodes { latestAnalysis { ...F0 } } } }'

describe('a query that is too large is refused, with the limit and what was found', () => {
  test.each([
    ['deep', nested(7), 'QUERY_TOO_DEEP', { limit: 20, found: 24 }],
    ['rich in aliases', aliases(101), 'QUERY_TOO_MANY_ALIASES', { limit: 100, found: 101 }],
    ['rich in directives', directives(51), 'QUERY_TOO_MANY_DIRECTIVES', { limit: 50, found: 51 }],
    ['long', `{ experiments { nodes { ${'id '.repeat(10_000)} } } }`, 'QUERY_TOO_LONG', { limit: 10_000 }],
    ['costly', nested(2, 100), 'QUERY_TOO_COSTLY', { limit: 50_000 }],
  ])('%s', async (_, query, code, details) => {
    const { status, answer } = await ask(query)
    expect(answer.errors?.[0]?.extensions).toMatchObject({ code, ...details })
    expect(answer.errors?.[0]?.message).toContain(details.limit.toString())
    expect(answer.errors?.[0]?.extensions.requestId).toBeTypeOf('string')
    expect(answer.data).toBeUndefined()
    expect(status).toBe(400)
  })

  test('costly by pages whose length a variable has', async () => {
    const query = `query ($first: Int!) { experiments(first: $first) { nodes { analyses(first: $first) { nodes { experiment { analyses(first: $first) { nodes { id } } } } } } } }`
    expect((await ask(query, { first: 100 })).answer.errors?.[0]?.extensions.code).toBe('QUERY_TOO_COSTLY')
    expect((await ask(query, { first: 2 })).answer.errors).toBeUndefined()
  })

  test('of few words, by fragments that hold fragments', async () => {
    const { answer } = await ask(laughs(40))
    expect(answer.errors?.[0]?.extensions.code).toMatch(/^QUERY_TOO_(DEEP|COSTLY|MANY_ALIASES)$/)
  })

  test('over the WebSocket too', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws')
    const answers = new Map<string, Promise<unknown>>()
    const told = new Map<string, (answer: unknown) => void>()
    for (const id of ['acknowledged', 'deep', 'long']) answers.set(id, new Promise((tell) => told.set(id, tell)))
    socket.addEventListener('message', ({ data }) => {
      const { type, id, payload } = JSON.parse(String(data)) as { type: string; id?: string; payload?: unknown }
      if (type === 'connection_ack') told.get('acknowledged')?.(type)
      if (id !== undefined) told.get(id)?.({ type, payload })
    })
    await once(socket, 'open')
    socket.send(JSON.stringify({ type: 'connection_init' }))
    await answers.get('acknowledged')
    const deep = `subscription { experimentUpdated(id: "${experimentId}") { ... on ExperimentChanged { experiment { ${within(7)} } } } }`
    const long = `subscription { ${'x '.repeat(10_001)} }`
    for (const [id, query] of Object.entries({ deep, long }))
      socket.send(JSON.stringify({ type: 'subscribe', id, payload: { query } }))
    const refused = (code: string) => ({ type: 'error', payload: [{ extensions: { code } }] })
    expect(await answers.get('deep')).toMatchObject(refused('QUERY_TOO_DEEP'))
    expect(await answers.get('long')).toMatchObject(refused('QUERY_TOO_LONG'))
    socket.close()
  })
})

describe('what is not too large is answered', () => {
  test('a query just within each limit', async () => {
    for (const query of [nested(5), aliases(100), directives(50)])
      expect((await ask(query)).answer.errors).toBeUndefined()
  })

  test('the question that tools ask about the schema', async () => {
    const { answer } = await ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true }))
    expect(answer.errors).toBeUndefined()
  })

  test('a variable of the wrong type is told of as before', async () => {
    const { answer } = await ask('query ($first: Int!) { experiments(first: $first) { nodes { id } } }', { first: 'x' })
    expect(answer.errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT')
  })
})
