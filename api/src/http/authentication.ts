import type { onRequestAsyncHookHandler } from 'fastify'
import type { Authenticator } from '../auth/authenticator.ts'
import type { Caller } from '../auth/caller.ts'
import { credentialsOf } from '../auth/credentials.ts'
import { AppError } from '../errors.ts'
import { drain } from './drain.ts'
import { wantsGraphiql } from './pages.ts'
import type { RateLimits } from './rate-limits.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who sent it, where that is asked. */
    caller?: Caller
  }
}

/**
 * Finds out who sends a request to GraphQL, and whether they have sent too many, before any of its body is read. The page
 * of GraphiQL is for everybody: it has a field for a key.
 */
export function authenticate(authenticator: Authenticator, limits: RateLimits): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const { method, headers, raw, ip } = request
    if (method === 'OPTIONS' || (method === 'GET' && wantsGraphiql(headers.accept))) return
    try {
      request.caller = await authenticator.callerOf(credentialsOf(headers), raw).catch(async (error: unknown) => {
        if (error instanceof AppError && error.code === 'UNAUTHENTICATED') await limits.countRefused(ip)
        throw error
      })
      await limits.countRequest(request.caller, ip)
    } catch (error) {
      await drain(request, reply)
      throw error
    }
  }
}
