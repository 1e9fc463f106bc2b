import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, ID, InputType, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import { UploadEventsInput } from '../batch/batch.input.ts'
import type { Batch } from '../batch/batch.service.ts'
import { BatchType } from '../batch/batch.type.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { RequestedUpload } from './upload.service.ts'

@InputType('RequestUploadInput', { description: 'A file that is going to be sent, and how to take it over.' })
export class RequestUploadInput extends UploadEventsInput {
  @Field(() => String, { description: 'Name of the file.' })
  fileName!: string

  @Field(() => GraphQLSafeInt, { description: 'Its size in bytes: just as many have to come.' })
  sizeBytes!: number
}

@InputType('CompleteUploadInput', { description: 'A file that was sent.' })
export class CompleteUploadInput {
  @Field(() => ID, { description: 'The upload, all of whose bytes were sent.' })
  uploadId!: string
}

@ObjectType('UploadHeader', { description: 'A header of a request.' })
export class UploadHeaderType {
  @Field(() => String, { description: 'Its name.' })
  name!: string

  @Field(() => String, { description: 'Its value.' })
  value!: string
}

@ObjectType('FileUpload', {
  description:
    'Where to send the bytes of a file: all at once, or piece by piece with the header Content-Range. While bytes are missing the answer is 308, and its header Range tells those that are there; GET tells the same.',
})
export class FileUploadType implements RequestedUpload {
  @Field(() => ID, { description: 'Identifies the upload when it is completed.' })
  id!: string

  @Field(() => String, { description: 'The signed address: whoever has it may send the file.' })
  url!: string

  @Field(() => String, { description: 'Method of the request: PUT.' })
  method!: 'PUT'

  @Field(() => [UploadHeaderType], { description: 'Headers that the request must have.' })
  headers!: UploadHeaderType[]

  @Field(() => GraphQLSafeInt, { description: 'Size of the file in bytes, as announced.' })
  sizeBytes!: number

  @Field(() => GraphQLDateTimeISO, { description: 'Until when the upload has to be complete.' })
  expiresAt!: Date
}

@ObjectType('RequestUploadPayload', { description: 'What came of the request for an upload.' })
export class RequestUploadPayload {
  @Field(() => FileUploadType, {
    nullable: true,
    description: 'Where to send the file. Null when there are user errors, or nothing has to be sent.',
  })
  upload!: RequestedUpload | null

  @Field(() => BatchType, {
    nullable: true,
    description: 'The batch that the idempotency key names: nothing has to be sent. Null when there is none yet.',
  })
  batch!: Batch | null

  @Field(() => JobType, { nullable: true, description: 'The job that reads that batch. Null where there is no batch.' })
  job!: Job | null

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
