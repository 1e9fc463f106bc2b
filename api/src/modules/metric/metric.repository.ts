import { experimentMetrics, metrics } from '@fairlift/db'
import { asc, eq, inArray, sql } from '@fairlift/db/drizzle'
import { Repository, type Transaction } from '../repository.ts'

export type Metric = typeof metrics.$inferSelect
export type NewMetric = typeof metrics.$inferInsert
export type MetricRole = (typeof experimentMetrics.$inferSelect)['role']

/** A metric of an experiment, and the part it plays in the decision. */
export interface ExperimentMetric {
  experimentId: string
  role: MetricRole
  metric: Metric
}

export class MetricRepository extends Repository {
  list(): Promise<Metric[]> {
    return this.db().select().from(metrics).orderBy(asc(metrics.name), asc(metrics.id))
  }

  byIds(ids: readonly string[]): Promise<Metric[]> {
    return this.db()
      .select()
      .from(metrics)
      .where(inArray(metrics.id, [...ids]))
  }

  byKeys(keys: readonly string[]): Promise<Metric[]> {
    return this.db()
      .select()
      .from(metrics)
      .where(inArray(metrics.key, [...keys]))
  }

  /** Adds a metric; returns null when its key is taken. */
  async insert(metric: NewMetric, tx: Transaction): Promise<Metric | null> {
    const [row] = await this.db(tx)
      .insert(metrics)
      .values(metric)
      .onConflictDoNothing({ target: metrics.key })
      .returning()
    return row ?? null
  }

  /** Brings the metrics that come with Fairlift up to what this version says of them. */
  async upsertStandard(standard: readonly NewMetric[]): Promise<void> {
    await this.db()
      .insert(metrics)
      .values(standard.map((metric) => ({ ...metric, standard: true })))
      .onConflictDoUpdate({
        target: metrics.key,
        set: {
          name: sql`excluded.name`,
          description: sql`excluded.description`,
          kind: sql`excluded.kind`,
          numerator: sql`excluded.numerator`,
          denominator: sql`excluded.denominator`,
          goal: sql`excluded.goal`,
          format: sql`excluded.format`,
        },
        setWhere: eq(metrics.standard, true),
      })
  }

  /** The metrics of experiments, in their order. */
  async ofExperiments(experimentIds: readonly string[]): Promise<ExperimentMetric[]> {
    return this.db()
      .select({ experimentId: experimentMetrics.experimentId, role: experimentMetrics.role, metric: metrics })
      .from(experimentMetrics)
      .innerJoin(metrics, eq(metrics.id, experimentMetrics.metricId))
      .where(inArray(experimentMetrics.experimentId, [...experimentIds]))
      .orderBy(asc(experimentMetrics.experimentId), asc(experimentMetrics.position))
  }

  /** Sets an experiment's metrics. */
  async replace(
    experimentId: string,
    chosen: { metricId: string; role: MetricRole }[],
    tx: Transaction,
  ): Promise<void> {
    await this.db(tx).delete(experimentMetrics).where(eq(experimentMetrics.experimentId, experimentId))
    await this.db(tx)
      .insert(experimentMetrics)
      .values(chosen.map(({ metricId, role }, position) => ({ experimentId, metricId, role, position })))
  }
}
