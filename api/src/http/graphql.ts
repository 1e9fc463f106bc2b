import { ApolloServer } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import { GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql'
import type { RequestContext } from '../context.ts'
import { AppError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { callersMistake } from './callers-mistake.ts'
import { excessesOf, parseOptionsFor, type QueryLimits, tooLong } from './query-limits.ts'

/** GraphQL over HTTP. Errors say what the caller may know; the rest is in the log under the request's id. */
export function createApollo(schema: GraphQLSchema, limits: QueryLimits, logger: Logger): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema,
    introspection: true,
    parseOptions: parseOptionsFor(limits),
    // Uploads are simple requests to a browser; this makes them carry a header that other sites cannot set.
    csrfPrevention: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    formatError: (formatted, error) => formatError(formatted, unwrapResolverError(error), null),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      {
        requestDidStart: async () => ({
          didResolveOperation: async ({ document, request }) => {
            const { variables, operationName } = request
            const [excess] = excessesOf(limits, schema, { document, variables, operationName })
            if (excess !== undefined) throw excess
          },
          didEncounterErrors: async ({ errors, contextValue }) => {
            for (const error of errors) logUnknown(logger, error.originalError, contextValue.requestId)
          },
          willSendResponse: async ({ response, contextValue }) => {
            if (response.body.kind !== 'single') return
            for (const error of response.body.singleResult.errors ?? []) {
              Object.assign(error.extensions ?? {}, { requestId: contextValue.requestId })
            }
          },
        }),
      },
    ],
  })
}

/** An error as the caller sees it: ours with code and details, GraphQL's own as they are, all others masked. */
export function formatError(
  formatted: GraphQLFormattedError,
  cause: unknown,
  requestId: string | null,
): GraphQLFormattedError {
  const id = requestId === null ? {} : { requestId }
  const known = cause instanceof AppError ? cause : callersMistake(cause)
  if (known !== null) {
    return { ...formatted, message: known.message, extensions: { code: known.code, ...known.details, ...id } }
  }
  const parsed = tooLong(formatted.message)
  if (parsed !== null) return { ...formatted, message: parsed.message, extensions: { ...parsed.extensions, ...id } }
  const code = formatted.extensions?.code ?? 'INTERNAL'
  if (isUnknown(cause)) {
    const message = 'Something went wrong on the server. Its log has the details under the request id.'
    return { ...formatted, message, extensions: { code: 'INTERNAL', ...id } }
  }
  return { ...formatted, extensions: { ...formatted.extensions, code, ...id } }
}

/** Whether an error comes from our code without having been foreseen. GraphQL's own errors have no original. */
function isUnknown(cause: unknown): boolean {
  if (!(cause instanceof Error) || cause instanceof AppError || cause instanceof GraphQLError) return false
  return callersMistake(cause) === null
}

export function logUnknown(logger: Logger, cause: unknown, requestId: string): void {
  if (isUnknown(cause)) logger.error({ err: cause, requestId }, 'a request failed unexpectedly')
}
