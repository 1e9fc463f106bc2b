import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  sql,
  text,
  uniqueIndex,
  uuid,
} from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/**
 * What a caller sees of background work. The queue (pg-boss) holds the lease and the retries; this row holds progress,
 * stage and outcome. Every change is announced by NOTIFY (see the migration), so any process can follow any job.
 */
export const jobs = pgTable(
  'jobs',
  {
    id: id(),
    kind: text('kind', {
      enum: [
        'INGEST_BATCH',
        'RUN_ANALYSIS',
        'VERIFY_ANALYSIS',
        'CALIBRATE_EXPERIMENT',
        'TRAIN_MODEL',
        'COPY_EVENTS',
        'COMPACT_DATASET',
        'ERASE_USER',
      ],
    }).notNull(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    status: text('status', { enum: ['QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED'] })
      .notNull()
      .default('QUEUED'),
    /** What is being done now, for people. */
    stage: text('stage'),
    /** 0 to 1. */
    progress: doublePrecision('progress').notNull().default(0),
    /** How far reading a file has come; null for other work. */
    rowsRead: bigint('rows_read', { mode: 'number' }),
    bytesRead: bigint('bytes_read', { mode: 'number' }),
    bytesTotal: bigint('bytes_total', { mode: 'number' }),
    attempts: integer('attempts').notNull().default(0),
    cancelRequested: boolean('cancel_requested').notNull().default(false),
    input: jsonb('input').notNull(),
    /** What the job made: a batch, an analysis, a calibration or a model. */
    batchId: uuid('batch_id'),
    analysisId: uuid('analysis_id'),
    calibrationId: uuid('calibration_id'),
    modelId: uuid('model_id'),
    error: jsonb('error').$type<{ code: string; message: string }>(),
    /** Asked for by nobody but the experiment's autoRun: a later one may take its place while it waits. */
    autoRun: boolean('auto_run').notNull().default(false),
    /** Names what is done, such as a question by its hash; the keys that callers give are in `idempotency_keys`. */
    idempotencyKey: text('idempotency_key'),
    startedAt: time('started_at'),
    finishedAt: time('finished_at'),
    ...timestamps,
  },
  (table) => [
    index('jobs_experiment_id_created_at_index').on(table.experimentId, table.createdAt, table.id),
    index('jobs_created_at_index').on(table.createdAt, table.id),
    index('jobs_batch_id_index').on(table.batchId),
    index('jobs_model_id_index').on(table.modelId),
    // What waits or runs is little, however long the list has grown.
    index('jobs_live_index')
      .on(table.kind, table.experimentId)
      .where(sql`status in ('QUEUED', 'RUNNING')`),
    // A key names one piece of work for as long as it is not given up.
    uniqueIndex('jobs_idempotency_key_unique')
      .on(table.experimentId, table.kind, table.idempotencyKey)
      .where(sql`status in ('QUEUED', 'RUNNING', 'SUCCEEDED')`),
  ],
)
