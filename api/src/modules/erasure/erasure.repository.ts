import { batchErrors, batches, datasetParts, datasetVersions, erasures, jobs, unitTables } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, gt, inArray, lte, or, sql } from '@fairlift/db/drizzle'
import type { DatasetPart } from '../dataset/dataset.repository.ts'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import {
  afterCursor,
  cursorTime,
  pagesByExperiment,
  rankInExperiment,
  Repository,
  type Transaction,
} from '../repository.ts'

export type Erasure = typeof erasures.$inferSelect
export type NewErasure = typeof erasures.$inferInsert
export type SearchedBatch = Pick<
  typeof batches.$inferSelect,
  'id' | 'status' | 'rawKey' | 'rejectsKey' | 'error' | 'warnings'
>
type PartChange = Partial<typeof datasetParts.$inferInsert>

export class ErasureRepository extends Repository {
  async ofJob(jobId: string, tx?: Transaction): Promise<Erasure | null> {
    const [row] = await this.db(tx).select().from(erasures).where(eq(erasures.jobId, jobId))
    return row ?? null
  }

  async insert(erasure: NewErasure, tx: Transaction): Promise<void> {
    await this.db(tx).insert(erasures).values(erasure)
  }

  async page(experimentId: string, { first, after }: PageRequest): Promise<Page<Erasure>> {
    const rows = await this.db()
      .select({ ...getTableColumns(erasures), cursorTime: cursorTime(erasures.erasedAt) })
      .from(erasures)
      .where(and(eq(erasures.experimentId, experimentId), afterCursor(after, erasures.erasedAt, erasures.id)))
      .orderBy(desc(erasures.erasedAt), desc(erasures.id))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** The newest erasures of many experiments, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Erasure>>> {
    const ranked = this.db()
      .select({
        ...getTableColumns(erasures),
        cursorTime: cursorTime(erasures.erasedAt).as('cursor_time'),
        rank: rankInExperiment(erasures.experimentId, erasures.erasedAt, erasures.id),
      })
      .from(erasures)
      .where(inArray(erasures.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first)
  }

  /** Experiments that were ever sent anything. */
  async experimentsWithBatches(): Promise<string[]> {
    const rows = await this.db().selectDistinct({ id: batches.experimentId }).from(batches)
    return rows.map(({ id }) => id)
  }

  /** Whether files that were sent before a time are still to be read. */
  async isReading(experimentId: string, before: Date): Promise<boolean> {
    const [row] = await this.db()
      .select({ id: jobs.id })
      .from(jobs)
      .where(
        and(
          eq(jobs.experimentId, experimentId),
          eq(jobs.kind, 'INGEST_BATCH'),
          inArray(jobs.status, ['QUEUED', 'RUNNING']),
          lte(jobs.createdAt, before),
        ),
      )
      .limit(1)
    return row !== undefined
  }

  /** The parts of all versions, also of those that are long past. */
  allParts(experimentId: string, tx: Transaction): Promise<DatasetPart[]> {
    return this.db(tx).select().from(datasetParts).where(eq(datasetParts.experimentId, experimentId))
  }

  /** Puts other files in the place of a part's, or takes the part out of all versions. */
  async replacePart(id: string, change: PartChange | null, tx: Transaction): Promise<void> {
    if (change === null) await this.db(tx).delete(datasetParts).where(eq(datasetParts.id, id))
    else await this.db(tx).update(datasetParts).set(change).where(eq(datasetParts.id, id))
  }

  /** Changes the sizes of the versions from one to before another. */
  async resizeVersions(
    experimentId: string,
    { from, to, rows, bytes }: { from: number; to: number | null; rows: number; bytes: number },
    tx: Transaction,
  ): Promise<void> {
    await this.db(tx)
      .update(datasetVersions)
      .set({ rows: sql`${datasetVersions.rows} + ${rows}`, bytes: sql`${datasetVersions.bytes} + ${bytes}` })
      .where(
        and(
          eq(datasetVersions.experimentId, experimentId),
          gt(datasetVersions.number, from - 1),
          to === null ? undefined : lte(datasetVersions.number, to - 1),
        ),
      )
  }

  /** Forgets all unit tables of an experiment. Returns where their files are. */
  async forgetUnitTables(experimentId: string, tx: Transaction): Promise<string[]> {
    const rows = await this.db(tx)
      .delete(unitTables)
      .where(eq(unitTables.experimentId, experimentId))
      .returning({ files: unitTables.files })
    return [...new Set(rows.flatMap(({ files }) => files.map(({ objectKey }) => objectKey)))]
  }

  /**
   * Batches whose raw files are there and may hold what no part does: rows that were rejected or were there already, and
   * files of which nothing landed.
   */
  doubtfulBatches(experimentId: string, before: Date, tx: Transaction): Promise<SearchedBatch[]> {
    return this.db(tx)
      .select()
      .from(batches)
      .where(
        and(
          eq(batches.experimentId, experimentId),
          sql`${batches.rawDeletedAt} is null`,
          or(
            and(
              eq(batches.status, 'LANDED'),
              sql`coalesce(${batches.rejected}, 0) + coalesce(${batches.duplicates}, 0) + coalesce(${batches.conflicts}, 0) > 0`,
            ),
            and(inArray(batches.status, ['RECEIVED', 'QUARANTINED', 'FAILED']), lte(batches.createdAt, before)),
            // Its workers were killed each time: sent again, it would be read from the file that is here.
            and(
              eq(batches.status, 'PROCESSING'),
              sql`not exists (select 1 from ${jobs} where ${jobs.batchId} = ${batches.id} and ${inArray(jobs.status, ['QUEUED', 'RUNNING'])})`,
            ),
          ),
        ),
      )
  }

  batchesByIds(ids: string[], tx: Transaction): Promise<SearchedBatch[]> {
    return ids.length === 0
      ? Promise.resolve([])
      : this.db(tx)
          .select()
          .from(batches)
          .where(and(inArray(batches.id, ids), sql`${batches.rawDeletedAt} is null`))
  }

  async updateBatch(id: string, changes: Partial<typeof batches.$inferInsert>, tx: Transaction): Promise<void> {
    await this.db(tx).update(batches).set(changes).where(eq(batches.id, id))
  }

  /** Rejected rows and failed jobs of batches whose text may name a user: it holds the beginning of the id. */
  async textsWith(
    experimentId: string,
    beginning: string,
    tx: Transaction,
  ): Promise<{
    errors: { id: string; batchId: string; value: string | null; message: string }[]
    jobs: { id: string; message: string }[]
  }> {
    const { id, batchId, value, message } = getTableColumns(batchErrors)
    const errors = await this.db(tx)
      .select({ id, batchId, value, message })
      .from(batchErrors)
      .innerJoin(batches, eq(batches.id, batchErrors.batchId))
      .where(
        and(
          eq(batches.experimentId, experimentId),
          sql`(position(${beginning} in ${batchErrors.message}) > 0 or position(${beginning} in coalesce(${batchErrors.value}, '')) > 0)`,
        ),
      )
    const told = sql<string>`${jobs.error} ->> 'message'`
    const failed = await this.db(tx)
      .select({ id: jobs.id, message: told })
      .from(jobs)
      .where(and(eq(jobs.experimentId, experimentId), sql`position(${beginning} in ${told}) > 0`))
    return { errors, jobs: failed }
  }

  async replaceErrorTexts(ids: string[], message: string, tx: Transaction): Promise<void> {
    if (ids.length === 0) return
    await this.db(tx).update(batchErrors).set({ value: null, message }).where(inArray(batchErrors.id, ids))
  }

  async replaceJobMessages(ids: string[], message: string, tx: Transaction): Promise<void> {
    if (ids.length === 0) return
    await this.db(tx)
      .update(jobs)
      .set({ error: sql`jsonb_set(${jobs.error}, '{message}', to_jsonb(${message}::text))` })
      .where(inArray(jobs.id, ids))
  }

  /** Keeps with the job which files are to be removed once the rest counts: it is asked when the job is tried again. */
  async noteFiles(jobId: string, files: string[], tx: Transaction): Promise<void> {
    await this.db(tx)
      .update(jobs)
      .set({ input: sql`${jobs.input} || ${JSON.stringify({ files })}::jsonb` })
      .where(eq(jobs.id, jobId))
  }
}
