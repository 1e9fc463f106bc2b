import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventFile } from '../testkit/event-file.ts'
import { send, type RawRequest } from '../testkit/raw-request.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'

const OWN_PAGE = 'https://shop.example'
const MAX_UPLOAD_BYTES = 100_000
const MAX_BODY_BYTES = 20_000

let server: TestServer
let client: FairliftClient
let graphql: string
let experimentId: string

beforeAll(async () => {
  const env = {
    ALLOWED_ORIGINS: `${OWN_PAGE}, https://second.example`,
    MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES),
    MAX_BODY_BYTES: String(MAX_BODY_BYTES),
  }
  server = await startServer({ env })
  graphql = `${server.url}/graphql`
  client = createClient({ url: server.url })
  experimentId = (await client.createExperiment({ key: 'http', name: 'HTTP' })).id
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

interface Answer {
  data?: Record<string, unknown> | null
  errors?: { message: string; extensions: Record<string, unknown> }[]
}

/** Sends a GraphQL operation; what is given replaces parts of a proper request. */
async function ask(query: string, { headers, ...rest }: RawRequest = {}) {
  const { status, text, ...answer } = await send(graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
    ...rest,
  })
  return { ...answer, status, text, answer: (text.startsWith('{') ? JSON.parse(text) : {}) as Answer }
}

const UPLOAD = `mutation ($input: UploadEventsInput!, $file: Upload!) {
  uploadEvents(input: $input, file: $file) { batch { id status } userErrors { message } }
}`

/** The form of an upload as the multipart specification has it, with as many files as given. */
function uploadForm(files: Blob[], query = UPLOAD, variables: object = { input: { experimentId } }): FormData {
  const form = new FormData()
  form.append('operations', JSON.stringify({ query, variables: { ...variables, file: null } }))
  form.append('map', JSON.stringify(Object.fromEntries(files.map((_, index) => [index, ['variables.file']]))))
  files.forEach((file, index) => form.append(String(index), file, 'events.csv'))
  return form
}

async function post(body: FormData, headers: Record<string, string> = { 'apollo-require-preflight': 'true' }) {
  const response = await fetch(graphql, { method: 'POST', body, headers })
  return { status: response.status, answer: (await response.json()) as Answer }
}

describe('health', () => {
  it('/livez and /readyz say that the server lives and that its database answers', async () => {
    expect(await send(`${server.url}/livez`)).toMatchObject({ status: 200, text: '{"status":"ok"}' })
    expect(await send(`${server.url}/readyz`)).toMatchObject({ status: 200, text: '{"status":"ok","database":true}' })
  })
})

describe('who may ask', () => {
  const query = '{ metrics { key } }'

  it('programs and pages of the server itself may', async () => {
    const { host } = new URL(server.url)
    expect((await ask(query)).answer.errors).toBeUndefined()
    expect((await ask(query, { headers: { origin: `http://${host}` } })).status).toBe(200)
  })

  it('a page of an allowed origin may, and its browser is told so', async () => {
    const { status, headers } = await ask(query, { headers: { origin: OWN_PAGE } })
    expect(status).toBe(200)
    expect(headers['access-control-allow-origin']).toBe(OWN_PAGE)
    const preflight = await send(graphql, {
      method: 'OPTIONS',
      headers: {
        origin: OWN_PAGE,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,apollo-require-preflight',
      },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({ 'access-control-allow-origin': OWN_PAGE })
    expect(preflight.headers['access-control-allow-headers']).toContain('apollo-require-preflight')
  })

  it.each(['https://evil.example', `${OWN_PAGE}.evil.example`, 'http://shop.example', 'null', 'nonsense'])(
    'a page of %s may not: neither ask, nor try first, nor open a WebSocket',
    async (origin) => {
      for (const path of ['/graphql', '/livez', '/']) {
        const answer = await send(`${server.url}${path}`, { headers: { origin } })
        expect(answer.status).toBe(403)
        expect(answer.text).toContain('ALLOWED_ORIGINS')
        expect(answer.headers['access-control-allow-origin']).toBeUndefined()
      }
      expect((await ask(query, { headers: { origin } })).status).toBe(403)
      expect((await send(graphql, { method: 'OPTIONS', headers: { origin } })).status).toBe(403)
      expect((await openWebSocket({ origin })).status).toBe(403)
    },
  )

  it('a name that other machines could have does not reach a server on this machine', async () => {
    const answer = await ask(query, { headers: { host: 'rebound.example' } })
    expect(answer.status).toBe(421)
    expect(answer.text).toContain('rebound.example')
    expect((await openWebSocket({ host: 'rebound.example' })).status).toBe(403)
  })

  it('a WebSocket is for programs, own pages and allowed origins, on one path', async () => {
    expect((await openWebSocket({})).status).toBe(101)
    expect((await openWebSocket({ origin: server.url })).status).toBe(101)
    expect((await openWebSocket({ origin: OWN_PAGE })).status).toBe(101)
    expect((await openWebSocket({}, '/elsewhere')).status).toBe(404)
  })

  it.each(['//', '/%', '*', 'http://[/'])('a WebSocket at "%s" is refused and ends nothing', async (target) => {
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    )
    const answer = await new Promise<string>((resolve, reject) => {
      socket.once('data', (data) => resolve(data.toString()))
      socket.once('error', reject)
    })
    socket.destroy()
    expect(answer).toMatch(/^HTTP\/1\.1 40[04] /)
    expect((await send(`${server.url}/livez`)).status).toBe(200)
  })

  it('queries and mutations do not go over the WebSocket', async () => {
    const updates = client.subscribe('mutation { cancelJob(id: "1") { job { id } } }', {})
    await expect(updates.next()).rejects.toMatchObject({ code: 'BAD_INPUT' })
  })
})

const temporaryFiles = () => readdir(join(server.dataDir, 'files', 'temporary'))

function openWebSocket(headers: Record<string, string>, path = '/graphql') {
  return send(`${server.url}${path}`, {
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      'sec-websocket-protocol': 'graphql-transport-ws',
      ...headers,
    },
  })
}

