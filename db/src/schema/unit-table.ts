import { bigint, integer, jsonb, pgTable, text, unique, uuid } from '../drizzle.ts'
import { id, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/**
 * The events of a dataset version summed up per unit, as a list of files: what most analyses read instead of the events.
 * Derived and disposable: without a row here they read the events, with equal results.
 */
export const unitTables = pgTable(
  'unit_tables',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    datasetVersion: integer('dataset_version').notNull(),
    /** Hash of what the sums depend on beside the events: window and layout of the files. */
    rule: text('rule').notNull(),
    /** The files in order: the first has a row per unit, each later one what a batch changed. */
    files: jsonb('files').notNull().$type<UnitTableFile[]>(),
    /** Units in all, and those that were exposed. */
    units: bigint('units', { mode: 'number' }).notNull(),
    exposedUnits: bigint('exposed_units', { mode: 'number' }).notNull(),
    ...timestamps,
  },
  (table) => [
    unique('unit_tables_experiment_id_dataset_version_rule_unique').on(
      table.experimentId,
      table.datasetVersion,
      table.rule,
    ),
  ],
)

/** A file of a unit table. Tables of several versions share files. */
export interface UnitTableFile {
  objectKey: string
  /** Which range of units it is about, from 0. */
  shard: number
  rows: number
  /** Units of the shard when this file and those before it are read. */
  size: number
  bytes: number
}
