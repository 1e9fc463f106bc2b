import { doublePrecision, integer, pgTable, text, unique, uuid } from '../drizzle.ts'
import { id, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

export const variants = pgTable(
  'variants',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    /** The name that event files use. */
    key: text('key').notNull(),
    name: text('name').notNull(),
    role: text('role', { enum: ['CONTROL', 'TREATMENT'] }).notNull(),
    /** Share of the traffic that the variant was configured to get; an experiment's shares sum to 1. */
    trafficSplit: doublePrecision('traffic_split').notNull(),
    position: integer('position').notNull(),
    ...timestamps,
  },
  (table) => [unique('variants_experiment_id_key_unique').on(table.experimentId, table.key)],
)
