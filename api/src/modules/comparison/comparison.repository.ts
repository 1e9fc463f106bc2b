import { analyses, datasetVersions, erasures, results } from '@fairlift/db'
import { and, eq, gt, inArray, lte, sql } from '@fairlift/db/drizzle'
import { Repository } from '../repository.ts'

/** What happened to the events of an experiment between two of its versions. */
export interface EventChange {
  added: number
  removed: number
  erased: number
}

export class ComparisonRepository extends Repository {
  /**
   * Counts events from the parts' manifests. A batch adds the parts that are its own; other parts that come with it
   * stand for old ones that lost events to its corrections. Merging and erasing add nothing: an erased user is in none
   * of the versions any more.
   */
  async eventChange(experimentId: string, before: number, after: number): Promise<EventChange> {
    const { rows } = await this.db().execute<{ added: string; removed: string }>(sql`
      select coalesce(sum(own), 0) as added, coalesce(sum(earlier + own - rows), 0) as removed
      from (
        select version.number, version.rows,
          lag(version.rows) over (order by version.number) as earlier,
          (
            select coalesce(sum(part.rows), 0) from dataset_parts part
            where part.experiment_id = version.experiment_id
              and part.added_in = version.number and part.batch_id = version.batch_id
          ) as own
        from dataset_versions version
        where version.experiment_id = ${experimentId} and version.number between ${before} and ${after}
      ) step
      where number > ${before}`)
    const [sums] = await this.db()
      .select({ erased: sql<number>`coalesce(sum(${erasures.events}), 0)`.mapWith(Number) })
      .from(erasures)
      .where(
        and(
          eq(erasures.experimentId, experimentId),
          gt(erasures.datasetVersion, before),
          lte(erasures.datasetVersion, after),
        ),
      )
    return { added: Number(rows[0]!.added), removed: Number(rows[0]!.removed), erased: sums!.erased }
  }

  /**
   * The newest analyses of two versions that answer the same question: equal settings, measures and metrics. Null when
   * there are none.
   */
  async analysesAlike(beforeId: string, afterId: string): Promise<{ before: string; after: string } | null> {
    const metricsOf = (alias: string) =>
      sql`(select array_agg(distinct ${results.metricId} order by ${results.metricId}) from ${results}
        where ${results.analysisId} = ${sql.identifier(alias)}.id)`
    const { rows } = await this.db().execute<{ before: string; after: string }>(sql`
      select earlier.id as before, later.id as after
      from ${analyses} earlier
      join ${analyses} later on later.settings = earlier.settings and later.plan = earlier.plan
      where earlier.dataset_version_id = ${beforeId} and later.dataset_version_id = ${afterId}
        and ${metricsOf('earlier')} is not distinct from ${metricsOf('later')}
      order by later.computed_at desc, earlier.computed_at desc
      limit 1`)
    return rows[0] ?? null
  }

  /** Numbers of those versions that have been analysed. */
  async analysed(versionIds: string[]): Promise<number[]> {
    const rows = await this.db()
      .selectDistinct({ number: datasetVersions.number })
      .from(analyses)
      .innerJoin(datasetVersions, eq(datasetVersions.id, analyses.datasetVersionId))
      .where(inArray(analyses.datasetVersionId, versionIds))
    return rows.map(({ number }) => number)
  }
}
