import type { IncomingMessage, Server } from 'node:http'
import { randomUUID } from 'node:crypto'
import { type DocumentNode, GraphQLError, getOperationAST, parse, type GraphQLSchema } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import type { Caller } from '../auth/caller.ts'
import { credentialsOfConnection } from '../auth/credentials.ts'
import type { EndReason } from '../auth/open-connections.ts'
import { createContext, type RequestContext } from '../context.ts'
import { AppError } from '../errors.ts'
import { formatError, logUnknown } from './graphql.ts'
import { isAllowedOrigin, isOwnHost } from './origins.ts'
import type { ServerOptions } from './server.ts'
import { excessesOf, parseOptionsFor, type QueryLimits, tooLong } from './query-limits.ts'

export const GRAPHQL_PATH = '/graphql'

/** What is known of a connection beside its socket. */
interface Extra extends Record<PropertyKey, unknown> {
  caller?: Caller
  /** Ends the watch over its credentials. */
  forget?: () => void
}

/** Codes by which a connection ends (graphql-ws): clients do not come back after the first one. */
const UNAUTHORIZED = 4401
const FORBIDDEN = 4403
const TRY_AGAIN_LATER = 1013

const ends: Record<EndReason, [code: number, reason: string]> = {
  revoked: [UNAUTHORIZED, 'UNAUTHENTICATED: The API key was revoked.'],
  // Who has others by now, such as a newer token, may come back with them.
  expired: [FORBIDDEN, 'UNAUTHENTICATED: The credentials have expired.'],
}

/**
 * Subscriptions over WebSocket (graphql-ws). Browsers let any page open a WebSocket to any server, so the page's origin
 * is checked here, and nothing but subscriptions is served. Credentials come with the first message; the connection ends
 * when they do.
 */
export function serveSubscriptions(httpServer: Server, options: ServerOptions): { close(): Promise<void> } {
  const { schema, services, origins: rules, queryLimits: limits, rateLimits, authenticator, connections } = options
  const { logger } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: 1 << 20 })
  httpServer.on('upgrade', (request: IncomingMessage, socket, head) => {
    // Without a listener the error of a client that has gone would end the process.
    socket.on('error', () => socket.destroy())
    // Not parsed as a URL: there are request lines that are none, such as "//".
    const [pathname] = (request.url ?? '').split('?')
    const { origin, host } = request.headers
    if (pathname !== GRAPHQL_PATH || !isOwnHost(host, rules) || !isAllowedOrigin(origin, host, rules)) {
      socket.end(
        `HTTP/1.1 ${pathname === GRAPHQL_PATH ? '403 Forbidden' : '404 Not Found'}\r\nConnection: close\r\n\r\n`,
      )
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request))
  })
  const cleanup = useServer<Record<string, unknown>, Extra>(
    {
      schema,
      context: ({ extra }): RequestContext => createContext(randomUUID(), extra.caller!, services),
      async onConnect({ connectionParams, extra }) {
        const { request, socket } = extra
        try {
          const credentials = credentialsOfConnection(connectionParams, request.headers)
          extra.caller = await authenticator.callerOf(credentials, request)
          extra.forget = connections.add(extra.caller, (why) => socket.close(...ends[why]))
          return true
        } catch (error) {
          if (!(error instanceof AppError)) throw error
          const code = error.code === 'UNAUTHENTICATED' ? UNAUTHORIZED : TRY_AGAIN_LATER
          socket.close(code, closeReason(error))
          return false
        }
      },
      onDisconnect: ({ extra }) => extra.forget?.(),
      async onSubscribe({ extra }, _id, payload) {
        const mistakes = mistakesOf(payload, schema, limits)
        if (mistakes !== undefined) return mistakes
        return rateLimits.countRequest(extra.caller!, extra.request.socket.remoteAddress ?? '').then(
          () => undefined,
          (error: unknown) => [asGraphQLError(error)],
        )
      },
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => {
          const requestId = randomUUID()
          logUnknown(logger, error.originalError, requestId)
          return formatError(error.toJSON(), error.originalError, requestId)
        }),
      onNext: (context, _id, _payload, _args, result) => {
        if (result.errors === undefined) return undefined
        const requestId = context.extra.request.headers['x-request-id']?.toString() ?? randomUUID()
        const errors = result.errors.map((error) => {
          logUnknown(logger, error.originalError, requestId)
          return formatError(error.toJSON(), error.originalError, requestId)
        })
        return { ...result, errors: errors as unknown as GraphQLError[] }
      },
    },
    sockets,
  )
  return { close: async () => cleanup.dispose() }
}

/** 123 bytes are what a WebSocket says at its end. */
function closeReason({ code, message }: AppError): string {
  return Buffer.from(`${code}: ${message}`)
    .subarray(0, 123)
    .toString('utf8')
    .replace(/\uFFFD+$/, '')
}

function asGraphQLError(error: unknown): GraphQLError {
  if (!(error instanceof AppError)) throw error
  return new GraphQLError(error.message, { extensions: { code: error.code, ...error.details } })
}

function mistakesOf(
  { query, operationName, variables }: SubscribePayload,
  schema: GraphQLSchema,
  limits: QueryLimits,
): GraphQLError[] | undefined {
  let document: DocumentNode
  try {
    document = parse(query, parseOptionsFor(limits))
  } catch (error) {
    const excess = error instanceof GraphQLError ? tooLong(error.message) : null
    return excess === null ? undefined : [excess] // other syntax errors are told by graphql-ws itself
  }
  if (getOperationAST(document, operationName)?.operation !== 'subscription') {
    return [
      new GraphQLError('Queries and mutations go over HTTP; the WebSocket serves subscriptions.', {
        extensions: { code: 'BAD_INPUT' },
      }),
    ]
  }
  const excesses = excessesOf(limits, schema, { document, variables: variables ?? undefined, operationName })
  return excesses.length === 0 ? undefined : excesses
}
