import { createClient } from '@fairlift/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ask, bearer, codeOf } from '../testkit/ask.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { TokenIssuer } from '../testkit/token-issuer.ts'
import { until } from '../testkit/until.ts'
import { WebSocketSession } from '../testkit/web-socket-session.ts'

const SKEW_SECONDS = 10

let issuer: TokenIssuer
let server: TestServer

beforeAll(async () => {
  issuer = await TokenIssuer.start()
  server = await startServer({
    env: {
      ...issuer.env(),
      AUTH_REQUIRED: 'true',
      AUTH_CLOCK_SKEW_SECONDS: String(SKEW_SECONDS),
      // A key that is not known is asked for at once.
      AUTH_JWKS_COOLDOWN_SECONDS: '0',
    },
  })
})

beforeEach(() => {
  issuer.mode = 'answers'
})

afterAll(async () => {
  await server?.stop()
  await issuer?.stop()
})

const viewer = (token: string) =>
  ask(server.url, '{ viewer { kind id name scopes expiresAt } }', { headers: bearer(token) })

async function scopesOf(claims: object): Promise<unknown> {
  const { answer } = await viewer(await issuer.token({ claims: { scope: undefined, ...claims } }))
  return (answer.data?.viewer as { scopes: string[] }).scopes
}

describe('an access token', () => {
  it('tells who sends a request, what they may do, and until when', async () => {
    const { status, answer } = await viewer(await issuer.token({ claims: { name: 'Nightly report' } }))
    expect(status).toBe(200)
    expect(answer.data?.viewer).toEqual({
      kind: 'TOKEN',
      id: 'nightly-report',
      name: 'Nightly report',
      scopes: ['experiments:read'],
      expiresAt: expect.stringMatching(/^20/) as string,
    })
  })

  it('has its scopes in scope or scp, as a text or a list, and those that are not ours do not matter', async () => {
    expect(await scopesOf({ scope: 'openid events:write profile' })).toEqual(['events:write'])
    expect(await scopesOf({ scp: ['experiments:read', 'analyses:run', 'Mail.Read'] })).toEqual([
      'experiments:read',
      'analyses:run',
    ])
    expect(await scopesOf({ scp: 'experiments:write' })).toEqual(['experiments:read', 'experiments:write'])
    expect(await scopesOf({})).toEqual([])
  })

  it('lacks what its scopes do not have', async () => {
    const answered = await ask(server.url, '{ apiKeys { id } }', { headers: bearer(await issuer.token()) })
    expect(codeOf(answered)).toBe('FORBIDDEN')
    expect(answered.answer.errors![0]!.message).toContain('the access token of "nightly-report" has "experiments:read"')
  })

  it('is good for both clocks: a little after it expired, and a little before it begins', async () => {
    const now = Math.floor(Date.now() / 1000)
    expect((await viewer(await issuer.token({ expiresIn: -SKEW_SECONDS / 2 }))).status).toBe(200)
    expect((await viewer(await issuer.token({ claims: { nbf: now + SKEW_SECONDS / 2 } }))).status).toBe(200)
  })

  it.each([
    ['has expired', () => issuer.token({ expiresIn: -SKEW_SECONDS - 5 }), 'it expired at 20'],
    ['begins later', () => issuer.token({ claims: { nbf: Date.now() / 1000 + 60 } }), 'not good yet'],
    ['never expires', () => issuer.token({ claims: { exp: undefined } }), '"exp" is missing'],
    ['is for another server', () => issuer.token({ claims: { aud: 'shop' } }), '"aud" does not name "fairlift"'],
    ['is for nobody', () => issuer.token({ claims: { aud: undefined } }), '"aud" does not name "fairlift"'],
    ['is of another issuer', () => issuer.token({ claims: { iss: 'https://evil.example' } }), '("iss") is not "http'],
    ['is nobody’s', () => issuer.token({ claims: { sub: undefined } }), 'nobody’s'],
    ['is signed by another key', () => issuer.forged(), 'signature is wrong'],
    ['is signed by a shared secret', () => issuer.bySharedSecret(), '("alg") is not one of RS256'],
    ['is not signed', () => Promise.resolve(issuer.unsecured()), '("alg") is not one of RS256'],
    ['is no token', () => Promise.resolve('not.a.token'), 'no signed token'],
  ])('that %s is refused, and the answer says why', async (_what, make, why) => {
    const answered = await viewer(await make())
    expect(answered.status).toBe(401)
    expect(codeOf(answered)).toBe('UNAUTHENTICATED')
    expect(answered.answer.errors![0]!.message).toContain(why)
  })

  it('opens subscriptions, which end when it does', async () => {
    const [long, short] = [await issuer.token(), await issuer.token({ expiresIn: 5 - SKEW_SECONDS })]
    const open = (token: string) => WebSocketSession.open(server.url, { authorization: `Bearer ${token}` })
    const sessions = await Promise.all([open(long), open(short)])
    for (const session of sessions) expect(await session.next()).toMatchObject({ type: 'connection_ack' })
    const query = 'subscription { experimentsUpdated { experiment { id } } }'
    expect(await sessions[0]!.codeOf('one', query)).toBeNull()
    expect((await sessions[1]!.closed).code).toBe(4403)
    sessions[0]!.close()
    expect((await sessions[0]!.closed).code).toBe(1005)
  })

  it('of the SDK can be another one each time', async () => {
    let made = 0
    const client = createClient({
      url: server.url,
      apiKey: async () => issuer.token({ claims: { sub: `service-${++made}` } }),
    })
    expect((await client.viewer()).id).toBe('service-1')
    expect((await client.viewer()).id).toBe('service-2')
  })
})

