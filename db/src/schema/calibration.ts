import { doublePrecision, index, integer, jsonb, pgTable, text, uuid } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { datasetVersions } from './dataset-version.ts'
import { experiments } from './experiment.ts'

/** Whether the methods of an analysis can be trusted on an experiment's own users; immutable, as analyses are. */
export const calibrations = pgTable(
  'calibrations',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    datasetVersionId: uuid('dataset_version_id')
      .notNull()
      .references(() => datasetVersions.id),
    /** Hash of the question, the seed and the number of deals: the same is computed once. */
    resultKey: text('result_key').notNull().unique(),
    settings: jsonb('settings').notNull(),
    seed: integer('seed').notNull(),
    replications: integer('replications').notNull(),
    /** One row per metric and treatment. */
    rows: jsonb('rows').notNull(),
    statisticsVersion: integer('statistics_version').notNull(),
    durationMs: doublePrecision('duration_ms').notNull(),
    computedAt: time('computed_at').notNull(),
    ...timestamps,
  },
  (table) => [index('calibrations_experiment_id_computed_at_index').on(table.experimentId, table.computedAt, table.id)],
)
