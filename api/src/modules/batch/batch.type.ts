import { GraphQLDateTimeISO, GraphQLSafeInt } from 'graphql-scalars'
import { Field, Float, ID, Int, ObjectType, registerEnumType } from 'type-graphql'
import { connectionType } from '../connection.type.ts'
import type { Batch, BatchError } from './batch.service.ts'

export const BatchStatusEnum = {
  RECEIVED: 'RECEIVED',
  PROCESSING: 'PROCESSING',
  LANDED: 'LANDED',
  QUARANTINED: 'QUARANTINED',
  FAILED: 'FAILED',
} as const
registerEnumType(BatchStatusEnum, {
  name: 'BatchStatus',
  description: 'What has become of an upload.',
  valuesConfig: {
    RECEIVED: { description: 'Stored, and waiting to be read.' },
    PROCESSING: { description: 'Being read.' },
    LANDED: { description: 'Its good rows are in the data.' },
    QUARANTINED: { description: 'Too many of its rows are bad: nothing of it is in the data.' },
    FAILED: { description: 'The file as a whole cannot be read: nothing of it is in the data.' },
  },
})

export const FileFormatEnum = { CSV: 'CSV', TSV: 'TSV', PARQUET: 'PARQUET', NDJSON: 'NDJSON', JSON: 'JSON' } as const
registerEnumType(FileFormatEnum, {
  name: 'FileFormat',
  description: 'What a file is, by its content.',
  valuesConfig: {
    CSV: { description: 'Text with one record a line, fields separated by a character.' },
    TSV: { description: 'As CSV, fields separated by tabs.' },
    PARQUET: { description: 'Apache Parquet.' },
    NDJSON: { description: 'One JSON object a line.' },
    JSON: { description: 'An array of JSON objects.' },
  },
})

export const CompressionEnum = { NONE: 'NONE', GZIP: 'GZIP', ZSTD: 'ZSTD' } as const
registerEnumType(CompressionEnum, {
  name: 'Compression',
  description: 'How a file is packed.',
  valuesConfig: {
    NONE: { description: 'Not at all.' },
    GZIP: { description: 'With gzip.' },
    ZSTD: { description: 'With Zstandard.' },
  },
})

@ObjectType('RejectedRow', { description: 'A row that was not taken over, and why.' })
export class RejectedRowType implements Pick<BatchError, 'row' | 'column' | 'code' | 'value' | 'message'> {
  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'Number of the data row, the first after the header being 1. Null when the file as a whole is at fault.',
  })
  row!: number | null

  @Field(() => String, { nullable: true, description: 'The column at fault. Null when it is the whole row.' })
  column!: string | null

  @Field(() => String, { description: 'Machine-readable reason.' })
  code!: string

  @Field(() => String, { nullable: true, description: 'The value at fault, cut. Null when there is none.' })
  value!: string | null

  @Field(() => String, { description: 'What is wrong and what to do.' })
  message!: string
}

@ObjectType('ErrorCount', { description: 'How often a reason for rejecting a row occurred.' })
export class ErrorCountType {
  @Field(() => String, { description: 'Machine-readable reason.' })
  code!: string

  @Field(() => GraphQLSafeInt, { description: 'How many rows.' })
  count!: number
}

@ObjectType('BatchWarning', { description: 'Something about an upload that one should know.' })
export class BatchWarningType {
  @Field(() => String, { description: 'Machine-readable kind.' })
  code!: string

  @Field(() => String, { description: 'What it means.' })
  message!: string

  @Field(() => GraphQLSafeInt, { description: 'How many rows or events it is about.' })
  count!: number
}

@ObjectType('Problem', { description: 'Why something ended without success.' })
export class ProblemType {
  @Field(() => String, { description: 'Machine-readable reason.' })
  code!: string

  @Field(() => String, { description: 'What happened and what to do.' })
  message!: string
}

@ObjectType('Batch', { description: 'One upload: the bytes as received, how they were read, and what came of them.' })
export class BatchType implements Partial<Batch> {
  @Field(() => ID, { description: 'Identifies the batch.' })
  id!: string

  @Field(() => BatchStatusEnum, { description: 'What has become of it.' })
  status!: Batch['status']

  @Field(() => FileFormatEnum, { nullable: true, description: 'What the file is. Null before it was read.' })
  format!: Batch['format']

  @Field(() => CompressionEnum, { nullable: true, description: 'How the file is packed. Null before it was read.' })
  compression!: Batch['compression']

  @Field(() => String, { description: 'The file’s name as given.' })
  originalName!: string

  @Field(() => GraphQLSafeInt, { description: 'Size of the file.' })
  sizeBytes!: number

  @Field(() => String, { description: 'SHA-256 of the file, in hexadecimal.' })
  sha256!: string

  @Field(() => Float, { description: 'Share of rows that may be rejected before nothing is taken over.' })
  maxRejectRate!: number

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Data rows of the file. Null before it was read.' })
  rows!: number | null

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Rows that are good. Null before the file was read.' })
  accepted!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Rows that were rejected. Null before the file was read.',
  })
  rejected!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Events it added to the data. Null before it has landed.',
  })
  events!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Events that were there already and were not added again. Null before the file was read.',
  })
  duplicates!: number | null

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description: 'Events whose id was known with other content. Null before the file was read.',
  })
  conflicts!: number | null

  @Field(() => ProblemType, {
    nullable: true,
    description: 'Why nothing was taken over. Null when it landed or is not done.',
  })
  error!: Batch['error']

  @Field(() => Int, {
    nullable: true,
    description: 'Number of the dataset version that made it visible. Null before it has landed.',
  })
  datasetVersion!: number | null

  @Field(() => GraphQLDateTimeISO, { nullable: true, description: 'When it landed. Null before.' })
  landedAt!: Date | null

  @Field(() => GraphQLDateTimeISO, { description: 'When it was received.' })
  createdAt!: Date
}

export const BatchConnection = connectionType('Batch', 'batches', () => BatchType)