describe('the keys of the issuer', () => {
  it('are fetched when they are needed, and not for each token', async () => {
    await viewer(await issuer.token())
    const before = issuer.asked
    for (let i = 0; i < 5; i++) expect((await viewer(await issuer.token())).status).toBe(200)
    expect(issuer.asked).toBe(before)
  })

  it('may be of other kinds', async () => {
    for (const alg of ['ES256', 'PS256', 'EdDSA']) {
      await issuer.rotate(alg)
      expect((await viewer(await issuer.token())).status, alg).toBe(200)
    }
    await issuer.rotate()
  })

  it('may be exchanged: a new one is fetched, and the old one is good until it is withdrawn', async () => {
    const old = await issuer.token()
    expect((await viewer(old)).status).toBe(200)
    await issuer.rotate()
    expect((await viewer(await issuer.token())).status).toBe(200)
    expect((await viewer(old)).status).toBe(200)
    issuer.withdrawOldKeys()
    await issuer.rotate()
    // The keys that are fetched for the new one are without the old one.
    expect((await viewer(await issuer.token())).status).toBe(200)
    const answered = await viewer(old)
    expect(codeOf(answered)).toBe('UNAUTHENTICATED')
    expect(answered.answer.errors![0]!.message).toContain('no key of this name')
  })

  it.each(['fails', 'hangs'] as const)(
    'cannot be fetched (the address %s): known ones are good, unknown ones are put off and not refused',
    async (mode) => {
      const known = await issuer.token()
      expect((await viewer(known)).status).toBe(200)
      issuer.mode = mode
      await issuer.rotate()
      const unknown = await issuer.token()
      const answered = await viewer(unknown)
      expect(answered.status).toBe(503)
      expect(codeOf(answered)).toBe('AUTH_UNAVAILABLE')
      expect(Number(answered.headers['retry-after'])).toBeGreaterThan(0)
      expect((await viewer(known)).status).toBe(200)
      expect(
        (await WebSocketSession.open(server.url, { authorization: `Bearer ${unknown}` }).then((one) => one.closed))
          .code,
      ).toBe(1013)
      // When the address is back the token is good.
      issuer.mode = 'answers'
      await until('the new key is known', async () => (await viewer(unknown)).status === 200)
    },
  )
})
