import { createClient, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, bearer, codeOf } from '../testkit/ask.ts'
import { newBootstrapKey } from '../testkit/bootstrap-key.ts'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { send } from '../testkit/raw-request.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { until } from '../testkit/until.ts'
import { expectUserError } from '../testkit/user-errors.ts'
import { WebSocketSession } from '../testkit/web-socket-session.ts'

const VIEWER = '{ viewer { kind name scopes } }'
const ALL = ['experiments:read', 'experiments:write', 'events:write', 'analyses:run', 'admin']

const adminKey = newBootstrapKey()
let database: TestDatabase
let server: TestServer
let admin: FairliftClient

beforeAll(async () => {
  database = await startDatabase()
  const env = { DATABASE_URL: database.url, AUTH_REQUIRED: 'true', BOOTSTRAP_API_KEY: adminKey }
  server = await startServer({ env })
  admin = createClient({ url: server.url, apiKey: adminKey })
})

afterAll(async () => {
  admin?.close()
  await server?.stop()
  await database?.remove()
})

const clientWith = (apiKey?: string): FairliftClient => createClient({ url: server.url, ...(apiKey && { apiKey }) })

async function newKey(name: string, scopes = ['experiments:read'], expiresAt?: string) {
  const { apiKey, secret } = await admin.createApiKey({ name, scopes, expiresAt })
  return { ...apiKey, secret: secret! }
}

describe('a server that asks for credentials', () => {
  it('answers who has none with 401 and how to send some', async () => {
    const answered = await ask(server.url, VIEWER)
    expect(answered.status).toBe(401)
    expect(codeOf(answered)).toBe('UNAUTHENTICATED')
    expect(answered.answer.errors![0]).toMatchObject({
      message: expect.stringContaining('Authorization: Bearer') as string,
      extensions: { requestId: answered.headers['x-request-id'] },
    })
    expect(answered.headers['www-authenticate']).toMatch(/^Bearer/)
    expect(answered.answer.data).toBeUndefined()
  })

  it('lets in who has a key: as bearer token, as x-api-key, and beside a password that a proxy asked for', async () => {
    for (const headers of [
      bearer(adminKey),
      { 'x-api-key': adminKey },
      { 'x-api-key': adminKey, authorization: 'Basic dTpw' },
    ]) {
      const { status, answer } = await ask(server.url, VIEWER, { headers })
      expect(status).toBe(200)
      expect(answer.data).toEqual({ viewer: { kind: 'API_KEY', name: 'Bootstrap key', scopes: ALL } })
    }
  })

  it.each([
    ['is unknown', newBootstrapKey()],
    ['has another end', `${adminKey.slice(0, -1)}${adminKey.endsWith('0') ? '1' : '0'}`],
    ['was cut off', adminKey.slice(0, 40)],
    ['is no key', 'fl_'],
    ['is something else', 'letmein'],
  ])('refuses a key that %s', async (_what, key) => {
    for (const headers of [bearer(key), { 'x-api-key': key }])
      expect(codeOf(await ask(server.url, VIEWER, { headers }))).toBe('UNAUTHENTICATED')
  })

  it('answers whether it lives without asking', async () => {
    for (const path of ['/livez', '/readyz']) expect((await send(server.url + path)).status).toBe(200)
  })

  it('tells who sends a large file without a key so, and takes none of it', async () => {
    const file = new File([new Uint8Array(6 << 20)], 'events.csv')
    const { id } = await admin.createExperiment({ key: 'unasked', name: 'Unasked' })
    await expect(clientWith().uploadEvents({ experimentId: id, file })).rejects.toMatchObject({
      name: 'FairliftAccessError',
      code: 'UNAUTHENTICATED',
    })
    expect((await admin.batches(id).page()).items).toEqual([])
  })
})

