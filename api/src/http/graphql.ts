import { ApolloServer, HeaderMap } from '@apollo/server'
import { unwrapResolverError } from '@apollo/server/errors'
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled'
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql'
import { workStarters } from '../auth/access.ts'
import type { RequestContext } from '../context.ts'
import { AppError, httpHeadersOf, httpStatusOf } from '../errors.ts'
import type { Logger } from '../logger.ts'
import { callersMistake } from './callers-mistake.ts'
import { excessesOf, parseOptionsFor, type QueryLimits, tooLong } from './query-limits.ts'
import type { RateLimits } from './rate-limits.ts'

/** A request over HTTP: where it comes from as well. */
export interface HttpContext extends RequestContext {
  address: string
}

/** GraphQL over HTTP. Errors say what the caller may know; the rest is in the log under the request's id. */
export function createApollo(
  schema: GraphQLSchema,
  limits: QueryLimits,
  rateLimits: RateLimits,
  logger: Logger,
): ApolloServer<HttpContext> {
  return new ApolloServer<HttpContext>({
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
          didResolveOperation: async ({ document, operation, request, contextValue: { caller, address } }) => {
            const { variables, operationName } = request
            const [excess] = excessesOf(limits, schema, { document, variables, operationName })
            if (excess !== undefined) throw excess
            await rateLimits
              .countWork(caller, address, operation === undefined ? 0 : workOf(document, operation))
              .catch(throwWithStatus)
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

/** How many pieces of work an operation begins. */
function workOf(document: DocumentNode, { operation, selectionSet }: OperationDefinitionNode): number {
  if (operation !== 'mutation') return 0
  const begun = ({ selections }: SelectionSetNode): number =>
    selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + (workStarters.has(selection.name.value) ? 1 : 0)
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + begun(selection.selectionSet)
      const fragment = document.definitions.find(
        (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
      )
      return sum + (fragment?.kind === Kind.FRAGMENT_DEFINITION ? begun(fragment.selectionSet) : 0)
    }, 0)
  return begun(selectionSet)
}

/** Before anything is executed an error may still say which status the answer has. */
function throwWithStatus(error: unknown): never {
  if (!(error instanceof AppError)) throw error
  const http = { status: httpStatusOf(error), headers: new HeaderMap(Object.entries(httpHeadersOf(error))) }
  throw new GraphQLError(error.message, { extensions: { code: error.code, ...error.details, http } })
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
  // The caller learns that it is the storage; what is the matter with it is for who runs the server.
  else if (cause instanceof AppError && cause.code === 'STORAGE_UNAVAILABLE')
    logger.error({ err: cause.cause ?? cause, requestId }, cause.message)
}
