import { index, jsonb, pgTable, text, uuid } from '../drizzle.ts'
import { id, time, timestamps } from './columns.ts'
import { datasetVersions } from './dataset-version.ts'
import { experiments } from './experiment.ts'

/** A trained model: its card says everything, and is stored as a file too. */
export const models = pgTable(
  'models',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    datasetVersionId: uuid('dataset_version_id')
      .notNull()
      .references(() => datasetVersions.id),
    resultKey: text('result_key').notNull().unique(),
    kind: text('kind', { enum: ['LOGISTIC', 'LINEAR', 'POISSON', 'QUASI_POISSON'] }).notNull(),
    target: text('target').notNull(),
    settings: jsonb('settings').notNull(),
    card: jsonb('card').notNull(),
    artifactKey: text('artifact_key').notNull(),
    trainedAt: time('trained_at').notNull(),
    ...timestamps,
  },
  (table) => [index('models_experiment_id_trained_at_index').on(table.experimentId, table.trainedAt, table.id)],
)
