import { ApiKeysDocument, CreateApiKeyDocument, RevokeApiKeyDocument, ViewerDocument } from './_generated/graphql.ts'
import { accepted, required } from './payload.ts'
import type { CallOptions, RequestOptions } from './transport.ts'
import type { TypedDocument } from './typed-document.ts'
import type * as types from './types.ts'

/** An API key that was just made. */
export interface CreatedApiKey {
  apiKey: types.ApiKey
  /** The key as it is sent: it cannot be had again. Null when the idempotency key was given before. */
  secret: string | null
}

/** The calls about who may do what. */
export abstract class AccessCalls {
  abstract request<Result, Variables>(
    document: TypedDocument<Result, Variables>,
    variables: Variables,
    options?: RequestOptions,
  ): Promise<Result>

  /** Who this client is to the server, and which scopes it has. Throws FairliftAccessError. */
  async viewer(options?: CallOptions): Promise<types.Viewer> {
    return (await this.request(ViewerDocument, {}, options)).viewer
  }

  /** All API keys there are or were, newest first, without their secrets. Throws FairliftAccessError. */
  async apiKeys(options?: CallOptions): Promise<types.ApiKey[]> {
    return (await this.request(ApiKeysDocument, {}, options)).apiKeys
  }

  /**
   * Creates an API key. Its secret is in the answer and nowhere else, so that the call is not tried again when the answer
   * is lost. Throws FairliftUserError; FairliftAccessError.
   *
   * @example
   * const { secret } = await client.createApiKey({ name: 'Nightly upload', scopes: ['events:write'] })
   */
  async createApiKey(input: types.CreateApiKeyInput, options?: CallOptions): Promise<CreatedApiKey> {
    const { createApiKey } = await this.request(CreateApiKeyDocument, { input }, options)
    const { apiKey, secret } = accepted(createApiKey)
    return { apiKey: required(apiKey), secret }
  }

  /**
   * Ends an API key for good. Throws FairliftUserError where it is the last one that can make others; FairliftError
   * NOT_FOUND.
   */
  async revokeApiKey(id: string, options?: CallOptions): Promise<types.ApiKey> {
    const { revokeApiKey } = await this.request(RevokeApiKeyDocument, { id }, { ...options, idempotent: true })
    return required(accepted(revokeApiKey).apiKey)
  }
}
