import { bigint, index, jsonb, pgTable, text, uuid } from '../drizzle.ts'
import { batches } from './batch.ts'
import { id, time, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/** A file that its sender puts straight into storage, from the asking for an address to the batch made of it. */
export const uploads = pgTable(
  'uploads',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    /** PENDING until its completion was told; EXPIRED when nobody did in time. */
    status: text('status', { enum: ['PENDING', 'COMPLETED', 'EXPIRED'] })
      .notNull()
      .default('PENDING'),
    fileName: text('file_name').notNull(),
    /** Announced by the sender, and checked. */
    sizeBytes: bigint('size_bytes', { mode: 'number' }).notNull(),
    objectKey: text('object_key').notNull().unique(),
    /** Address of the session in which a bucket takes the bytes; null where this server takes them, and before the first. */
    session: text('session'),
    /** How the file shall be read: what a multipart upload says beside its file. */
    input: jsonb('input').notNull(),
    batchId: uuid('batch_id').references(() => batches.id),
    expiresAt: time('expires_at').notNull(),
    ...timestamps,
  },
  (table) => [index('uploads_status_expires_at_index').on(table.status, table.expiresAt)],
)
