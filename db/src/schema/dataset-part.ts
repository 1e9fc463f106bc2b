import { bigint, index, integer, pgTable, text, uuid } from '../drizzle.ts'
import { batches } from './batch.ts'
import { id, time, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/**
 * One immutable Parquet file of curated events. A version holds the parts with
 * `added_in <= number` and (`removed_in` is null or `removed_in > number`): a version costs one row however many parts
 * it has, so a batch a minute for a month stays cheap.
 */
export const datasetParts = pgTable(
  'dataset_parts',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    /** The batch whose events these are; null when several batches' parts were merged. */
    batchId: uuid('batch_id').references(() => batches.id),
    addedIn: integer('added_in').notNull(),
    removedIn: integer('removed_in'),
    /** Where the file is in object storage. */
    objectKey: text('object_key').notNull().unique(),
    /** Where the keys of its events are in object storage, one a row in the rows' order; null in parts that hold them. */
    keysObjectKey: text('keys_object_key').unique(),
    rows: bigint('rows', { mode: 'number' }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    sha256: text('sha256').notNull(),
    minTime: time('min_time').notNull(),
    maxTime: time('max_time').notNull(),
    /** Range of the 64-bit unit hashes, as decimal text: JavaScript numbers cannot hold them. */
    minUnit: text('min_unit').notNull(),
    maxUnit: text('max_unit').notNull(),
    /** How the events' keys were computed; parts with other keys than today's have them computed again when compared. */
    keyVersion: text('key_version').notNull(),
    eventTypes: text('event_types').array().notNull(),
    attributes: text('attributes').array().notNull(),
    /** When its events were copied to the table `events`; null when none of them is there. */
    copiedAt: time('copied_at'),
    /** How many of its rows, from the first on, were copied: less than all where EVENTS_TABLE sets a maximum. */
    copiedRows: bigint('copied_rows', { mode: 'number' }).notNull().default(0),
    /**
     * The part of the newest version that holds its events now, where it left without any of them: merged with others.
     * Then what was copied of it stays in `events`. Null while it is in the newest version, and when events left with it.
     */
    continuedIn: uuid('continued_in'),
    ...timestamps,
  },
  (table) => [index('dataset_parts_experiment_id_added_in_index').on(table.experimentId, table.addedIn)],
)
