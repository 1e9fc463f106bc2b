import GraphQLUpload from 'graphql-upload/GraphQLUpload.mjs'
import type { FileUpload } from 'graphql-upload/processRequest.mjs'
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root } from 'type-graphql'
import type { RequestContext } from '../../context.ts'
import { AppError } from '../../errors.ts'
import type { FileSigner } from '../../http/file-signer.ts'
import type { Experiment } from '../experiment/experiment.service.ts'
import { ExperimentType } from '../experiment/experiment.type.ts'
import { idempotentCall } from '../idempotency/idempotency-key.ts'
import { requireId } from '../ids.ts'
import type { Job } from '../job/job.service.ts'
import { JobType } from '../job/job.type.ts'
import { IngestEventsInput, UploadEventsInput, UploadEventsPayload } from './batch.input.ts'
import type { BatchPreviewService, FilePreview } from './batch-preview.service.ts'
import type { Batch, BatchError, BatchPayload, BatchService } from './batch.service.ts'
import { BatchType, BatchWarningType, ErrorCountType, RejectedRowType } from './batch.type.ts'
import type { ColumnMappingInput } from './column-mapping.input.ts'
import { ColumnMappingType, UploadPreviewType } from './column-mapping.type.ts'
import { type FileLimits, receivedBytes } from './received-bytes.ts'

const MAX_RECORDS = 10_000
const MAX_ERRORS = 1000

@Resolver(() => BatchType)
export class BatchResolver {
  readonly #batches: BatchService
  readonly #previews: BatchPreviewService
  readonly #files: FileSigner
  readonly #limits: FileLimits

  constructor(batches: BatchService, previews: BatchPreviewService, files: FileSigner, limits: FileLimits) {
    this.#batches = batches
    this.#previews = previews
    this.#files = files
    this.#limits = limits
  }

  @Query(() => BatchType, { nullable: true, description: 'One batch. Null only together with the error NOT_FOUND.' })
  batch(@Arg('id', () => ID, { description: 'Its id.' }) id: string): Promise<Batch> {
    return this.#batches.get(requireId('batch', id))
  }

  @Mutation(() => UploadPreviewType, {
    description:
      'Looks at a file and proposes how to read it; nothing is kept. For all formats but Parquet the first megabyte is enough.',
  })
  async previewUpload(
    @Arg('experimentId', () => ID, { nullable: true, description: 'Helps to recognise the variants.' })
    experimentId: string | null,
    @Arg('file', () => GraphQLUpload, { description: 'The file, or its beginning.' }) file: Promise<FileUpload>,
  ): Promise<FilePreview> {
    return this.#previews.preview(
      receivedBytes(await file, this.#limits),
      experimentId == null ? null : requireId('experiment', experimentId),
    )
  }

  @Mutation(() => UploadEventsPayload, {
    description:
      'Takes a file of events (CSV, TSV, Parquet, NDJSON or JSON, plain or packed). Answers when the bytes are stored; the job then reads them.',
  })
  async uploadEvents(
    @Arg('input', () => UploadEventsInput, { description: 'How to take it over.' }) input: UploadEventsInput,
    @Arg('file', () => GraphQLUpload, { description: 'The file.' }) file: Promise<FileUpload>,
    @Ctx() { caller }: RequestContext,
  ): Promise<BatchPayload> {
    const received = await file
    const request = {
      ...input,
      experimentId: requireId('experiment', input.experimentId),
      mapping: plainMapping(input.mapping),
      fileName: received.filename,
      bytes: receivedBytes(received, this.#limits),
    }
    return this.#batches.upload(request, idempotentCall(caller, 'uploadEvents', input.idempotencyKey, input))
  }

  @Mutation(() => UploadEventsPayload, { description: 'Takes records of events: a small streaming batch.' })
  ingestEvents(
    @Arg('input', () => IngestEventsInput, { description: 'The records, and how to take them over.' })
    input: IngestEventsInput,
    @Ctx() { caller }: RequestContext,
  ): Promise<BatchPayload> {
    if (input.records.length > MAX_RECORDS) {
      throw new AppError(
        'BAD_INPUT',
        `One call takes ${MAX_RECORDS} records at most, got ${input.records.length}. Use uploadEvents.`,
      )
    }
    const request = {
      ...input,
      experimentId: requireId('experiment', input.experimentId),
      mapping: plainMapping(input.mapping),
    }
    return this.#batches.ingestRecords(request, idempotentCall(caller, 'ingestEvents', input.idempotencyKey, input))
  }

  @FieldResolver(() => ExperimentType, { description: 'The experiment it belongs to.' })
  experiment(@Root() { experimentId }: Batch, @Ctx() { loaders }: RequestContext): Promise<Experiment | null> {
    return loaders.experiment.load(experimentId)
  }

  @FieldResolver(() => JobType, {
    nullable: true,
    description: 'The job that reads it. Null when it is gone from the records.',
  })
  job(@Root() { id }: Batch, @Ctx() { loaders }: RequestContext): Promise<Job | null> {
    return loaders.jobOfBatch.load(id)
  }

  @FieldResolver(() => ColumnMappingType, {
    nullable: true,
    description: 'How it is read. Null: by the event contract.',
  })
  mapping(@Root() { mapping }: Batch): ColumnMappingType | null {
    return mapping as ColumnMappingType | null
  }

  @FieldResolver(() => [RejectedRowType], {
    description: 'Its first rejected rows, with reasons. A row with several problems is listed with each.',
  })
  errors(
    @Root() { id }: Batch,
    @Arg('first', () => Int, { defaultValue: 100, description: `How many, 1 to ${MAX_ERRORS}.` }) first: number,
  ): Promise<BatchError[]> {
    if (first < 1 || first > MAX_ERRORS)
      throw new AppError('BAD_INPUT', `"first" must be from 1 to ${MAX_ERRORS}, got ${first}.`)
    return this.#batches.errors(id, first)
  }

  @FieldResolver(() => [ErrorCountType], { description: 'How often each reason occurred, the most frequent first.' })
  errorCounts(@Root() { errorCounts }: Batch): ErrorCountType[] {
    return errorCounts ?? []
  }

  @FieldResolver(() => [BatchWarningType], { description: 'What one should know about it.' })
  warnings(@Root() { warnings }: Batch): BatchWarningType[] {
    return warnings ?? []
  }

  @FieldResolver(() => String, {
    nullable: true,
    description:
      'Signed address of the list of all rejected rows (CSV). Null when no row was rejected, or a user in the file was erased.',
  })
  rejectsUrl(@Root() { rejectsKey, rawDeletedAt, originalName }: Batch): string | null {
    return rejectsKey === null || rawDeletedAt !== null
      ? null
      : this.#files.url(rejectsKey, `${originalName}.rejects.csv`)
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'Signed address of the file as it was received. Null when a user in it was erased: then it is gone.',
  })
  rawUrl(@Root() { rawKey, rawDeletedAt, originalName }: Batch): string | null {
    return rawDeletedAt !== null ? null : this.#files.url(rawKey, originalName)
  }
}

/** The mapping as the ingest knows it: times as text. */
export function plainMapping(mapping: ColumnMappingInput | null | undefined): unknown {
  return mapping == null ? null : (JSON.parse(JSON.stringify(mapping)) as unknown)
}
