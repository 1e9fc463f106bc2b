import { index, integer, jsonb, pgTable, text, uuid } from '../drizzle.ts'
import { analyses } from './analysis.ts'
import { id, timestamps } from './columns.ts'
import { metrics } from './metric.ts'

/** One row per metric x treatment (x segment value). Everything anybody shows of a result is read from here. */
export const results = pgTable(
  'results',
  {
    id: id(),
    analysisId: uuid('analysis_id')
      .notNull()
      .references(() => analyses.id, { onDelete: 'cascade' }),
    metricId: uuid('metric_id')
      .notNull()
      .references(() => metrics.id),
    treatmentId: uuid('treatment_id').notNull(),
    controlId: uuid('control_id').notNull(),
    segmentAttribute: text('segment_attribute'),
    segmentValue: text('segment_value'),
    position: integer('position').notNull(),
    row: jsonb('row').notNull(),
    ...timestamps,
  },
  (table) => [index('results_analysis_id_position_index').on(table.analysisId, table.position)],
)
