import type { IncomingMessage, Server } from 'node:http'
import { randomUUID } from 'node:crypto'
import { type DocumentNode, GraphQLError, getOperationAST, parse, type GraphQLSchema } from 'graphql'
import type { SubscribePayload } from 'graphql-ws'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { createContext, type RequestContext } from '../context.ts'
import type { LoaderServices } from '../loaders.ts'
import type { Logger } from '../logger.ts'
import { formatError, logUnknown } from './graphql.ts'
import { isAllowedOrigin, isOwnHost, type OriginRules } from './origins.ts'
import { excessesOf, parseOptionsFor, type QueryLimits, tooLong } from './query-limits.ts'

export const GRAPHQL_PATH = '/graphql'

/**
 * Subscriptions over WebSocket (graphql-ws). Browsers let any page open a WebSocket to any server, so the page's origin
 * is checked here, and nothing but subscriptions is served.
 */
export function serveSubscriptions(
  httpServer: Server,
  schema: GraphQLSchema,
  services: LoaderServices,
  rules: OriginRules,
  limits: QueryLimits,
  logger: Logger,
): { close(): Promise<void> } {
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
  const cleanup = useServer<Record<string, unknown>, { requestId?: string }>(
    {
      schema,
      context: (): RequestContext => createContext(randomUUID(), services),
      onSubscribe: (_context, _id, payload) => mistakesOf(payload, schema, limits),
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
