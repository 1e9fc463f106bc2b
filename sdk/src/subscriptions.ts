import { createClient, type Client } from 'graphql-ws/client'
import {
  errorOfAnswer,
  FairliftAccessError,
  FairliftError,
  FairliftNetworkError,
  type GraphQLErrorShape,
  isMissingPart,
} from './errors.ts'
import { backoffMs, delay, type RetryPolicy } from './retry.ts'
import type { CallOptions } from './transport.ts'
import type { TypedDocument } from './typed-document.ts'

/** A connection on which nothing was heard for so long is asked whether it lives. */
const PING_AFTER_MS = 10_000
/** And it is given up when no answer comes for so long. */
const PONG_WITHIN_MS = 5_000

/** How the server ends a connection whose credentials are not, or no longer, good. */
const UNAUTHORIZED = 4401

export interface SubscriptionsSettings {
  /** Address of the WebSocket endpoint. */
  endpoint: string
  /** What tells the server who one is; asked for each connection. */
  connectionParams: () => Promise<Record<string, string>>
  /** Null: the platform's own. */
  webSocketImpl: unknown
  retry: RetryPolicy
}

/**
 * Subscriptions over one WebSocket, which is open only while there is one. A lost connection is opened again and all
 * subscriptions are begun again: the server then sends the present state.
 */
export class Subscriptions {
  readonly #settings: SubscriptionsSettings
  readonly #closing = new AbortController()
  #client: Client | null = null

  constructor(settings: SubscriptionsSettings) {
    this.#settings = settings
  }

  /**
   * What a subscription sends, until the server ends it.
   *
   * @throws FairliftError of the server; FairliftNetworkError when the connection cannot be had again; CLOSED; the
   *   signal's reason
   */
  async *subscribe<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    { signal }: CallOptions = {},
  ): AsyncGenerator<Result, void, undefined> {
    const inbox = new Inbox<Result>()
    const onAbort = (): void => inbox.end({ error: signal?.reason })
    const onClose = (): void => inbox.end({ error: new FairliftError('CLOSED', 'The client was closed.') })
    if (signal?.aborted) onAbort()
    if (this.#closing.signal.aborted) onClose()
    signal?.addEventListener('abort', onAbort)
    this.#closing.signal.addEventListener('abort', onClose)
    const unsubscribe = inbox.hasEnded ? null : this.#begin(document.toString(), variables, inbox)
    try {
      yield* inbox.read()
    } finally {
      unsubscribe?.()
      signal?.removeEventListener('abort', onAbort)
      this.#closing.signal.removeEventListener('abort', onClose)
    }
  }

  #begin<Result>(query: string, variables: unknown, inbox: Inbox<Result>): () => void {
    // Made when it is first needed: without WebSocket everything else works.
    this.#client ??= this.#createClient()
    return this.#client.subscribe<Result>(
      { query, variables: variables as Record<string, unknown> },
      {
        next: ({ data, errors = [] }) => {
          // What the credentials have no scope for is null.
          const told = data == null ? errors : errors.filter((error) => !isMissingPart(error))
          if (told.length === 0) inbox.put(data!)
          else inbox.end({ error: errorOfAnswer(told) })
        },
        error: (error) => inbox.end({ error: errorOf(error, this.#settings.endpoint) }),
        complete: () => inbox.end({}),
      },
    )
  }

  /** Ends all subscriptions, for good. */
  close(): void {
    this.#closing.abort()
    // It waits for a connection that is being made, which may fail.
    void Promise.resolve(this.#client?.dispose()).catch(() => undefined)
  }

  #createClient(): Client {
    const { endpoint, connectionParams, webSocketImpl, retry } = this.#settings
    let pongTimer: ReturnType<typeof setTimeout> | undefined
    try {
      const client = createClient({
        url: endpoint,
        connectionParams,
        webSocketImpl: webSocketImpl ?? undefined,
        retryAttempts: retry.reconnects,
        retryWait: (retries) => delay(backoffMs(retries, retry), this.#closing.signal).catch(() => undefined),
        // Node tells of a refused connection by an error, browsers by closing it: both may pass.
        shouldRetry: () => true,
        keepAlive: PING_AFTER_MS,
        on: {
          ping: (isFromServer) => {
            if (!isFromServer) pongTimer = setTimeout(() => client.terminate(), PONG_WITHIN_MS)
          },
          pong: (isFromServer) => {
            if (isFromServer) clearTimeout(pongTimer)
          },
          closed: () => clearTimeout(pongTimer),
        },
      })
      return client
    } catch (cause) {
      throw new FairliftError(
        'NO_WEBSOCKET',
        'This platform has no WebSocket. Pass one to createClient as webSocketImpl, such as that of the package "ws".',
        { cause },
      )
    }
  }
}

/** Messages on their way from a callback to a loop. */
class Inbox<Message> {
  readonly #messages: Message[] = []
  #end: { error?: unknown } | null = null
  #wake = (): void => undefined

  get hasEnded(): boolean {
    return this.#end !== null
  }

  put(message: Message): void {
    this.#messages.push(message)
    this.#wake()
  }

  end(how: { error?: unknown }): void {
    this.#end ??= how
    this.#wake()
  }

  async *read(): AsyncGenerator<Message, void, undefined> {
    for (;;) {
      while (this.#messages.length > 0) yield this.#messages.shift()!
      if (this.#end !== null) {
        if ('error' in this.#end) throw this.#end.error
        return
      }
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}

/** What graphql-ws ends a subscription with: the server's errors, or how the connection was lost. */
function errorOf(error: unknown, endpoint: string): FairliftError {
  if (Array.isArray(error)) return errorOfAnswer(error as GraphQLErrorShape[])
  const { code, reason, message } = error as { code?: number; reason?: string; message?: string }
  if (code === UNAUTHORIZED) {
    const why = reason?.replace(/^[A-Z_]+: /, '') || 'The server does not know who this is.'
    return new FairliftAccessError('UNAUTHENTICATED', why, { cause: error })
  }
  const why = [code, reason || message].filter(Boolean).join(' ') || 'the connection was refused'
  return new FairliftNetworkError(`The WebSocket to ${endpoint} was lost: ${why}.`, { cause: error })
}
