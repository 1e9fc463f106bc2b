import { bigint, boolean, index, pgTable, text } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'

export const experiments = pgTable(
  'experiments',
  {
    id: id(),
    /** The name that event files and links use; never changes. */
    key: text('key').notNull().unique(),
    name: text('name').notNull(),
    hypothesis: text('hypothesis'),
    status: text('status', { enum: ['DRAFT', 'RUNNING', 'STOPPED', 'ARCHIVED'] })
      .notNull()
      .default('DRAFT'),
    startAt: time('start_at'),
    endAt: time('end_at'),
    /** Units (users) planned over all variants; an analysis with fewer is interim. */
    plannedUnits: bigint('planned_units', { mode: 'number' }),
    /** ISO 4217 code of revenue values, for display. */
    currency: text('currency'),
    /** What an event with a known event_id but other content does: the first or the last one counts. */
    conflictPolicy: text('conflict_policy', { enum: ['KEEP_FIRST', 'KEEP_LAST'] })
      .notNull()
      .default('KEEP_FIRST'),
    /** Whether the standard analysis is run whenever a batch has landed. */
    autoRun: boolean('auto_run').notNull().default(false),
    ...timestamps,
  },
  (table) => [index('experiments_created_at_index').on(table.createdAt, table.id)],
)
