import { boolean, doublePrecision, index, integer, jsonb, pgTable, text, unique, uuid } from '../drizzle.ts'
import { id, timestamps } from './columns.ts'
import { experiments } from './experiment.ts'

/** What is added up per user: which events, and how. */
export interface MeasureDefinition {
  /** Events of any of these types count. */
  eventTypes: string[]
  /** `count` of events, `sum` of their values, or `any` (1 when there is at least one, else 0). */
  aggregation: 'count' | 'sum' | 'any'
}

/** The catalogue: a metric is defined once and used by many experiments. */
export const metrics = pgTable('metrics', {
  id: id(),
  key: text('key').notNull().unique(),
  name: text('name').notNull(),
  description: text('description'),
  kind: text('kind', { enum: ['PROPORTION', 'MEAN', 'RATIO', 'QUANTILE'] }).notNull(),
  numerator: jsonb('numerator').$type<MeasureDefinition>().notNull(),
  /** Ratio metrics only. */
  denominator: jsonb('denominator').$type<MeasureDefinition>(),
  /** Quantile metrics only: in (0, 1). */
  quantile: doublePrecision('quantile'),
  /** The direction that is good for the shop. */
  goal: text('goal', { enum: ['INCREASE', 'DECREASE'] })
    .notNull()
    .default('INCREASE'),
  /** How values are shown. */
  format: text('format', { enum: ['PERCENT', 'CURRENCY', 'NUMBER'] })
    .notNull()
    .default('NUMBER'),
  /** Comes with Fairlift and cannot be changed. */
  standard: boolean('standard').notNull().default(false),
  ...timestamps,
})

/** The metrics an experiment is read by, and the part each plays in the decision. */
export const experimentMetrics = pgTable(
  'experiment_metrics',
  {
    id: id(),
    experimentId: uuid('experiment_id')
      .notNull()
      .references(() => experiments.id, { onDelete: 'cascade' }),
    metricId: uuid('metric_id')
      .notNull()
      .references(() => metrics.id),
    role: text('role', { enum: ['PRIMARY', 'SECONDARY', 'GUARDRAIL'] }).notNull(),
    position: integer('position').notNull(),
    ...timestamps,
  },
  (table) => [
    unique('experiment_metrics_experiment_id_metric_id_unique').on(table.experimentId, table.metricId),
    index('experiment_metrics_metric_id_index').on(table.metricId),
  ],
)