describe('an API key', () => {
  it('is shown once: neither the list nor the database has the secret', async () => {
    const { secret, id, prefix } = await newKey('shown once')
    expect(secret).toMatch(/^fl_live_[0-9a-z]{8}_[0-9a-z]{43}$/)
    expect(secret.startsWith(prefix)).toBe(true)
    const listed = await admin.apiKeys()
    expect(listed.find((one) => one.id === id)).toMatchObject({ name: 'shown once', prefix, revokedAt: null })
    expect(JSON.stringify(listed)).not.toContain(secret.slice(prefix.length))
    const rows = await database.query<object>('select * from api_keys where id = $1', [id])
    expect(rows).toHaveLength(1)
    expect(JSON.stringify(rows)).not.toContain(secret.slice(prefix.length))
  })

  it('has its scopes and those within them', async () => {
    const scopesOf = async (...scopes: string[]) =>
      (await clientWith((await newKey('scopes', scopes)).secret).viewer()).scopes
    expect(await scopesOf('experiments:read')).toEqual(['experiments:read'])
    expect(await scopesOf('events:write')).toEqual(['events:write'])
    expect(await scopesOf('experiments:write')).toEqual(['experiments:read', 'experiments:write'])
    expect(await scopesOf('analyses:run')).toEqual(['experiments:read', 'analyses:run'])
    expect(await scopesOf('admin')).toEqual(ALL)
  })

  it.each([
    ['a name', { name: ' ' }, 'name', 'name of 1 to 100 characters, got 0'],
    ['a scope', { scopes: [] }, 'scopes', 'a scope at least'],
    ['known scopes', { scopes: ['admin', 'root'] }, 'scopes.1', 'no scope "root"'],
    ['an end that is to come', { expiresAt: '2020-01-01T00:00:00Z' }, 'expiresAt', 'in the future'],
  ])('needs %s', async (_what, input, field, says) => {
    await expectUserError(admin.createApiKey({ name: 'x', scopes: ['admin'], ...input }), { field, says })
  })

  it('is good until it expires', async () => {
    const { secret } = await newKey('soon over', ['experiments:read'], new Date(Date.now() + 1500).toISOString())
    const client = clientWith(secret)
    expect((await client.viewer()).expiresAt).not.toBeNull()
    const error = await until('the key has expired', () =>
      client.viewer().then(
        () => null,
        (reason: unknown) => reason,
      ),
    )
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED', message: expect.stringContaining('expired at') as string })
  })

  it('tells when it was used last, noted once a minute', async () => {
    const { id, secret } = await newKey('used')
    const lastUse = async () => (await admin.apiKeys()).find((one) => one.id === id)!.lastUsedAt
    expect(await lastUse()).toBeNull()
    await clientWith(secret).viewer()
    const first = await until('the use is noted', lastUse)
    for (let i = 0; i < 3; i++) await clientWith(secret).viewer()
    expect(await lastUse()).toBe(first)
    await database.query("update api_keys set last_used_at = now() - interval '2 minutes' where id = $1", [id])
    expect(await lastUse()).not.toBe(first)
  })

  it('that is revoked is refused at once, and stays in the list', async () => {
    const { id, secret } = await newKey('revoked')
    const client = clientWith(secret)
    await client.viewer()
    const revoked = await admin.revokeApiKey(id)
    expect(revoked.revokedAt).not.toBeNull()
    await expect(client.viewer()).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringMatching(/"revoked" \(fl_live_\w+…\) was revoked at 20/) as string,
    })
    expect((await admin.revokeApiKey(id)).revokedAt).toBe(revoked.revokedAt)
    expect((await admin.apiKeys()).map((one) => one.id)).toContain(id)
  })

  it('that is the last one with the scope admin cannot be revoked: nobody could make another', async () => {
    const keys = (await admin.apiKeys()).filter((one) => one.scopes.includes('admin') && one.revokedAt === null)
    const last = keys.find(({ name }) => name === 'Bootstrap key')!
    for (const { id } of keys) if (id !== last.id) await admin.revokeApiKey(id)
    await expectUserError(admin.revokeApiKey(last.id), { field: 'id', code: 'CONFLICT', says: 'last key' })
    expect((await admin.viewer()).name).toBe('Bootstrap key')
  })
})

describe('a subscription', () => {
  const EXPERIMENTS = 'subscription { experimentsUpdated { experiment { id } } }'

  it.each([
    ['{ apiKey }', (key: string) => ({ apiKey: key })],
    ['{ authorization }', (key: string) => ({ authorization: `Bearer ${key}` })],
  ])('is opened with %s', async (_what, params) => {
    const session = await WebSocketSession.open(server.url, params(adminKey))
    expect(await session.next()).toMatchObject({ type: 'connection_ack' })
    expect(await session.codeOf('one', EXPERIMENTS)).toBeNull()
    session.close()
  })

  it.each([
    ['without a key', undefined],
    ['with a wrong one', { apiKey: newBootstrapKey() }],
  ])('%s is not, and the end says why', async (_what, params) => {
    const session = await WebSocketSession.open(server.url, params)
    const { code, reason } = await session.closed
    expect(code).toBe(4401)
    expect(reason).toMatch(/^UNAUTHENTICATED: /)
  })

  it('of the SDK has the key of the SDK, and fails without one as other calls do', async () => {
    for await (const first of admin.watchExperiments()) {
      expect(first).toBeNull()
      break
    }
    const stranger = clientWith()
    await expect(stranger.watchExperiments().next()).rejects.toMatchObject({
      name: 'FairliftAccessError',
      code: 'UNAUTHENTICATED',
    })
    stranger.close()
  })

  it('ends when its key is revoked', async () => {
    const { id, secret } = await newKey('open')
    const client = clientWith(secret)
    const watching = client.watchExperiments()
    await watching.next()
    const next = watching.next()
    await admin.revokeApiKey(id)
    await expect(next).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      message: expect.stringContaining('revoked') as string,
    })
    client.close()
  })

  it('ends, too, when another process has revoked the key, or it expires', async () => {
    const expiresAt = new Date(Date.now() + 5000).toISOString()
    const [elsewhere, short] = [await newKey('elsewhere'), await newKey('short', ['experiments:read'], expiresAt)]
    const sessions = await Promise.all(
      [elsewhere, short].map(({ secret }) => WebSocketSession.open(server.url, { apiKey: secret })),
    )
    for (const session of sessions) expect(await session.next()).toMatchObject({ type: 'connection_ack' })
    expect(await sessions[0]!.codeOf('one', EXPERIMENTS)).toBeNull()
    await database.query('update api_keys set revoked_at = now() where id = $1', [elsewhere.id])
    const ends = await Promise.all(sessions.map(({ closed }) => closed))
    expect(ends.map(({ code }) => code)).toEqual([4401, 4403])
    // By then requests know it as well.
    await expect(clientWith(elsewhere.secret).viewer()).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})
