import { randomUUID } from 'node:crypto'
import { fastifyApolloHandler } from '@as-integrations/fastify'
import Fastify, { LogController, type FastifyError, type FastifyInstance } from 'fastify'
import type { GraphQLSchema } from 'graphql'
import type { Authenticator } from '../auth/authenticator.ts'
import type { OpenConnections } from '../auth/open-connections.ts'
import { createContext } from '../context.ts'
import { AppError, httpHeadersOf, httpStatusOf } from '../errors.ts'
import type { LoaderServices } from '../loaders.ts'
import type { Logger } from '../logger.ts'
import type { LocalUploads } from '../storage/local-uploads.ts'
import type { FileMaker } from '../storage/files-on-demand.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { authenticate } from './authentication.ts'
import type { FileSigner } from './file-signer.ts'
import { registerFiles } from './files.ts'
import { createApollo, logUnknown } from './graphql.ts'
import { registerOrigins, type OriginRules } from './origins.ts'
import { graphiqlPage, registerPages, wantsGraphiql } from './pages.ts'
import type { QueryLimits } from './query-limits.ts'
import type { RateLimits } from './rate-limits.ts'
import { GRAPHQL_PATH, serveSubscriptions } from './subscriptions.ts'
import { registerSignedUploads } from './signed-uploads.ts'
import { registerUploads } from './uploads.ts'

export interface ServerOptions {
  schema: GraphQLSchema
  services: LoaderServices
  store: ObjectStore
  /** Takes the bytes of uploads; null where they do not come to this server. */
  directUploads: LocalUploads | null
  /** Where pages send large files, if not to this server. */
  uploadOrigin: string | null
  /** Makes files at first demand. */
  makers: FileMaker[]
  signer: FileSigner
  origins: OriginRules
  maxBodyBytes: number
  maxMultipartBytes: number
  queryLimits: QueryLimits
  rateLimits: RateLimits
  authenticator: Authenticator
  /** Ends subscriptions when the credentials that opened them do. */
  connections: OpenConnections
  /** Rejects when the database does not answer. */
  isReady: () => Promise<unknown>
  logger: Logger
}

export interface HttpServer {
  /** Begins to serve; returns the port. */
  listen(host: string, port: number): Promise<number>
  /** Ends what is under way and stops serving. */
  close(): Promise<void>
}

/** Everything that is served over HTTP: GraphQL with uploads and subscriptions, GraphiQL, the UI, files and health. */
export async function createServer(options: ServerOptions): Promise<HttpServer> {
  const { schema, services, logger, origins, authenticator, rateLimits } = options
  const server = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: options.maxBodyBytes,
    // Uploads may take long; what must not is sending the headers.
    requestTimeout: 0,
    forceCloseConnections: true,
  }) as unknown as FastifyInstance
  server.addHook('onSend', async (request, reply) => void reply.header('x-request-id', request.id))
  server.setErrorHandler((error: FastifyError, request, reply) => {
    const status = error instanceof AppError ? httpStatusOf(error) : (error.statusCode ?? 500)
    if (error instanceof AppError) {
      const { code, message, details } = error
      logUnknown(logger, error, request.id)
      const extensions = { code, ...details, requestId: request.id }
      return reply
        .code(status)
        .headers(httpHeadersOf(error))
        .send({ errors: [{ message, extensions }] })
    }
    if (status >= 500) logger.error({ err: error, requestId: request.id }, 'a request failed unexpectedly')
    const message =
      status >= 500
        ? 'Something went wrong on the server. Its log has the details under the request id.'
        : error.message
    const code = status >= 500 ? 'INTERNAL' : 'BAD_INPUT'
    return reply.code(status).send({ errors: [{ message, extensions: { code, requestId: request.id } }] })
  })
  await registerOrigins(server, origins)
  registerUploads(server, options.maxMultipartBytes)
  registerHealth(server, options.isReady)
  registerFiles(server, options.store, options.signer, options.makers)
  if (options.directUploads !== null) registerSignedUploads(server, options.directUploads, options.signer, logger)
  await registerPages(server, options.uploadOrigin)

  const apollo = createApollo(schema, options.queryLimits, rateLimits, logger)
  await apollo.start()
  const handle = fastifyApolloHandler(apollo, {
    context: async ({ id, caller, protocol, host, ip, headers }) => ({
      ...createContext(id, caller!, services, `${protocol}://${host}`, headers.origin ?? null),
      address: ip,
    }),
  })
  server.route({
    url: GRAPHQL_PATH,
    method: ['GET', 'POST', 'OPTIONS'],
    onRequest: authenticate(authenticator, rateLimits),
    async handler(request, reply) {
      if (request.method === 'GET' && wantsGraphiql(request.headers.accept)) {
        return reply
          .header('cache-control', 'no-cache')
          .sendFile(graphiqlPage.file, graphiqlPage.folder, { cacheControl: false })
      }
      return handle.call(server, request as never, reply as never)
    },
  })
  await server.ready()
  const subscriptions = serveSubscriptions(server.server, options)
  return {
    async listen(host, port) {
      await server.listen({ host, port })
      const address = server.server.address()
      return typeof address === 'object' && address !== null ? address.port : port
    },
    async close() {
      await subscriptions.close()
      await server.close()
      await apollo.stop()
    },
  }
}

function registerHealth(server: FastifyInstance, isReady: () => Promise<unknown>): void {
  server.get('/livez', async () => ({ status: 'ok' }))
  server.get('/readyz', async (_request, reply) => {
    const database = await isReady().then(
      () => true,
      () => false,
    )
    return reply.code(database ? 200 : 503).send({ status: database ? 'ok' : 'unavailable', database })
  })
}
