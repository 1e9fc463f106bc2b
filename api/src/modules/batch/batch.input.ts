import { GraphQLJSONObject } from 'graphql-scalars'
import { Field, Float, ID, InputType, ObjectType } from 'type-graphql'
import type { UserError } from '../../errors.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { UserErrorType } from '../user-error.type.ts'
import type { Batch } from './batch.service.ts'
import { BatchType } from './batch.type.ts'
import { ColumnMappingInput } from './column-mapping.input.ts'

@InputType()
class IngestInput {
  @Field(() => ID, { description: 'The experiment that the events belong to.' })
  experimentId!: string

  @Field(() => ColumnMappingInput, {
    nullable: true,
    description: 'How the columns become events. Leave it out for data that follow the event contract.',
  })
  mapping?: ColumnMappingInput | null

  @Field(() => String, { nullable: true, description: 'Uses the mapping that was saved under this name.' })
  mappingName?: string | null

  @Field(() => Float, {
    nullable: true,
    description:
      'Share of rows that may be rejected, 0 to 1; beyond it nothing is taken over. By default MAX_REJECT_RATE.',
  })
  maxRejectRate?: number | null

  @Field(() => String, {
    nullable: true,
    description:
      'The same key with the same input and content answers with the same batch; with others with a CONFLICT. Keys are the caller’s own, and kept for 30 days.',
  })
  idempotencyKey?: string | null
}

@InputType('UploadEventsInput', { description: 'How to take over a file.' })
export class UploadEventsInput extends IngestInput {
  @Field(() => String, { nullable: true, description: 'Saves the mapping under this name, to be used again.' })
  saveMappingAs?: string | null
}

@InputType('IngestEventsInput', { description: 'Records to take over, as a small streaming batch.' })
export class IngestEventsInput extends IngestInput {
  @Field(() => [GraphQLJSONObject], {
    description: 'The records: objects with the fields of the event contract, 10,000 at most.',
  })
  records!: Record<string, unknown>[]
}

@ObjectType('UploadEventsPayload', { description: 'What came of an upload.' })
export class UploadEventsPayload {
  @Field(() => BatchType, { nullable: true, description: 'The batch. Null when there are user errors.' })
  batch!: Batch | null

  @Field(() => JobType, {
    nullable: true,
    description: 'The job that reads the file. Null when there are user errors.',
  })
  job!: Job | null

  @Field(() => Boolean, {
    description:
      'Whether the same content was there already: nothing is taken twice. It is read again where its job had failed or was cancelled.',
  })
  reused!: boolean

  @Field(() => [UserErrorType], { description: 'Mistakes in the input; empty when all went well.' })
  userErrors!: UserError[]
}
