import { bigint, integer, pgTable, text, unique, uuid } from '../drizzle.ts'
import { batches } from './batch.ts'
import { id, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/** What an experiment's data was at one moment; a landed batch makes the next version. Immutable. */
export const datasetVersions = pgTable(
  'dataset_versions',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    /** 1, 2, 3 ... within the experiment. */
    number: integer('number').notNull(),
    /** What made it: a batch that landed, small parts merged without changing an event, or a user erased. */
    kind: text('kind', { enum: ['BATCH', 'COMPACTION', 'ERASURE'] })
      .notNull()
      .default('BATCH'),
    /** The batch that made this version; null when no batch did. */
    batchId: uuid('batch_id').references(() => batches.id),
    /** Events in all of the version's parts. */
    rows: bigint('rows', { mode: 'number' }).notNull(),
    bytes: bigint('bytes', { mode: 'number' }).notNull(),
    ...timestamps,
  },
  (table) => [unique('dataset_versions_experiment_id_number_unique').on(table.experimentId, table.number)],
)
