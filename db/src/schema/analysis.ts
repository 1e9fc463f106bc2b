import { boolean, doublePrecision, index, integer, jsonb, pgTable, text, uuid } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { datasetVersions } from './dataset-version.ts'
import { experiments } from './experiment.ts'

/** One answer, immutable: what was asked, of which data, and its health and decision. */
export const analyses = pgTable(
  'analyses',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    datasetVersionId: uuid('dataset_version_id')
      .notNull()
      .references(() => datasetVersions.id),
    /** Hash of dataset version, plan, metric definitions, settings and statistics version: the same question, once. */
    resultKey: text('result_key').notNull().unique(),
    settings: jsonb('settings').notNull(),
    plan: jsonb('plan').notNull(),
    /** Where the aggregates are in object storage: from them the same results can be computed again. */
    aggregatesKey: text('aggregates_key').notNull(),
    variants: jsonb('variants').notNull(),
    health: jsonb('health').notNull(),
    decision: jsonb('decision').notNull(),
    interim: boolean('interim').notNull(),
    statisticsVersion: integer('statistics_version').notNull(),
    engine: text('engine').notNull(),
    durationMs: doublePrecision('duration_ms').notNull(),
    computedAt: time('computed_at').notNull(),
    ...timestamps,
  },
  (table) => [index('analyses_experiment_id_computed_at_index').on(table.experimentId, table.computedAt, table.id)],
)
