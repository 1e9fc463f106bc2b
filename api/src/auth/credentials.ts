import type { IncomingHttpHeaders } from 'node:http'

/** What a request says of who sent it. */
export interface Credentials {
  apiKey: string | null
  /** An access token, or an API key in its place. */
  bearer: string | null
}

/**
 * From the headers of a request: `x-api-key`, or `authorization` with a bearer token. Other schemes are not ours: a proxy
 * that asks for a password hands it on.
 */
export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  return { apiKey: textOf(headers['x-api-key']), bearer: bearerOf(headers.authorization) }
}

/** From the first message of a WebSocket: `{ apiKey }` or `{ authorization }`; else from the headers that opened it. */
export function credentialsOfConnection(
  params: Record<string, unknown> | undefined,
  headers: IncomingHttpHeaders,
): Credentials {
  const told = { apiKey: textOf(params?.apiKey), bearer: bearerOf(params?.authorization ?? params?.Authorization) }
  return told.apiKey === null && told.bearer === null ? credentialsOf(headers) : told
}

function bearerOf(value: unknown): string | null {
  return /^bearer +(\S.*)$/i.exec(textOf(value) ?? '')?.[1]?.trim() ?? null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null
}