describe('what a form of another site could send', () => {
  it('an upload without the header that forms cannot set is refused', async () => {
    const { status, answer } = await post(uploadForm([eventFile({ users: 10 })]), {})
    expect(status).toBe(400)
    expect(answer.errors![0]!.message).toMatch(/CSRF|preflight/i)
    expect((await client.batches(experimentId).page()).items).toEqual([])
  })

  it('a query in the address is refused without it, and no mutation is taken from an address', async () => {
    const address = (text: string) => `${graphql}?query=${encodeURIComponent(text)}`
    expect((await send(address('{ metrics { key } }'))).status).toBe(400)
    const headers = { 'apollo-require-preflight': 'true' }
    expect((await send(address('{ metrics { key } }'), { headers })).status).toBe(200)
    expect((await send(address('mutation { cancelJob(id: "1") { job { id } } }'), { headers })).status).toBe(405)
  })
})

describe('requests that are none', () => {
  it.each([
    ['JSON that is cut off', { body: '{"query": "{ metrics' }, 400],
    ['an empty body', { body: '' }, 400],
    ['a list', { body: '[]' }, 400],
    ['a text', { body: '"query"' }, 400],
    ['no query', { body: '{}' }, 400],
    ['a body that is too large', { body: JSON.stringify({ query: ' '.repeat(MAX_BODY_BYTES) }) }, 413],
    ['an unknown content type', { body: 'x', headers: { 'content-type': 'application/x-unknown' } }, 415],
    ['multipart without a boundary', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }, 400],
    [
      'multipart that is cut off',
      { body: '--x\r\n', headers: { 'content-type': 'multipart/form-data; boundary=x' } },
      400,
    ],
  ])(
    '%s: an error in JSON with a code, the request id, and nothing of the inside',
    async (_what, request, expected) => {
      const { status, answer, headers, text } = await ask('', request)
      expect(status).toBe(expected)
      const [error] = answer.errors!
      expect(error!.message).not.toBe('')
      expect(error!.extensions.code).toMatch(/^[A-Z_]+$/)
      expect(error!.extensions.code).not.toBe('INTERNAL')
      expect(text).not.toMatch(/node_modules|\.ts:\d|stacktrace/)
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    },
  )

  it('an error carries the id of its request', async () => {
    const { answer, headers } = await ask('{ job(id: "1") { id } }')
    expect(answer.errors![0]!.extensions).toMatchObject({ code: 'NOT_FOUND', requestId: headers['x-request-id'] })
  })

  it('an operation that does not fit the schema is told why', async () => {
    const { status, answer } = await ask('{ nothing }')
    expect(status).toBe(400)
    expect(answer.errors![0]).toMatchObject({ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } })
    expect((await ask('{')).answer.errors![0]).toMatchObject({ extensions: { code: 'GRAPHQL_PARSE_FAILED' } })
  })
})

describe('addresses that nothing is at', () => {
  it('a program gets 404 and the address in JSON', async () => {
    expect(await send(`${server.url}/nothing?secret=1`)).toMatchObject({
      status: 404,
      text: '{"error":"There is nothing at GET /nothing."}',
    })
    expect((await send(`${server.url}/graphiql/nothing.js`, { headers: { accept: '*/*' } })).status).toBe(404)
    expect((await send(`${server.url}/livez`, { method: 'DELETE' })).status).toBe(404)
  })

  it('a person gets the page of the UI, or is told how to have it built', async () => {
    const isBuilt = existsSync(new URL('../../ui/dist/index.html', import.meta.url))
    const answer = await send(`${server.url}/experiments/some`, { headers: { accept: 'text/html' } })
    expect(answer.status).toBe(isBuilt ? 200 : 404)
    expect(answer.text).toContain(isBuilt ? '<html' : 'pnpm build')
  })
})

