import { GraphQLDateTimeISO } from 'graphql-scalars'
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql'
import { SCOPES_LISTED } from '../api-key/api-key.type.ts'

export const ViewerKindEnum = { LOCAL: 'LOCAL', API_KEY: 'API_KEY', TOKEN: 'TOKEN' } as const
export type ViewerKind = keyof typeof ViewerKindEnum
registerEnumType(ViewerKindEnum, {
  name: 'ViewerKind',
  description: 'By what a caller is known.',
  valuesConfig: {
    LOCAL: { description: 'By nothing: the request comes from this machine, or everybody is let in.' },
    API_KEY: { description: 'By an API key.' },
    TOKEN: { description: 'By an access token (JWT) of the issuer that the server trusts.' },
  },
})

@ObjectType('Viewer', { description: 'Who sent the request, and what they may do.' })
export class ViewerType {
  @Field(() => ViewerKindEnum, { description: 'By what the caller is known.' })
  kind!: ViewerKind

  @Field(() => ID, {
    nullable: true,
    description: 'Id of the API key, or subject of the access token. Null for local callers.',
  })
  id!: string | null

  @Field(() => String, { description: 'Name of the API key, or of whom the token tells.' })
  name!: string

  @Field(() => [String], { description: `What the caller may do, those within others too. ${SCOPES_LISTED}` })
  scopes!: string[]

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When the credentials end. Null: they do not.' })
  expiresAt!: Date | null
}
