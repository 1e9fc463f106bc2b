import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose'
import type { Logger } from '../logger.ts'

export interface KeySetSettings {
  url: URL
  /** The address is not asked again for a key that it did not have before so long has passed. */
  cooldownMs: number
}

/** An answer that takes longer is none. */
const TIMEOUT_MS = 5000
/** Keys that were withdrawn are forgotten after so long. */
const REFRESH_MS = 10 * 60_000
/** An address that failed is left alone for so long: else each request would wait for it. */
const FAILURE_PAUSE_MS = 5000

/** The address of the keys does not answer as it should, and the key that was asked for is not known. */
export class KeySetUnavailableError extends Error {
  override name = 'KeySetUnavailableError'
}

/**
 * The keys that sign access tokens. New ones are fetched when a token names one; those that are known go on to be good
 * while the address does not answer.
 */
export function createKeySet({ url, cooldownMs }: KeySetSettings, logger: Logger): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(url, {
    cooldownDuration: cooldownMs,
    timeoutDuration: TIMEOUT_MS,
    // It is refreshed below, where nobody waits for it.
    cacheMaxAge: Number.POSITIVE_INFINITY,
  })
  let refreshedAt = Date.now()
  let failedAt = Number.NEGATIVE_INFINITY
  const failed = (error: unknown): void => {
    failedAt = Date.now()
    logger.warn({ err: error, url: url.href }, 'the keys of access tokens could not be fetched')
  }
  const refreshWhenOld = (): void => {
    if (Date.now() - refreshedAt < REFRESH_MS) return
    refreshedAt = Date.now()
    remote.reload().catch(failed)
  }
  const known: JWTVerifyGetKey = async (header, token) => {
    const keys = remote.jwks()
    if (keys === undefined) throw new KeySetUnavailableError('No keys were fetched yet.')
    return createLocalJWKSet(keys)(header, token).catch((cause: unknown) => {
      if (!(cause instanceof errors.JWKSNoMatchingKey)) throw cause
      throw new KeySetUnavailableError('The key of the token is not among those that are known.', { cause })
    })
  }
  return async (header, token) => {
    refreshWhenOld()
    if (Date.now() - failedAt < FAILURE_PAUSE_MS) return known(header, token)
    try {
      return await remote(header, token)
    } catch (error) {
      if (isAnswer(error)) throw error
      failed(error)
      return known(header, token)
    }
  }
}

/** Whether it tells of the token, and not of the address. */
function isAnswer(error: unknown): boolean {
  return error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys
}
