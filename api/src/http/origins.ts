import type { FastifyInstance } from 'fastify'
import cors from '@fastify/cors'
import { isLoopbackName } from '../auth/local-trust.ts'

/** Which pages may talk to the server. */
export interface OriginRules {
  /** The server listens on this machine only: names that other machines could have are refused. */
  isLoopback: boolean
  /** The name by which a proxy on this machine is reached. Null: there is none. */
  publicHost: string | null
  allowedOrigins: string[]
}

/**
 * @param allowedOrigins separated by commas
 * @param publicUrl where clients reach the server, if that is elsewhere: pages there are its own
 */
export function originRules(host: string, allowedOrigins: string, publicUrl: string | undefined): OriginRules {
  const own = publicUrl === undefined ? null : new URL(publicUrl)
  return {
    isLoopback: isLoopbackName(host),
    publicHost: own?.host ?? null,
    allowedOrigins: [
      ...allowedOrigins
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
      ...(own === null ? [] : [own.origin]),
    ],
  }
}

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
export function isOwnHost(host: string | undefined, { isLoopback, publicHost }: OriginRules): boolean {
  if (!isLoopback) return true
  const name = (host ?? '').toLowerCase()
  return name === publicHost || isLoopbackName(name.replace(/:\d+$/, ''))
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
