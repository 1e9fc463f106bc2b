import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql'
import { connectionType } from '../connection.type.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'

@InputType('EraseUserInput', { description: 'Whom to erase, and where.' })
export class EraseUserInput {
  @Field(() => String, { description: 'The user, as the files call them. Spaces around it do not count.' })
  userId!: string

  @Field(() => ID, { nullable: true, description: 'The experiment. By default all that were ever sent anything.' })
  experimentId?: string | null

  @Field(() => String, {
    nullable: true,
    description: 'Why, such as the number of a ticket. It is kept and must not name the user. By default none.',
  })
  reason?: string | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input answers with the same jobs, until one fails or is cancelled; with another input with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@ObjectType('EraseUserPayload', { description: 'What came of asking to erase a user.' })
export class EraseUserPayloadType {
  @Field(() => [JobType], { description: 'A job for each experiment.' })
  jobs!: Job[]

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; then nothing was begun.' })
  userErrors!: UserErrorType[]
}

@ObjectType('Erasure', { description: 'That a user was erased, and what it changed; not who it was.' })
export class ErasureType {
  @Field(() => ID, { description: 'Identifies the erasure.' })
  id!: string

  @Field(() => String, {
    description: 'SHA-256 of the user’s id, in hexadecimal: who knows the id can tell that it was this user.',
  })
  userHash!: string

  @Field(() => String, { nullable: true, description: 'Why, as it was given. Null when it was not.' })
  reason!: string | null

  @Field(() => GraphQLSafeInt, { description: 'Events that the newest version lost.' })
  events!: number

  @Field(() => Int, { description: 'Files of all versions that were written anew without the user.' })
  parts!: number

  @Field(() => Int, { description: 'Uploaded files that were removed because they held the user.' })
  rawFiles!: number

  @Field(() => Int, {
    nullable: true,
    description: 'Number of the version that the erasure made. Null when the data did not hold the user.',
  })
  datasetVersion!: number | null

  @Field(() => GraphQLDateTimeISO, { description: 'When it was done.' })
  erasedAt!: Date
}

export const ErasureConnection = connectionType('Erasure', 'erasures', () => ErasureType)
