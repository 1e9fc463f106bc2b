import { AppError } from '../errors.ts'
import { API_KEY_FORM } from './api-key-secret.ts'
import { type Caller, localCaller } from './caller.ts'
import type { Credentials } from './credentials.ts'
import { type Connection, isFromThisMachine, type LocalTrust } from './local-trust.ts'

/** Knows the API keys. */
export interface ApiKeyCallers {
  /** Who has the key. Throws AppError UNAUTHENTICATED. */
  callerOf(secret: string): Promise<Caller>
}

/** Knows what access tokens say. */
export interface TokenCallers {
  /** Of whom the token tells. Throws AppError UNAUTHENTICATED, AUTH_UNAVAILABLE. */
  callerOf(token: string): Promise<Caller>
}

const HOW = 'Send "Authorization: Bearer <API key>", or over a WebSocket { apiKey } when it opens.'

/** Finds out who sends a request. */
export class Authenticator {
  readonly #apiKeys: ApiKeyCallers
  readonly #tokens: TokenCallers | null
  readonly #trust: LocalTrust

  /** @param tokens null: access tokens are not taken */
  constructor(apiKeys: ApiKeyCallers, tokens: TokenCallers | null, trust: LocalTrust) {
    this.#apiKeys = apiKeys
    this.#tokens = tokens
    this.#trust = trust
  }

  /**
   * Credentials that are wrong are refused, also where none are asked for: who sends them means to be somebody.
   *
   * @throws AppError UNAUTHENTICATED, AUTH_UNAVAILABLE
   */
  async callerOf({ apiKey, bearer }: Credentials, connection: Connection): Promise<Caller> {
    if (apiKey !== null) return this.#apiKeys.callerOf(apiKey)
    if (bearer?.startsWith('fl_')) return this.#apiKeys.callerOf(bearer)
    if (bearer !== null) return this.#ofToken(bearer)
    if (this.#trust === 'anyone') return localCaller
    if (this.#trust === 'loopback') {
      if (isFromThisMachine(connection)) return localCaller
      throw new AppError(
        'UNAUTHENTICATED',
        `The request was passed on by a proxy, so it takes an API key or an access token. ${HOW}`,
      )
    }
    throw new AppError('UNAUTHENTICATED', `This server asks for an API key or an access token. ${HOW}`)
  }

  #ofToken(token: string): Promise<Caller> {
    if (this.#tokens !== null) return this.#tokens.callerOf(token)
    throw new AppError(
      'UNAUTHENTICATED',
      `The bearer token is no API key (${API_KEY_FORM}), and this server takes no other tokens (AUTH_JWKS_URL is not set).`,
    )
  }
}
