import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request as httpRequest } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, bearer, codeOf } from '../testkit/ask.ts'
import { newBootstrapKey } from '../testkit/bootstrap-key.ts'
import { builtServer, ensureServerBuilt } from '../testkit/built-server.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const VIEWER = '{ viewer { kind id name scopes } }'

/** Starts a server, does something with it at its address on this machine, and ends it. */
async function withServer(
  env: Record<string, string>,
  use: (server: TestServer, url: string) => Promise<void>,
  dataDir?: string,
): Promise<void> {
  const port = await freePort()
  const server = await startServer({ env, port, ...(dataDir !== undefined && { dataDir }) })
  try {
    await use(server, `http://127.0.0.1:${port}`)
  } finally {
    await server.stop()
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

describe('a server on loopback', () => {
  let server: TestServer

  beforeAll(async () => {
    server = await startServer()
  })

  afterAll(() => server?.stop())

  it('takes who comes from this machine for its operator', async () => {
    const { answer } = await ask(server.url, VIEWER)
    expect(answer.data?.viewer).toMatchObject({ kind: 'LOCAL', id: null, name: 'Local operator' })
    expect((answer.data?.viewer as { scopes: string[] }).scopes).toContain('admin')
  })

  it('refuses a wrong key all the same: who sends one means to be somebody', async () => {
    for (const headers of [
      bearer(newBootstrapKey()),
      { 'x-api-key': 'fl_live_wrong' },
      bearer('eyJhbGciOiJub25lIn0.e30.'),
    ])
      expect(codeOf(await ask(server.url, VIEWER, { headers }))).toBe('UNAUTHENTICATED')
  })

  it('has made a first key, and takes it', async () => {
    expect(server.firstApiKey).toMatch(/^fl_live_/)
    const client = createClient({ url: server.url, apiKey: server.firstApiKey! })
    expect(await client.viewer()).toMatchObject({ kind: 'API_KEY', name: 'First key' })
    expect((await client.apiKeys()).map(({ name }) => name)).toEqual(['First key'])
    expect(server.logs()).not.toContain(server.firstApiKey!)
  })

  it.each<Record<string, string>>([
    { 'x-forwarded-for': '203.0.113.7' },
    { forwarded: 'for=203.0.113.7;proto=https' },
    { 'x-forwarded-proto': 'https' },
    { 'x-forwarded-host': 'shop.example' },
    { 'x-real-ip': '203.0.113.7' },
    { via: '1.1 proxy' },
    { 'cf-connecting-ip': '203.0.113.7' },
    // It says that the client is on this machine: so does who forges it.
    { 'x-forwarded-for': '127.0.0.1' },
  ])('asks for a key what a proxy on this machine passes on: %o', async (headers) => {
    const answered = await ask(server.url, VIEWER, { headers })
    expect(answered.status).toBe(401)
    expect(answered.answer.errors![0]!.message).toContain('passed on by a proxy')
    const withKey = await ask(server.url, VIEWER, { headers: { ...headers, ...bearer(server.firstApiKey!) } })
    expect(withKey.status).toBe(200)
  })

  it('asks for a key over a WebSocket that a proxy passes on', async () => {
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    const lines = { host: new URL(server.url).host, ...upgrade, 'x-forwarded-for': '203.0.113.7' }
    const head = Object.entries({
      ...lines,
      'sec-websocket-key': Buffer.alloc(16).toString('base64'),
      'sec-websocket-protocol': 'graphql-transport-ws',
    }).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.write(`GET /graphql HTTP/1.1\r\n${head.join('')}\r\n`)
    let received = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => (received = Buffer.concat([received, chunk])))
    await once(socket, 'data')
    // A frame of text, masked by zeros.
    const text = Buffer.from('{"type":"connection_init"}')
    socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]))
    await once(socket, 'end')
    expect(received.toString('latin1')).toContain('UNAUTHENTICATED: The request was passed on by a proxy')
    socket.destroy()
  })

  it('asks for a key the request of a proxy that says nothing of itself, in HTTP 1.0', async () => {
    const body = JSON.stringify({ query: VIEWER })
    const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
    socket.write(
      `POST /graphql HTTP/1.0\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 401 /)
  })

  it('is not reached without a key through a reverse proxy', async () => {
    // As common proxies do it: the own name of the server, and for whom they ask.
    const proxy = createServer((incoming, outgoing) => {
      const headers = { ...incoming.headers, host: new URL(server.url).host, 'x-forwarded-for': '203.0.113.7' }
      const onward = httpRequest(`${server.url}${incoming.url}`, { method: incoming.method!, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(outgoing)
      })
      incoming.pipe(onward)
    }).listen(0, '127.0.0.1')
    await once(proxy, 'listening')
    try {
      const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
      expect(codeOf(await ask(url, VIEWER))).toBe('UNAUTHENTICATED')
      const { answer } = await ask(url, VIEWER, { headers: bearer(server.firstApiKey!) })
      expect(answer.data?.viewer).toMatchObject({ kind: 'API_KEY' })
    } finally {
      proxy.close()
    }
  })
})

describe('credentials are asked for on loopback', () => {
  it.each([
    ['where AUTH_REQUIRED says so', { AUTH_REQUIRED: 'true' }],
    ['where PUBLIC_URL tells of a proxy', { PUBLIC_URL: 'https://fairlift.example' }],
  ])('%s', async (_where, env) => {
    await withServer(env, async ({ firstApiKey }, url) => {
      expect(codeOf(await ask(url, VIEWER))).toBe('UNAUTHENTICATED')
      expect((await ask(url, VIEWER, { headers: bearer(firstApiKey!) })).status).toBe(200)
    })
  })

  it('and then the public name is one of the server’s own, for requests and for pages', async () => {
    await withServer({ PUBLIC_URL: 'https://fairlift.example' }, async ({ firstApiKey }, url) => {
      const headers = { host: 'fairlift.example', origin: 'https://fairlift.example', 'x-forwarded-for': '203.0.113.7' }
      expect((await ask(url, VIEWER, { headers: { ...headers, ...bearer(firstApiKey!) } })).status).toBe(200)
      expect(codeOf(await ask(url, VIEWER, { headers }))).toBe('UNAUTHENTICATED')
      expect((await ask(url, VIEWER, { headers: { host: 'other.example' } })).status).toBe(421)
    })
  })

  it('but not where PUBLIC_URL is on loopback as well', async () => {
    await withServer({ PUBLIC_URL: 'http://localhost:4000' }, async (_server, url) => {
      expect((await ask(url, VIEWER)).answer.data?.viewer).toMatchObject({ kind: 'LOCAL' })
    })
  })
})

describe('a server that other machines reach', () => {
  const HOST = '0.0.0.0'

  it('does not start where nobody could say who they are, and says what to do', async () => {
    const starting = startServer({ env: { HOST } })
    await expect(starting).rejects.toThrow(/HOST="0\.0\.0\.0" can be reached from other machines/)
    for (const way of [/BOOTSTRAP_API_KEY/, /AUTH_JWKS_URL/, /ALLOW_UNAUTHENTICATED/])
      await expect(starting).rejects.toThrow(way)
  })

  it('starts with the key that its operator chose, asks everybody for one, and makes none itself', async () => {
    const dataDir = await newFolder()
    const [key, other] = [newBootstrapKey(), newBootstrapKey()]
    await withServer(
      { HOST, BOOTSTRAP_API_KEY: key },
      async ({ firstApiKey }, url) => {
        expect(firstApiKey).toBeNull()
        expect(codeOf(await ask(url, VIEWER))).toBe('UNAUTHENTICATED')
        const client = createClient({ url, apiKey: key })
        expect(await client.viewer()).toMatchObject({ kind: 'API_KEY', name: 'Bootstrap key' })
        await client.createApiKey({ name: 'Of the team', scopes: ['admin'] })
      },
      dataDir,
    )
    // There is a key by now: the next start needs none, and one that is given is added once.
    await withServer(
      { HOST },
      async (_server, url) => expect((await ask(url, VIEWER, { headers: bearer(key) })).status).toBe(200),
      dataDir,
    )
    const keyFile = join(dataDir, 'bootstrap')
    await writeFile(keyFile, `${other}\n`)
    for (let start = 0; start < 2; start++) {
      await withServer(
        { HOST, BOOTSTRAP_API_KEY_FILE: keyFile },
        async (_server, url) => {
          const client = createClient({ url, apiKey: other })
          const keys = await client.apiKeys()
          expect(keys.map(({ name }) => name).sort()).toEqual(['Bootstrap key', 'Bootstrap key', 'Of the team'])
          // A key that was revoked stays so, though the environment still names it.
          const first = keys.find(({ prefix }) => key.startsWith(prefix))!
          await client.revokeApiKey(first.id)
        },
        dataDir,
      )
    }
    await withServer(
      { HOST, BOOTSTRAP_API_KEY: key },
      async (_server, url) => expect(codeOf(await ask(url, VIEWER, { headers: bearer(key) }))).toBe('UNAUTHENTICATED'),
      dataDir,
    )
  })

  it('starts with an issuer of access tokens', async () => {
    const env = { HOST, AUTH_JWKS_URL: 'https://i.example/keys', AUTH_ISSUER: 'https://i.example', AUTH_AUDIENCE: 'x' }
    await withServer(env, async ({ firstApiKey }, url) => {
      expect(firstApiKey).toBeNull()
      expect(codeOf(await ask(url, VIEWER))).toBe('UNAUTHENTICATED')
    })
  })

  it('lets in everybody where ALLOW_UNAUTHENTICATED says so, through proxies too', async () => {
    await withServer({ HOST, ALLOW_UNAUTHENTICATED: 'true' }, async (_server, url) => {
      const { answer } = await ask(url, VIEWER, { headers: { 'x-forwarded-for': '203.0.113.7' } })
      expect(answer.data?.viewer).toMatchObject({ kind: 'LOCAL' })
      expect(codeOf(await ask(url, VIEWER, { headers: bearer(newBootstrapKey()) }))).toBe('UNAUTHENTICATED')
    })
  })
})

it('a second start makes no other first key, also when that was revoked', async () => {
  const dataDir = await newFolder()
  await withServer(
    {},
    async ({ firstApiKey }, url) => {
      const client = createClient({ url })
      const [first] = await client.apiKeys()
      expect(firstApiKey?.startsWith(first!.prefix)).toBe(true)
      await client.revokeApiKey(first!.id)
    },
    dataDir,
  )
  await withServer({}, async ({ firstApiKey }) => expect(firstApiKey).toBeNull(), dataDir)
  // And then nobody could say who they are, where that is asked.
  await expect(startServer({ env: { AUTH_REQUIRED: 'true' }, dataDir })).rejects.toThrow(/nobody could say/)
})

it('who is started by nobody writes the first key to its log, once', async () => {
  const dataDir = await newFolder()
  await ensureServerBuilt()
  const logOf = async (): Promise<string> => {
    // As a service runs it: without a channel to who started it.
    const { PATH, HOME, TMPDIR } = process.env
    const env = { PATH, HOME, TMPDIR, DATA_DIR: dataDir, PORT: '0' }
    const child = spawn(process.execPath, [builtServer], { cwd: root, env, stdio: ['ignore', 'pipe', 'inherit'] })
    let log = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (log += text))
    await until('the server runs', () => log.includes('Fairlift is running'))
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    await ended
    return log
  }
  const [first, second] = [await logOf(), await logOf()]
  expect(first.match(/fl_live_\w+/g)).toHaveLength(1)
  expect(first).toContain('keep this API key')
  expect(second).not.toContain('fl_live_')
})
