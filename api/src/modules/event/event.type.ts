import { GraphQLDateTimeISO, GraphQLJSONObject, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, ObjectType } from 'type-graphql'
import { connectionType } from '../connection.type.ts'

@ObjectType('Event', { description: 'Something that a user did or was shown, as it was taken over.' })
export class EventType {
  @Field(() => ID, { description: 'Tells it from the others of the list. It may have another one after an upload.' })
  id!: string

  @Field(() => String, { description: 'The user, as the file calls them.' })
  userId!: string

  @Field(() => String, { description: 'What happened; `exposure` says that the user was shown the variant.' })
  type!: string

  @Field(() => Float, { nullable: true, description: 'Its value. Null when it has none.' })
  value!: number | null

  @Field(() => GraphQLDateTimeISO, { description: 'When it happened.' })
  timestamp!: Date

  @Field(() => GraphQLJSONObject, { description: 'Its attributes as texts; those that it does not have are left out.' })
  attributes!: Record<string, string>

  @Field(() => GraphQLSafeInt, { description: 'Number of its data row in the uploaded file, from 1.' })
  row!: number
}

export const EventConnection = connectionType('Event', 'events', () => EventType)
