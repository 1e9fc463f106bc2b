import { bigint, index, integer, pgTable, text, uuid } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/** The audit of an erased user: that it happened, when, and what it changed; never who it was. */
export const erasures = pgTable(
  'erasures',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    jobId: uuid('job_id').notNull(),
    /** SHA-256 of the user id, so that "was this user erased?" can be answered by who knows the id. */
    userHash: text('user_hash').notNull(),
    /** As the caller gave it, such as a ticket's number. */
    reason: text('reason'),
    /** Events that were removed from the newest version. */
    events: bigint('events', { mode: 'number' }).notNull(),
    /** Files that were written anew without the user, of all versions. */
    parts: integer('parts').notNull(),
    /** Raw files that held the user and were removed. */
    rawFiles: integer('raw_files').notNull(),
    /** The version that the erasure made; null when no file held the user. */
    datasetVersion: integer('dataset_version'),
    erasedAt: time('erased_at').notNull(),
    ...timestamps,
  },
  (table) => [index('erasures_experiment_id_erased_at_index').on(table.experimentId, table.erasedAt, table.id)],
)
