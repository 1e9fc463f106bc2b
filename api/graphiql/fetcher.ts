import { getOperationAST, type DocumentNode, type ExecutionResult } from 'graphql'
import { createClient, type Client } from 'graphql-ws'
import { withApiKey } from './api-key.ts'

const ENDPOINT = '/graphql'
/** How the server ends a connection without good credentials. */
const UNAUTHORIZED = 4401

export interface Operation {
  query: string
  operationName?: string | null
  variables?: Record<string, unknown>
}

interface Options {
  headers?: Record<string, unknown>
  /** The operations in the editor; not given for the question for the schema. */
  documentAST?: DocumentNode
}

/** As it comes over the wire; GraphiQL's types ask for errors with their methods, but it only prints them. */
type Result = ExecutionResult

/** Sends an operation: subscriptions over WebSocket, all else over HTTP. */
export function fetcher(
  operation: Operation,
  { headers, documentAST }: Options = {},
): Promise<Result> | AsyncIterableIterator<Result> {
  const kind = documentAST && getOperationAST(documentAST, operation.operationName)?.operation
  return kind === 'subscription' ? subscribe(operation, headers) : post(operation, headers)
}

export async function post(operation: Operation, headers: Record<string, unknown> = {}): Promise<Result> {
  const response = await fetch(ENDPOINT, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json',
      'apollo-require-preflight': '1',
      ...withApiKey(headers),
    },
    body: JSON.stringify(operation),
  }).catch(() => {
    throw new NoAnswer('The server cannot be reached. Is it still running?')
  })
  const text = await response.text()
  try {
    return JSON.parse(text) as Result
  } catch {
    throw new NoAnswer(`The server answered ${response.status} ${response.statusText}: ${text.slice(0, 500)}`)
  }
}

let client: Client | undefined
/** Who the next connection is opened by. */
let credentials: Record<string, unknown> = {}

/** Not an async generator: one that waits for its next result could not be ended by the stop button. */
function subscribe(operation: Operation, headers: Record<string, unknown> = {}): AsyncIterableIterator<Result> {
  const { authorization, 'x-api-key': apiKey } = withApiKey(headers)
  credentials = apiKey === undefined ? { authorization } : { apiKey }
  // Opens with the first subscription, closes with the last.
  client ??= createClient({
    url: new URL(ENDPOINT, location.origin.replace(/^http/, 'ws')).href,
    connectionParams: () => credentials,
  })
  const results = client.iterate(operation) as AsyncIterableIterator<Result>
  return {
    [Symbol.asyncIterator]() {
      return this
    },
    next: () => results.next().catch(failWith),
    return: async () => (await results.return?.()) ?? { done: true, value: undefined },
  }
}

/** What ends a subscription: GraphQL errors as they are, events of the connection in words. */
function failWith(error: unknown): never {
  if (Array.isArray(error)) throw error
  if (error instanceof CloseEvent && error.code === UNAUTHORIZED)
    throw new NoAnswer(`The server does not let this in. ${error.reason}`)
  const reason = error instanceof CloseEvent ? ` (${error.code} ${error.reason})` : ''
  throw new NoAnswer(`The connection for subscriptions broke${reason}. Is the server still running?`)
}

/** Shown in the result pane, where a stack would only be in the way. */
class NoAnswer extends Error {
  override readonly stack = undefined
}
