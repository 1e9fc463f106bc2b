import { bigint, doublePrecision, index, jsonb, pgTable, primaryKey, text, uuid } from '../drizzle.ts'
import { time, timestamps } from './columns.ts'

/**
 * Events for looking at single users. No foreign keys: the table is written by COPY and analysis never needs it.
 * The migration partitions it by experiment, which is why the key holds experiment_id.
 */
export const events = pgTable(
  'events',
  {
    id: uuid('id').notNull().defaultRandom(),
    experimentId: uuid('experiment_id').notNull(),
    userId: text('user_id').notNull(),
    variantId: uuid('variant_id'),
    eventType: text('event_type').notNull(),
    value: doublePrecision('value'),
    timestamp: time('timestamp').notNull(),
    attributes: jsonb('attributes').$type<Record<string, string>>(),
    batchId: uuid('batch_id').notNull(),
    partId: uuid('part_id').notNull(),
    row: bigint('row', { mode: 'number' }).notNull(),
    ...timestamps,
  },
  (table) => [
    primaryKey({ columns: [table.experimentId, table.id] }),
    index('events_user_index').on(table.experimentId, table.userId, table.timestamp),
    index('events_type_index').on(table.experimentId, table.eventType, table.timestamp),
    index('events_part_index').on(table.experimentId, table.partId),
  ],
)
