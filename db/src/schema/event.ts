import { bigint, bigserial, doublePrecision, index, jsonb, pgTable, primaryKey, text, uuid } from '../drizzle.ts'
import { time } from './columns.ts'

/**
 * Events for looking at single users. No foreign keys: the table is written by COPY and analysis never needs it.
 * The migration partitions it by experiment, which is why the key holds experiment_id. Rows never change and are told
 * apart by a number that grows: a random UUID in the key and the usual two time stamps would make a bulk table a
 * quarter larger and its loading slower, and nothing would read them.
 */
export const events = pgTable(
  'events',
  {
    id: bigserial('id', { mode: 'number' }).notNull(),
    experimentId: uuid('experiment_id').notNull(),
    userId: text('user_id').notNull(),
    /** Null on events that name none. */
    variantId: uuid('variant_id'),
    eventType: text('event_type').notNull(),
    value: doublePrecision('value'),
    timestamp: time('timestamp').notNull(),
    attributes: jsonb('attributes').$type<Record<string, string>>(),
    /** The upload it came with; null when its part had been merged with others before it was copied. */
    batchId: uuid('batch_id'),
    /** The part it was copied from. */
    partId: uuid('part_id').notNull(),
    /** Number of the raw file's data row. */
    row: bigint('row', { mode: 'number' }).notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.experimentId, table.timestamp, table.id] }),
    index('events_user_index').on(table.experimentId, table.userId, table.timestamp, table.id),
    index('events_type_index').on(table.experimentId, table.eventType, table.timestamp, table.id),
    index('events_part_index').on(table.experimentId, table.partId),
  ],
)
