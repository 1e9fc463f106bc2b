import { Field, ObjectType } from 'type-graphql'

@ObjectType('UserError', { description: 'A mistake in the input that the caller can mend.' })
export class UserErrorType {
  @Field(() => String, { description: 'Machine-readable kind of the mistake: INVALID, TAKEN, NOT_FOUND or CONFLICT.' })
  code!: string

  @Field(() => [String], { description: 'Path of the input’s field that is at fault.' })
  field!: string[]

  @Field(() => String, { description: 'What is wrong, with the value, and what to do.' })
  message!: string
}
