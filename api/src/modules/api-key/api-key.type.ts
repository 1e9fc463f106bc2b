import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import { allScopes, scopeMeanings } from '../../auth/scopes.ts'
import type { UserError } from '../../errors.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { ApiKey } from './api-key.service.ts'

/** What the scopes are, for descriptions. */
export const SCOPES_LISTED = allScopes.map((scope) => `\`${scope}\`: ${scopeMeanings[scope]}`).join(' ')

@ObjectType('ApiKey', { description: 'A key by which a program, or a person, is known. Never the secret itself.' })
export class ApiKeyType implements Pick<ApiKey, 'id' | 'name' | 'prefix' | 'scopes'> {
  @Field(() => ID, { description: 'Identifies the key.' })
  id!: string

  @Field(() => String, { description: 'What it is for.' })
  name!: string

  @Field(() => String, { description: 'How the secret begins, such as `fl_live_ab12cd34`: to recognise it by.' })
  prefix!: string

  @Field(() => [String], { description: `What it allows. ${SCOPES_LISTED}` })
  scopes!: string[]

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it ends. Null: it does not.' })
  expiresAt!: Date | null

  @Field(() => GraphQLDateTimeISO, {
    nullable: true,
    description: 'When it was used last, to the minute. Null: never.',
  })
  lastUsedAt!: Date | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was revoked. Null: it was not.' })
  revokedAt!: Date | null

  @Field(() => GraphQLDateTimeISO, { description: 'When it was created.' })
  createdAt!: Date
}

@InputType('CreateApiKeyInput', { description: 'A new API key.' })
export class CreateApiKeyInput {
  @Field(() => String, { description: 'What it is for, such as the program that has it: 1 to 100 characters.' })
  name!: string

  @Field(() => [String], { description: `What it allows; one at least. ${SCOPES_LISTED}` })
  scopes!: string[]

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it ends. By default never.' })
  expiresAt?: Date | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same API key, but not with its secret; with another input with a CONFLICT.',
  })
  idempotencyKey?: string | null
}

@ObjectType('CreateApiKeyPayload', { description: 'What came of creating an API key.' })
export class CreateApiKeyPayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key. Null when there are user errors.' })
  apiKey!: ApiKey | null

  @Field(() => String, {
    nullable: true,
    description:
      'The key as it is sent: shown here and never again. Null when there are user errors, or the idempotency key was given before.',
  })
  secret!: string | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}

@ObjectType('RevokeApiKeyPayload', { description: 'What came of revoking an API key.' })
export class RevokeApiKeyPayloadType {
  @Field(() => ApiKeyType, { nullable: true, description: 'The key. Null when there are user errors.' })
  apiKey!: ApiKey | null

  @Field(() => [UserErrorType], {
    description: 'Why it was not revoked: CONFLICT where it is the last one that can make others.',
  })
  userErrors!: UserError[]
}
