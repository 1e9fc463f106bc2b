import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { ApiKey, ApiKeyService, CreateApiKeyPayload, RevokeApiKeyPayload } from './api-key.service.ts'
import { ApiKeyType, CreateApiKeyInput, CreateApiKeyPayloadType, RevokeApiKeyPayloadType } from './api-key.type.ts'

@Resolver(() => ApiKeyType)
export class ApiKeyResolver {
  readonly #apiKeys: ApiKeyService

  constructor(apiKeys: ApiKeyService) {
    this.#apiKeys = apiKeys
  }

  @Query(() => [ApiKeyType], {
    description: 'All API keys there are or were, the newest first; those that were revoked too.',
  })
  apiKeys(): Promise<ApiKey[]> {
    return this.#apiKeys.list()
  }

  @Mutation(() => CreateApiKeyPayloadType, { description: 'Creates an API key. Its secret is shown once.' })
  createApiKey(
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<CreateApiKeyPayload> {
    return this.#apiKeys.create(input, idempotentCall(caller, 'createApiKey', input.idempotencyKey, input))
  }

  @Mutation(() => RevokeApiKeyPayloadType, {
    description:
      'Ends an API key, for good. Requests with it are refused from then on (by other API processes within seconds), and its open subscriptions end within a minute.',
  })
  revokeApiKey(@Arg('id', () => ID, { description: 'The key.' }) id: string): Promise<RevokeApiKeyPayload> {
    return this.#apiKeys.revoke(requireId('API key', id))
  }
}