describe('uploads', () => {
  it('a file that is larger than allowed is refused with the limit, and nothing of it is kept', async () => {
    const file = new Blob(['x'.repeat(MAX_UPLOAD_BYTES + 1)])
    const limit = { code: 'UPLOAD_TOO_LARGE', details: { limitBytes: MAX_UPLOAD_BYTES } }
    await expect(client.uploadEvents({ experimentId, file })).rejects.toMatchObject(limit)
    await expect(client.uploadEvents({ experimentId, file })).rejects.toThrow('MAX_UPLOAD_BYTES')
    expect((await client.batches(experimentId).page()).items).toEqual([])
  })

  it('a file to look at is held to the same limit', async () => {
    const parquet = new Blob(['PAR1', 'x'.repeat(MAX_UPLOAD_BYTES)])
    await expect(client.previewUpload({ file: parquet })).rejects.toMatchObject({ code: 'UPLOAD_TOO_LARGE' })
  })

  it('a form that ends in the midst of the file is told so, and nothing of it is kept', async () => {
    const operations = JSON.stringify({ query: UPLOAD, variables: { input: { experimentId }, file: null } })
    const field = (name: string, value: string) =>
      `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
    const { answer } = await ask('', {
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'apollo-require-preflight': 'true' },
      body:
        field('operations', operations) +
        field('map', '{"0":["variables.file"]}') +
        '--x\r\nContent-Disposition: form-data; name="0"; filename="cut.csv"\r\n\r\nuser_id,variant_id',
    })
    expect(answer.errors![0]).toMatchObject({ extensions: { code: 'UPLOAD_ABORTED' } })
    expect((await client.batches(experimentId).page()).items).toEqual([])
    expect(await temporaryFiles()).toEqual([])
  })

  it('a client that goes away in the midst of a file leaves nothing behind', async () => {
    const going = new AbortController()
    async function* stream(): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode('user_id,variant_id,event_type,timestamp\n'.repeat(2000))
      await until('the file is being stored', async () => (await temporaryFiles()).length > 0)
      going.abort(new Error('gone'))
      await new Promise((resolve) => setTimeout(resolve, 60_000).unref())
    }
    const upload = client.uploadEvents({ experimentId, file: { name: 'left.csv', stream }, signal: going.signal })
    await expect(upload).rejects.toThrow('gone')
    await until('nothing is stored', async () => (await temporaryFiles()).length === 0)
    expect((await client.batches(experimentId).page()).items).toEqual([])
  })

  it('a file that is refused before it is read is told why, however large it is', async () => {
    const file = eventFile({ users: 1000 })
    const unknown = '00000000-0000-4000-8000-000000000000'
    await expect(client.uploadEvents({ experimentId: unknown, file })).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(client.uploadEvents({ experimentId, file, maxRejectRate: 2 })).rejects.toMatchObject({
      userErrors: [{ field: ['maxRejectRate'] }],
    })
    expect((await send(`${server.url}/livez`)).status).toBe(200)
  })

  it('two files in one request are refused', async () => {
    const { status, answer } = await post(uploadForm([eventFile({ users: 1 }), eventFile({ users: 2 })]))
    expect(status).toBe(413)
    expect(answer.errors![0]!.message).toMatch(/1 max file/)
  })

  it('a request without the file, and one with a text in its place, are refused', async () => {
    const withoutFile = await post(uploadForm([]))
    expect(withoutFile.answer.errors![0]!.extensions.code).not.toBe('INTERNAL')
    const { answer } = await ask('', {
      body: JSON.stringify({ query: UPLOAD, variables: { input: { experimentId }, file: 'text' } }),
    })
    expect(answer.errors![0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' } })
  })

  it('a client that sends slowly is waited for, and others are served meanwhile', async () => {
    const file = eventFile({ users: 120, mark: 'slow' })
    const form = new Response(uploadForm([file]))
    const bytes = await form.clone().bytes()
    const others: number[] = []
    async function* trickle(): AsyncGenerator<Uint8Array> {
      for (let from = 0; from < bytes.length; from += 500) {
        yield bytes.subarray(from, from + 500)
        // Each piece waits for another client's whole request.
        others.push((await send(`${server.url}/readyz`)).status)
        others.push((await ask('{ metrics { key } }')).status)
      }
    }
    const response = await fetch(graphql, {
      method: 'POST',
      headers: { 'apollo-require-preflight': 'true', 'content-type': form.headers.get('content-type')! },
      body: trickle(),
      duplex: 'half',
    } as unknown as RequestInit)
    const { data } = (await response.json()) as { data: { uploadEvents: { batch: { id: string } } } }
    expect(await client.batch(data.uploadEvents.batch.id)).toMatchObject({ sizeBytes: file.size })
    expect(new Set(others)).toEqual(new Set([200]))
    expect(others.length).toBeGreaterThan(20)
  })

  it('many clients that begin an upload and stop sending keep nobody from the server', async () => {
    const port = Number(new URL(server.url).port)
    const stalled = Array.from({ length: 30 }, () => {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(
        'POST /graphql HTTP/1.1\r\nHost: localhost\r\napollo-require-preflight: true\r\nContent-Length: 100000\r\n' +
          'Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n',
      )
      return socket
    })
    try {
      const upload = client.uploadEvents({ experimentId, file: eventFile({ users: 50, mark: 'beside' }) })
      expect(await upload.result()).toMatchObject({ status: 'LANDED' })
    } finally {
      stalled.forEach((socket) => socket.destroy())
    }
  })
})
