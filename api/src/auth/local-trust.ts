import type { IncomingHttpHeaders } from 'node:http'
import type { Env } from '../env.ts'

/**
 * Who is let in without credentials: `anyone` (ALLOW_UNAUTHENTICATED), who comes from this very machine (`loopback`), or
 * `nobody`.
 */
export type LocalTrust = 'anyone' | 'loopback' | 'nobody'

export function localTrustOf(
  env: Pick<Env, 'ALLOW_UNAUTHENTICATED' | 'AUTH_REQUIRED' | 'HOST' | 'PUBLIC_URL'>,
): LocalTrust {
  if (env.ALLOW_UNAUTHENTICATED) return 'anyone'
  if (env.AUTH_REQUIRED || !isLoopbackName(env.HOST)) return 'nobody'
  // A public address means that something on this machine passes on what others send.
  if (env.PUBLIC_URL !== undefined && !isLoopbackName(new URL(env.PUBLIC_URL).hostname)) return 'nobody'
  return 'loopback'
}

export function isLoopbackName(host: string): boolean {
  return ['localhost', '::1', '[::1]'].includes(host.toLowerCase()) || /^127(\.\d{1,3}){3}$/.test(host)
}

/** Headers by which proxies say for whom they ask. One is enough to know that the sender is not on this machine. */
const OF_PROXIES =
  /^(forwarded|via|x-forwarded(-.*)?|x-real-ip|x-client-ip|true-client-ip|cf-connecting-ip|x-envoy-.*)$/

/** What is known of a connection before its credentials are looked at. */
export interface Connection {
  headers: IncomingHttpHeaders
  httpVersion: string
  socket: { remoteAddress?: string | undefined }
}

/** Whether a request was sent from this machine, and not passed on by a proxy that runs on it. */
export function isFromThisMachine({ headers, httpVersion, socket }: Connection): boolean {
  if (!isLoopbackAddress(socket.remoteAddress ?? '')) return false
  // Browsers and programs of this age send 1.1. The 1.0 of a proxy that was told nothing may be its only trace.
  if (httpVersion === '1.0') return false
  return !Object.keys(headers).some((name) => OF_PROXIES.test(name))
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address)
}
