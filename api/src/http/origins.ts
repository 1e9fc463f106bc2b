import type { FastifyInstance } from 'fastify'
import cors from '@fastify/cors'

/** Which pages may talk to the server. */
export interface OriginRules {
  /** The server listens on this machine only: names that other machines could have are refused. */
  isLoopback: boolean
  allowedOrigins: string[]
}

/** @param allowedOrigins separated by commas */
export function originRules(host: string, allowedOrigins: string): OriginRules {
  return {
    isLoopback: ['127.0.0.1', '::1', 'localhost'].includes(host),
    allowedOrigins: allowedOrigins
      .split(',')
      .map((origin) => origin.trim())
      .filter(Boolean),
  }
}

const LOOPBACK_NAMES = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Whether a request comes from a page that may send it: one of the server's own pages, one of an allowed origin, or no
 * page at all (a program).
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  { allowedOrigins }: OriginRules,
): boolean {
  if (origin === undefined) return true
  if (allowedOrigins.includes(origin)) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}

/**
 * Whether the name by which the server was reached is one of its own. Without this a page could have its own name point
 * to 127.0.0.1 and then read a server that nobody else can reach (DNS rebinding).
 */
export function isOwnHost(host: string | undefined, { isLoopback }: OriginRules): boolean {
  if (!isLoopback) return true
  return LOOPBACK_NAMES.has((host ?? '').replace(/:\d+$/, '').toLowerCase())
}

export async function registerOrigins(server: FastifyInstance, rules: OriginRules): Promise<void> {
  server.addHook('onRequest', async (request, reply) => {
    if (!isOwnHost(request.headers.host, rules)) {
      return reply
        .code(421)
        .send({ error: `This server is not "${request.headers.host}": use localhost or 127.0.0.1.` })
    }
    if (!isAllowedOrigin(request.headers.origin, request.headers.host, rules)) {
      return reply.code(403).send({
        error: `Pages of ${request.headers.origin} may not use this server. Add the origin to ALLOWED_ORIGINS to allow it.`,
      })
    }
  })
  await server.register(cors, {
    origin: rules.allowedOrigins,
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT'],
    // How much of an upload is there, and when to come back.
    exposedHeaders: ['range', 'retry-after', 'x-request-id'],
  })
}
