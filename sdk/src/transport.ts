import { FairliftError, FairliftNetworkError } from './errors.ts'
import { dataOf, readAnswer, unreachable, type HttpAnswer } from './http-answer.ts'
import { operationFields, type UploadProgress } from './multipart.ts'
import type { PieceSource } from './piece-source.ts'
import { sendPieces, type SendOptions, type UploadTarget } from './resumable.ts'
import { withRetries, type RetryPolicy } from './retry.ts'
import type { TypedDocument } from './typed-document.ts'
import { sendFile, type UploadFile } from './upload.ts'

export interface CallOptions {
  /** Ends the call, which rejects with the signal's reason. What the server has done by then stays done. */
  signal?: AbortSignal
}

export interface RequestOptions extends CallOptions {
  /** Whether the operation may be run twice; then it is tried again when the network fails. Queries always may. */
  idempotent?: boolean
  /** Whether parts of the answer that the credentials have no scope for are null, in place of an error. */
  partial?: boolean
}

export interface FileRequestOptions extends RequestOptions {
  fileName?: string
  onProgress?: (progress: UploadProgress) => void
}

export interface TransportSettings {
  /** Address of the GraphQL endpoint. */
  endpoint: string
  /** Asked before each request. */
  headers: () => Promise<Record<string, string>>
  /** Null: the platform's own. */
  fetch: typeof fetch | null
  retry: RetryPolicy
}

/** GraphQL over HTTP, with files, typed errors and retries. */
export class Transport {
  readonly #settings: TransportSettings

  constructor(settings: TransportSettings) {
    this.#settings = settings
  }

  request<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    { signal, idempotent = isQuery(document.toString()), partial }: RequestOptions = {},
  ): Promise<Result> {
    const { endpoint, fetch: ownFetch } = this.#settings
    const body = JSON.stringify({ query: document.toString(), variables })
    return this.#send({ idempotent, repeatable: true, partial, signal }, async (headers) => {
      try {
        const response = await (ownFetch ?? fetch)(endpoint, {
          method: 'POST',
          headers: { ...headers, 'content-type': 'application/json' },
          body,
          signal,
        })
        return await readAnswer(response)
      } catch (error) {
        throw unreachable(endpoint, error)
      }
    })
  }

  /** Runs a mutation whose variable `file` is a file. A stream is sent once, whatever happens to it. */
  requestWithFile<Result>(
    document: TypedDocument<Result, never>,
    variables: Record<string, unknown>,
    file: UploadFile,
    { signal, idempotent = false, partial, fileName, onProgress }: FileRequestOptions = {},
  ): Promise<Result> {
    const { endpoint: url, fetch: ownFetch } = this.#settings
    const fields = operationFields(document.toString(), variables)
    const repeatable = file instanceof Blob
    return this.#send({ idempotent: idempotent && repeatable, repeatable, partial, signal }, (headers) =>
      sendFile({ url, headers, fields, file, fileName, fetch: ownFetch, signal, onProgress }),
    )
  }

  /** Sends a file to an address that the server gave for it. The address says who may, so nothing else is told. */
  async sendPieces(
    target: UploadTarget,
    source: PieceSource,
    { signal, onProgress }: Pick<SendOptions, 'signal' | 'onProgress'> = {},
  ): Promise<void> {
    const { endpoint, fetch: ownFetch, retry } = this.#settings
    const url = new URL(target.url, endpoint).href
    await sendPieces({ ...target, url }, source, { fetch: ownFetch ?? fetch, retry, signal, onProgress })
  }

  /**
   * Fetches a file from an address that the server gave for it. The address says who may, so nothing else is told.
   *
   * @throws FairliftNetworkError
   */
  async download(address: string, { signal }: CallOptions = {}): Promise<Blob> {
    const { endpoint, fetch: ownFetch, retry } = this.#settings
    const url = new URL(address, endpoint).href
    const attempt = async (): Promise<Blob> => {
      signal?.throwIfAborted()
      let answer: Response
      try {
        answer = await (ownFetch ?? fetch)(url, { signal })
        if (answer.ok) return await answer.blob()
      } catch (error) {
        signal?.throwIfAborted()
        throw unreachable(url, error)
      }
      const { status, requestId, body } = await readAnswer(answer)
      const message = `The file could not be fetched: HTTP status ${status}. ${body.slice(0, 200)}`
      throw new FairliftNetworkError(message, { status, requestId })
    }
    const isTransient = (error: unknown): boolean => error instanceof FairliftNetworkError && error.isTransient
    return withRetries(attempt, isTransient, retry, signal)
  }

  #send<Result>(
    { idempotent, repeatable, partial, signal }: SendRules,
    send: (headers: Record<string, string>) => Promise<HttpAnswer>,
  ): Promise<Result> {
    const attempt = async (): Promise<Result> => {
      signal?.throwIfAborted()
      const headers = {
        accept: 'application/json',
        // Uploads are taken only from callers that can set a header, which forms of other sites cannot.
        'apollo-require-preflight': 'true',
        ...(await this.#settings.headers()),
      }
      try {
        return dataOf<Result>(await send(headers), partial)
      } catch (error) {
        signal?.throwIfAborted()
        throw error
      }
    }
    const isTransient = (error: unknown): boolean =>
      (idempotent && error instanceof FairliftNetworkError && error.isTransient) || (repeatable && isPutOff(error))
    return withRetries(attempt, isTransient, this.#settings.retry, signal, askedPauseMs)
  }
}

interface SendRules {
  idempotent: boolean
  /** What is sent can be sent again: it is no stream. */
  repeatable: boolean
  partial: boolean | undefined
  signal: AbortSignal | undefined
}

/** Whether the server was asked at a bad moment: nothing was done, and it says when to come back. */
function isPutOff(error: unknown): boolean {
  return error instanceof FairliftError && (error.code === 'RATE_LIMITED' || error.code === 'AUTH_UNAVAILABLE')
}

function askedPauseMs(error: unknown): number | null {
  const seconds = error instanceof FairliftError ? error.details.retryAfterSeconds : null
  return typeof seconds === 'number' ? seconds * 1000 : null
}

/** Queries change nothing, so they may be sent again. */
export function isQuery(document: string): boolean {
  return /^\s*(query\b|\{)/.test(document)
}
