import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql'
import { ProblemType } from '../batch/batch.type.ts'
import { connectionType } from '../connection.type.ts'
import type { Job, JobKind, JobStatus } from './job.service.ts'

export const JobKindEnum = {
  INGEST_BATCH: 'INGEST_BATCH',
  RUN_ANALYSIS: 'RUN_ANALYSIS',
  VERIFY_ANALYSIS: 'VERIFY_ANALYSIS',
  COPY_EVENTS: 'COPY_EVENTS',
  COMPACT_DATASET: 'COMPACT_DATASET',
  ERASE_USER: 'ERASE_USER',
  CALIBRATE_EXPERIMENT: 'CALIBRATE_EXPERIMENT',
  TRAIN_MODEL: 'TRAIN_MODEL',
} as const
registerEnumType(JobKindEnum, {
  name: 'JobKind',
  description: 'What a job does.',
  valuesConfig: {
    INGEST_BATCH: { description: 'Reads an uploaded file.' },
    RUN_ANALYSIS: { description: 'Computes an analysis.' },
    VERIFY_ANALYSIS: { description: 'Computes an analysis again from the data, to compare.' },
    COPY_EVENTS: { description: 'Copies landed events to where single users are looked at.' },
    COMPACT_DATASET: { description: 'Merges small files of the dataset; no event changes.' },
    ERASE_USER: { description: 'Removes a user from all files and versions.' },
    CALIBRATE_EXPERIMENT: { description: 'Checks the methods on the experiment’s own users.' },
    TRAIN_MODEL: { description: 'Trains a model of a target.' },
  },
})

export const JobStatusEnum = {
  QUEUED: 'QUEUED',
  RUNNING: 'RUNNING',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
} as const
registerEnumType(JobStatusEnum, {
  name: 'JobStatus',
  description: 'Where a job is. The last three are final.',
  valuesConfig: {
    QUEUED: { description: 'Waits for a worker, for the first time or after an attempt that came to nothing.' },
    RUNNING: { description: 'Is being worked on.' },
    SUCCEEDED: { description: 'Done.' },
    FAILED: { description: 'Ended without success; the error says why.' },
    CANCELLED: { description: 'Ended on request.' },
  },
})

@ObjectType('Job', { description: 'A piece of work in the background.' })
export class JobType implements Partial<Job> {
  @Field(() => ID, { description: 'Identifies the job.' })
  id!: string

  @Field(() => JobKindEnum, { description: 'What it does.' })
  kind!: JobKind

  @Field(() => JobStatusEnum, { description: 'Where it is.' })
  status!: JobStatus

  @Field(() => Float, { description: 'How far it is, 0 to 1.' })
  progress!: number

  @Field(() => String, { nullable: true, description: 'What is being done now. Null when nothing is.' })
  stage!: string | null

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Rows read so far. Null where no file is read.' })
  rowsRead!: number | null

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Bytes of the file read so far. Null where no file is.' })
  bytesRead!: number | null

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Size of the file being read. Null where no file is.' })
  bytesTotal!: number | null

  @Field(() => Int, { description: 'How often it was begun.' })
  attempts!: number

  @Field(() => ProblemType, {
    nullable: true,
    description: 'Why it ended without success, or why the last attempt did. Null when nothing went wrong.',
  })
  error!: Job['error']

  @Field(() => GraphQLDateTimeISO, { description: 'When it was asked for.' })
  createdAt!: Date

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it was begun first. Null before.' })
  startedAt!: Date | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it ended. Null before.' })
  finishedAt!: Date | null
}

export const JobConnection = connectionType('Job', 'jobs', () => JobType)

@InputType('JobFilter', { description: 'Which jobs to list.' })
export class JobFilterInput {
  @Field(() => ID, { nullable: true, description: 'Of this experiment. By default of all.' })
  experimentId?: string | null

  @Field(() => [JobKindEnum], { nullable: true, description: 'Any of these. By default all.' })
  kind?: JobKind[] | null

  @Field(() => [JobStatusEnum], { nullable: true, description: 'Any of these. By default all.' })
  status?: JobStatus[] | null
}

@ObjectType('CancelJobPayload', { description: 'What came of cancelling a job.' })
export class CancelJobPayload {
  @Field(() => JobType, { description: 'The job. One that runs ends soon after; one that has ended stays as it is.' })
  job!: Job
}
