import { readFile } from 'node:fs/promises'
import type { DatabaseClient } from '@fairlift/db'
import { accessTokensOf } from '../auth/access-tokens.ts'
import { API_KEY_FORM, keptOf } from '../auth/api-key-secret.ts'
import { Authenticator } from '../auth/authenticator.ts'
import { isLoopbackName, localTrustOf } from '../auth/local-trust.ts'
import { OpenConnections } from '../auth/open-connections.ts'
import { type Env, EnvError } from '../env.ts'
import { RateLimits } from '../http/rate-limits.ts'
import type { Logger } from '../logger.ts'
import { ApiKeyRepository } from '../modules/api-key/api-key.repository.ts'
import { ApiKeyService } from '../modules/api-key/api-key.service.ts'
import type { IdempotencyService } from '../modules/idempotency/idempotency.service.ts'
import { connectRedis } from './redis.ts'

/** Who is let in, and how much of them. */
export interface Access {
  apiKeys: ApiKeyService
  authenticator: Authenticator
  connections: OpenConnections
  rateLimits: RateLimits
  /** Makes the first key, when the server runs: it is told once. Null where there is, or was, another one. */
  makeFirstApiKey: () => Promise<string | null>
}

/**
 * Opens the server to those who may use it.
 *
 * @throws EnvError where everybody is asked who they are, and nobody could say
 */
export async function openAccess(
  env: Env,
  logger: Logger,
  client: DatabaseClient,
  idempotency: IdempotencyService,
  stops: (() => Promise<void>)[],
): Promise<Access> {
  const tokens = accessTokensOf(env, logger)
  const trust = localTrustOf(env)
  const warn = (error: unknown): void => logger.warn({ err: error }, 'API keys could not be looked after')
  const hasOtherWay = tokens !== null || trust !== 'nobody'
  const apiKeys = new ApiKeyService(new ApiKeyRepository(client), idempotency, hasOtherWay, warn)

  const chosen = await bootstrapKey(env)
  if (chosen !== null && !(await apiKeys.ensure(chosen)))
    logger.warn('BOOTSTRAP_API_KEY names a key that was revoked: it stays so. Choose another one, or unset it.')
  // What is printed may end in the logs of a company: where others reach the server its operator brings the first key.
  const makesFirst = isLoopbackName(env.HOST) && tokens === null && chosen === null && !(await apiKeys.hasAny())
  if (!hasOtherWay && !makesFirst && !(await apiKeys.hasAdmin())) throw new EnvError([nobodyCouldSignIn(env)])
  if (trust === 'anyone' && !isLoopbackName(env.HOST))
    logger.warn({ host: env.HOST }, 'ALLOW_UNAUTHENTICATED is set: whoever reaches this address may do everything')

  const connections = new OpenConnections(apiKeys, warn)
  stops.push(async () => connections.close())
  const rateLimits = new RateLimits(env, await connectRedis(env, logger, stops))
  return {
    apiKeys,
    authenticator: new Authenticator(apiKeys, tokens, trust),
    connections,
    rateLimits,
    makeFirstApiKey: async () => (makesFirst ? apiKeys.makeFirst() : null),
  }
}

async function bootstrapKey(env: Env): Promise<string | null> {
  const { BOOTSTRAP_API_KEY: key = null, BOOTSTRAP_API_KEY_FILE: path } = env
  if (path === undefined) return key
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new EnvError([`BOOTSTRAP_API_KEY_FILE="${path}": cannot be read (${error.message}).`])
  })
  if (keptOf(text.trim()) === null)
    throw new EnvError([`BOOTSTRAP_API_KEY_FILE="${path}": the file must hold a key like ${API_KEY_FORM}.`])
  return text.trim()
}

function nobodyCouldSignIn({ HOST, PUBLIC_URL }: Env): string {
  const where = isLoopbackName(HOST)
    ? `Credentials are required here${PUBLIC_URL === undefined ? '' : ` (PUBLIC_URL="${PUBLIC_URL}")`}`
    : `HOST="${HOST}" can be reached from other machines, so everybody is asked who they are`
  return `${where}, and nobody could say: there is no API key with the scope "admin" that is good, and no issuer of access tokens. Set BOOTSTRAP_API_KEY (${API_KEY_FORM}), or AUTH_JWKS_URL with AUTH_ISSUER and AUTH_AUDIENCE; or ALLOW_UNAUTHENTICATED=true where the network keeps others out.`
}
