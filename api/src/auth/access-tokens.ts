import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose'
import type { Env } from '../env.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { TokenCallers } from './authenticator.ts'
import type { Caller } from './caller.ts'
import { createKeySet, KeySetUnavailableError } from './key-set.ts'
import { scopesOf } from './scopes.ts'

/** Signatures by a private key that only the issuer has. Neither "none" nor those that need a shared secret (HS…). */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']

export interface TokenSettings {
  issuer: string
  audience: string
  clockSkewSeconds: number
}

/** OAuth2 access tokens of other services: JWTs that an issuer signed for this server. */
export class AccessTokens implements TokenCallers {
  readonly #keyOf: JWTVerifyGetKey
  readonly #settings: TokenSettings

  constructor(keyOf: JWTVerifyGetKey, settings: TokenSettings) {
    this.#keyOf = keyOf
    this.#settings = settings
  }

  async callerOf(token: string): Promise<Caller> {
    const payload = await this.#verified(token)
    const id = [payload.sub, payload.client_id, payload.azp].find(isText)
    if (id === undefined) throw refused('it says neither "sub" nor "client_id", so it is nobody’s.')
    return {
      kind: 'token',
      id,
      name: [payload.name, payload.client_id, id].find(isText)!,
      scopes: scopesOf(scopesIn(payload)),
      expiresAt: new Date((payload.exp! + this.#settings.clockSkewSeconds) * 1000),
    }
  }

  async #verified(token: string): Promise<JWTPayload> {
    const { issuer, audience, clockSkewSeconds } = this.#settings
    try {
      const { payload } = await jwtVerify(token, this.#keyOf, {
        issuer,
        audience,
        clockTolerance: clockSkewSeconds,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp'],
      })
      return payload
    } catch (error) {
      throw asAppError(error, this.#settings)
    }
  }
}

/** What checks access tokens, where the environment names an issuer. */
export function accessTokensOf(env: Env, logger: Logger): AccessTokens | null {
  const { AUTH_JWKS_URL: url, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env
  if (url === undefined || issuer === undefined || audience === undefined) return null
  const keys = createKeySet({ url: new URL(url), cooldownMs: env.AUTH_JWKS_COOLDOWN_SECONDS * 1000 }, logger)
  return new AccessTokens(keys, { issuer, audience, clockSkewSeconds: env.AUTH_CLOCK_SKEW_SECONDS })
}

/** As `scope` (RFC 8693, a text with spaces) or `scp` (a text or a list) has them. */
function scopesIn({ scope, scp }: JWTPayload): string[] {
  return [scope, scp].flatMap((claim) => {
    if (Array.isArray(claim)) return claim.filter(isText)
    return isText(claim) ? claim.split(/\s+/) : []
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function refused(why: string, cause?: unknown): AppError {
  return new AppError('UNAUTHENTICATED', `The access token is refused: ${why}`, { cause })
}

function asAppError(error: unknown, { issuer, audience }: TokenSettings): AppError {
  if (error instanceof KeySetUnavailableError) {
    const message = 'The access token cannot be checked now: the keys of its issuer cannot be fetched. Try again soon.'
    return new AppError('AUTH_UNAVAILABLE', message, { cause: error, details: { retryAfterSeconds: 5 } })
  }
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload
    return refused(`it expired${exp === undefined ? '' : ` at ${new Date(exp * 1000).toISOString()}`}.`, error)
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const { claim } = error
    const told: Record<string, string> = {
      iss: `its issuer ("iss") is not "${issuer}".`,
      aud: `it is not meant for this server: "aud" does not name "${audience}".`,
      nbf: 'it is not good yet ("nbf").',
    }
    return refused(told[claim] ?? `its claim "${claim}" is missing or wrong.`, error)
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return refused(`its signature ("alg") is not one of ${ALGORITHMS.join(', ')}.`, error)
  }
  if (error instanceof errors.JWKSNoMatchingKey) return refused('its issuer has no key of this name ("kid").', error)
  if (error instanceof errors.JWSSignatureVerificationFailed) return refused('its signature is wrong.', error)
  if (error instanceof errors.JOSEError) return refused('it is no signed token (JWT) of the issuer.', error)
  throw error
}
