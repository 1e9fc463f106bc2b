import { batchErrors, batches, columnMappings } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, gt, inArray, lte, or, sql } from '@fairlift/db/drizzle'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import {
  afterCursor,
  cursorTime,
  Repository,
  type Transaction,
  pagesByExperiment,
  rankInExperiment,
} from '../repository.ts'

export type Batch = typeof batches.$inferSelect
export type NewBatch = typeof batches.$inferInsert
export type BatchStatus = Batch['status']
export type BatchError = typeof batchErrors.$inferSelect
export type NewBatchError = Omit<typeof batchErrors.$inferInsert, 'batchId' | 'position'>

export class BatchRepository extends Repository {
  /** Adds a batch; returns null when the same content is there already. */
  async insert(batch: NewBatch, tx: Transaction): Promise<Batch | null> {
    const [row] = await this.db(tx).insert(batches).values(batch).onConflictDoNothing().returning()
    return row ?? null
  }

  /** The batch of the same bytes read the same way, unless it came to nothing. */
  async byContent(
    experimentId: string,
    sha256: string,
    mappingHash: string,
    maxRejectRate: number,
  ): Promise<Batch | null> {
    const [row] = await this.db()
      .select()
      .from(batches)
      .where(
        and(
          eq(batches.experimentId, experimentId),
          eq(batches.sha256, sha256),
          eq(batches.mappingHash, mappingHash),
          or(
            inArray(batches.status, ['RECEIVED', 'PROCESSING', 'LANDED']),
            and(eq(batches.status, 'QUARANTINED'), eq(batches.maxRejectRate, maxRejectRate)),
          ),
        ),
      )
      .orderBy(desc(batches.createdAt))
      .limit(1)
    return row ?? null
  }

  byIds(ids: readonly string[]): Promise<Batch[]> {
    return this.db()
      .select()
      .from(batches)
      .where(inArray(batches.id, [...ids]))
  }

  /** @param versions only those that landed in these versions of the data */
  async page(
    experimentId: string,
    { first, after }: PageRequest,
    versions?: { above: number; upTo: number },
  ): Promise<Page<Batch>> {
    const landed =
      versions === undefined
        ? undefined
        : and(gt(batches.datasetVersion, versions.above), lte(batches.datasetVersion, versions.upTo))
    const rows = await this.db()
      .select({ ...getTableColumns(batches), cursorTime: cursorTime(batches.createdAt) })
      .from(batches)
      .where(and(eq(batches.experimentId, experimentId), landed, afterCursor(after, batches.createdAt, batches.id)))
      .orderBy(desc(batches.createdAt), desc(batches.id))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** The first batches of many experiments, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Batch>>> {
    const ranked = this.db()
      .select({
        ...getTableColumns(batches),
        cursorTime: cursorTime(batches.createdAt).as('cursor_time'),
        rank: rankInExperiment(batches.experimentId, batches.createdAt, batches.id),
      })
      .from(batches)
      .where(inArray(batches.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first)
  }

  async update(id: string, changes: Partial<NewBatch>, tx?: Transaction): Promise<void> {
    await this.db(tx).update(batches).set(changes).where(eq(batches.id, id))
  }

  /** Puts a batch back that is being read; one that has ended stays as it is. */
  async waitAgain(id: string): Promise<void> {
    await this.db()
      .update(batches)
      .set({ status: 'RECEIVED' })
      .where(and(eq(batches.id, id), eq(batches.status, 'PROCESSING')))
  }

  async hasLanded(id: string, tx: Transaction): Promise<boolean> {
    const [row] = await this.db(tx).select({ status: batches.status }).from(batches).where(eq(batches.id, id))
    return row?.status === 'LANDED'
  }

  /** Keeps the first rejected rows of a batch, in place of those of an earlier attempt. */
  async replaceErrors(batchId: string, errors: NewBatchError[], tx: Transaction): Promise<void> {
    await this.db(tx).delete(batchErrors).where(eq(batchErrors.batchId, batchId))
    if (errors.length === 0) return
    await this.db(tx)
      .insert(batchErrors)
      .values(errors.map((error, position) => ({ ...error, batchId, position })))
  }

  errors(batchId: string, first: number): Promise<BatchError[]> {
    return this.db()
      .select()
      .from(batchErrors)
      .where(eq(batchErrors.batchId, batchId))
      .orderBy(asc(batchErrors.position))
      .limit(first)
  }

  async saveMapping(name: string, mapping: unknown): Promise<void> {
    await this.db()
      .insert(columnMappings)
      .values({ name, mapping })
      .onConflictDoUpdate({ target: columnMappings.name, set: { mapping } })
  }

  async mappingByName(name: string): Promise<unknown> {
    const [row] = await this.db().select().from(columnMappings).where(eq(columnMappings.name, name))
    return row?.mapping ?? null
  }

  mappings(): Promise<(typeof columnMappings.$inferSelect)[]> {
    return this.db().select().from(columnMappings).orderBy(asc(columnMappings.name))
  }
}
