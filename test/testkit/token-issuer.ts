import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>

export interface TokenOptions {
  /** Claims beside, or in place of, the usual ones; undefined leaves one out. */
  claims?: JWTPayload
  /** Seconds from now. */
  expiresIn?: number
}

/** An issuer of access tokens, with the address of its keys on a real socket. */
export class TokenIssuer {
  readonly url: string
  readonly jwksUrl: string
  /** How often the keys were asked for. */
  asked = 0
  /** What the address of the keys does. */
  mode: 'answers' | 'fails' | 'hangs' = 'answers'
  readonly #server: ReturnType<typeof createServer>
  /** The keys that are published, the one that signs last. */
  readonly #published: { kid: string; pair: KeyPair; alg: string }[] = []

  private constructor(server: ReturnType<typeof createServer>) {
    this.#server = server
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    this.jwksUrl = `${this.url}/jwks.json`
    server.on('request', (_request, response) => {
      this.asked++
      if (this.mode === 'hangs') return
      if (this.mode === 'fails') return response.writeHead(500).end('no')
      void this.#keys().then((keys) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys })),
      )
    })
  }

  static async start(): Promise<TokenIssuer> {
    const server = createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const issuer = new TokenIssuer(server)
    await issuer.rotate()
    return issuer
  }

  /** What a server that trusts this issuer is started with. */
  env(): Record<string, string> {
    return { AUTH_JWKS_URL: this.jwksUrl, AUTH_ISSUER: this.url, AUTH_AUDIENCE: 'fairlift' }
  }

  /** Signs with a new key from now on; the old ones stay published. */
  async rotate(alg = 'RS256'): Promise<void> {
    this.#published.push({ kid: randomUUID(), pair: await generateKeyPair(alg), alg })
  }

  /** Publishes the newest key only. */
  withdrawOldKeys(): void {
    this.#published.splice(0, this.#published.length - 1)
  }

  token(options: TokenOptions = {}): Promise<string> {
    const { kid, pair, alg } = this.#published.at(-1)!
    return this.#unsigned(options).setProtectedHeader({ alg, kid, typ: 'at+jwt' }).sign(pair.privateKey)
  }

  /** Signed by a key that was never published, under the name of one that is. */
  async forged(): Promise<string> {
    const { kid, alg } = this.#published.at(-1)!
    const { privateKey } = await generateKeyPair(alg)
    return this.#unsigned({}).setProtectedHeader({ alg, kid }).sign(privateKey)
  }

  /** Signed by a shared secret, for which the published key is passed off. */
  async bySharedSecret(): Promise<string> {
    const { kid, pair } = this.#published.at(-1)!
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(pair.publicKey)))
    return this.#unsigned({}).setProtectedHeader({ alg: 'HS256', kid }).sign(secret)
  }

  /** Not signed at all. */
  unsecured(): string {
    const { kid } = this.#published.at(-1)!
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    return `${part({ alg: 'none', kid, typ: 'JWT' })}.${part(this.#claims({}))}.`
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #unsigned(options: TokenOptions): SignJWT {
    return new SignJWT(this.#claims(options))
  }

  #claims({ claims, expiresIn = 600 }: TokenOptions): JWTPayload {
    const now = Math.floor(Date.now() / 1000)
    const usual = { iss: this.url, aud: 'fairlift', sub: 'nightly-report', scope: 'experiments:read', iat: now }
    return { ...usual, exp: now + expiresIn, ...claims }
  }

  #keys() {
    return Promise.all(
      this.#published.map(async ({ kid, alg, pair }) => ({
        ...(await exportJWK(pair.publicKey)),
        kid,
        alg,
        use: 'sig',
      })),
    )
  }
}
