import { bigint, doublePrecision, index, integer, jsonb, pgTable, sql, text, uniqueIndex, uuid } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/** One upload: the raw bytes as received, how they were read, and what came of them. */
export const batches = pgTable(
  'batches',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    /** LANDED: visible. QUARANTINED: too many bad rows. FAILED: the file as a whole could not be read. */
    status: text('status', { enum: ['RECEIVED', 'PROCESSING', 'LANDED', 'QUARANTINED', 'FAILED'] })
      .notNull()
      .default('RECEIVED'),
    source: text('source', { enum: ['UPLOAD', 'RECORDS'] }).notNull(),
    format: text('format', { enum: ['CSV', 'TSV', 'PARQUET', 'NDJSON', 'JSON'] }),
    compression: text('compression', { enum: ['NONE', 'GZIP', 'ZSTD'] }),
    originalName: text('original_name').notNull(),
    rawKey: text('raw_key').notNull(),
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    /** The column mapping as given, or null for files that follow the event contract. */
    mapping: jsonb('mapping'),
    /** Hash of the mapping, so that the same bytes read another way are another batch. */
    mappingHash: text('mapping_hash').notNull(),
    maxRejectRate: doublePrecision('max_reject_rate').notNull(),
    /** Data rows read from the file. */
    rows: bigint('rows', { mode: 'number' }),
    /** Rows whose events were taken over. */
    accepted: bigint('accepted', { mode: 'number' }),
    rejected: bigint('rejected', { mode: 'number' }),
    /** Events that landed; a wide row can make several. */
    events: bigint('events', { mode: 'number' }),
    /** Events that were there already and were dropped. */
    duplicates: bigint('duplicates', { mode: 'number' }),
    /** Events with a known event_id but other content. */
    conflicts: bigint('conflicts', { mode: 'number' }),
    errorCounts: jsonb('error_counts').$type<{ code: string; count: number }[]>(),
    warnings: jsonb('warnings').$type<{ code: string; message: string; count: number }[]>(),
    /** Why the batch as a whole was refused. */
    error: jsonb('error').$type<{ code: string; message: string }>(),
    rejectsKey: text('rejects_key'),
    /** When the raw file and its list of rejected rows were removed, because a user in them was erased. */
    rawDeletedAt: time('raw_deleted_at'),
    /** The dataset version that made the batch visible. */
    datasetVersion: integer('dataset_version'),
    landedAt: time('landed_at'),
    ...timestamps,
  },
  (table) => [
    index('batches_experiment_id_created_at_index').on(table.experimentId, table.createdAt, table.id),
    // The same bytes read the same way are the same batch, unless the first try came to nothing.
    uniqueIndex('batches_content_unique')
      .on(table.experimentId, table.sha256, table.mappingHash)
      .where(sql`status in ('RECEIVED', 'PROCESSING', 'LANDED')`),
  ],
)

/** Column mappings that were given a name, to be used again. */
export const columnMappings = pgTable('column_mappings', {
  id: id(),
  name: text('name').notNull().unique(),
  mapping: jsonb('mapping').notNull(),
  ...timestamps,
})

/** The first rejected rows of a batch, with reasons; the full list is the file at `batches.rejects_key`. */
export const batchErrors = pgTable(
  'batch_errors',
  {
    id: id(),
    batchId: uuid('batch_id')
      .notNull()
      .references(() => batches.id, { onDelete: 'cascade' }),
    /** Number of the data row, the first after the header being 1; null when the file as a whole is at fault. */
    row: bigint('row', { mode: 'number' }),
    column: text('column_name'),
    code: text('code').notNull(),
    /** The value at fault, cut. */
    value: text('value'),
    message: text('message').notNull(),
    position: integer('position').notNull(),
    ...timestamps,
  },
  (table) => [uniqueIndex('batch_errors_batch_id_position_unique').on(table.batchId, table.position)],
)
