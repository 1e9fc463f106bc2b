import { analyses, datasetVersions, results } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, inArray, lt, sql } from '@fairlift/db/drizzle'
import type { ResultRow } from '../../analysis/result-row.ts'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import { afterCursor, cursorTime, Repository, pagesByExperiment, rankInExperiment } from '../repository.ts'

export type Analysis = typeof analyses.$inferSelect
export type NewAnalysis = typeof analyses.$inferInsert
export type StoredResult = Omit<typeof results.$inferSelect, 'row'> & { row: ResultRow }

/** A statement takes 65,535 values at most: many variants, metrics and segments make more rows than fit in one. */
const ROWS_PER_INSERT = 1000

export class AnalysisRepository extends Repository {
  /** Stores an analysis with its rows; returns null when the same question has been answered meanwhile. */
  insert(analysis: NewAnalysis, rows: ResultRow[]): Promise<Analysis | null> {
    return this.transaction(async (tx) => {
      const [stored] = await this.db(tx)
        .insert(analyses)
        .values(analysis)
        .onConflictDoNothing({ target: analyses.resultKey })
        .returning()
      if (stored === undefined) return null
      const values = rows.map((row, position) => ({
        analysisId: stored.id,
        metricId: row.metricId,
        treatmentId: row.treatmentId,
        controlId: row.controlId,
        segmentAttribute: row.segment?.attribute ?? null,
        segmentValue: row.segment?.value ?? null,
        position,
        row,
      }))
      for (let from = 0; from < values.length; from += ROWS_PER_INSERT) {
        await this.db(tx)
          .insert(results)
          .values(values.slice(from, from + ROWS_PER_INSERT))
      }
      return stored
    })
  }

  async byResultKey(resultKey: string): Promise<Analysis | null> {
    const [row] = await this.db().select().from(analyses).where(eq(analyses.resultKey, resultKey))
    return row ?? null
  }

  byIds(ids: readonly string[]): Promise<Analysis[]> {
    return this.db()
      .select()
      .from(analyses)
      .where(inArray(analyses.id, [...ids]))
  }

  /** The newest analysis of each experiment that has one. */
  latestOf(experimentIds: readonly string[]): Promise<Analysis[]> {
    return this.db()
      .selectDistinctOn([analyses.experimentId])
      .from(analyses)
      .where(inArray(analyses.experimentId, [...experimentIds]))
      .orderBy(analyses.experimentId, desc(analyses.computedAt), desc(analyses.id))
  }

  /** The group-sequential looks at versions of the data before one. */
  async looksBefore(experimentId: string, version: number): Promise<Analysis[]> {
    return this.db()
      .select(getTableColumns(analyses))
      .from(analyses)
      .innerJoin(datasetVersions, eq(datasetVersions.id, analyses.datasetVersionId))
      .where(
        and(
          eq(analyses.experimentId, experimentId),
          lt(datasetVersions.number, version),
          sql`${analyses.settings} -> 'looks' ->> 'kind' = 'GROUP_SEQUENTIAL'`,
        ),
      )
  }

  async page(experimentId: string, { first, after }: PageRequest): Promise<Page<Analysis>> {
    const rows = await this.db()
      .select({ ...getTableColumns(analyses), cursorTime: cursorTime(analyses.computedAt) })
      .from(analyses)
      .where(and(eq(analyses.experimentId, experimentId), afterCursor(after, analyses.computedAt, analyses.id)))
      .orderBy(desc(analyses.computedAt), desc(analyses.id))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** The first analyses of many experiments, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Analysis>>> {
    const ranked = this.db()
      .select({
        ...getTableColumns(analyses),
        cursorTime: cursorTime(analyses.computedAt).as('cursor_time'),
        rank: rankInExperiment(analyses.experimentId, analyses.computedAt, analyses.id),
      })
      .from(analyses)
      .where(inArray(analyses.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first)
  }

  /** The rows of analyses, in order. */
  async resultsOf(analysisIds: readonly string[]): Promise<StoredResult[]> {
    const rows = await this.db()
      .select()
      .from(results)
      .where(inArray(results.analysisId, [...analysisIds]))
      .orderBy(asc(results.analysisId), asc(results.position))
    return rows as StoredResult[]
  }
}
