import { batches, datasetParts, datasetVersions, unitTables } from '@fairlift/db'
import {
  and,
  asc,
  desc,
  eq,
  getTableColumns,
  gt,
  inArray,
  isNull,
  lte,
  or,
  sql,
  type AnyColumn,
} from '@fairlift/db/drizzle'
import type { DataLineage } from '../../analysis/health/health-check.ts'
import { decodeCursor, pageOf, type Page, type PageRequest } from '../pagination.ts'
import { cursorTime, pagesByExperiment, Repository, type Transaction } from '../repository.ts'

export type DatasetVersion = typeof datasetVersions.$inferSelect
export type DatasetPart = typeof datasetParts.$inferSelect
export type NewDatasetPart = Omit<typeof datasetParts.$inferInsert, 'experimentId' | 'addedIn'>

/** What some events of an experiment have, or are. */
export interface NameInData {
  experimentId: string
  kind: 'attribute' | 'event type'
  name: string
}

/** What a new version changes. */
export interface VersionChange {
  experimentId: string
  /** By default a batch that landed. */
  kind?: DatasetVersion['kind']
  /** The batch that landed, where it was one. */
  batchId?: string
  added?: NewDatasetPart[]
  /** Ids of parts that are not in the new version any more. */
  removed?: string[]
}

export class DatasetRepository extends Repository {
  async latest(experimentId: string, tx?: Transaction): Promise<DatasetVersion | null> {
    const [row] = await this.db(tx)
      .select()
      .from(datasetVersions)
      .where(eq(datasetVersions.experimentId, experimentId))
      .orderBy(desc(datasetVersions.number))
      .limit(1)
    return row ?? null
  }

  /** The newest version of each experiment that has one. */
  latestOf(experimentIds: readonly string[]): Promise<DatasetVersion[]> {
    return this.db()
      .selectDistinctOn([datasetVersions.experimentId])
      .from(datasetVersions)
      .where(inArray(datasetVersions.experimentId, [...experimentIds]))
      .orderBy(datasetVersions.experimentId, desc(datasetVersions.number))
  }

  async version(experimentId: string, number: number): Promise<DatasetVersion | null> {
    const [row] = await this.db()
      .select()
      .from(datasetVersions)
      .where(and(eq(datasetVersions.experimentId, experimentId), eq(datasetVersions.number, number)))
    return row ?? null
  }

  byIds(ids: readonly string[]): Promise<DatasetVersion[]> {
    return this.db()
      .select()
      .from(datasetVersions)
      .where(inArray(datasetVersions.id, [...ids]))
  }

  /** Versions by their number, the newest first: times of two that were made at once may lie the other way round. */
  async page(experimentId: string, { first, after }: PageRequest): Promise<Page<DatasetVersion>> {
    const position = after == null ? null : decodeCursor(after)
    const rows = await this.db()
      .select({ ...getTableColumns(datasetVersions), cursorTime: cursorTime(datasetVersions.createdAt) })
      .from(datasetVersions)
      .where(
        and(
          eq(datasetVersions.experimentId, experimentId),
          position === null
            ? undefined
            : sql`${datasetVersions.number} < (select number from dataset_versions where id = ${position.id})`,
        ),
      )
      .orderBy(desc(datasetVersions.number))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** The newest versions of many experiments, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<DatasetVersion>>> {
    const place = sql<number>`row_number() over (partition by ${datasetVersions.experimentId} order by ${datasetVersions.number} desc)`
    const ranked = this.db()
      .select({
        ...getTableColumns(datasetVersions),
        cursorTime: cursorTime(datasetVersions.createdAt).as('cursor_time'),
        rank: place.as('rank'),
      })
      .from(datasetVersions)
      .where(inArray(datasetVersions.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first)
  }

  /** How many parts versions have. */
  partCounts(versionIds: readonly string[]): Promise<{ id: string; parts: number }[]> {
    const held = and(
      eq(datasetParts.experimentId, datasetVersions.experimentId),
      lte(datasetParts.addedIn, datasetVersions.number),
      or(isNull(datasetParts.removedIn), gt(datasetParts.removedIn, datasetVersions.number)),
    )
    return this.db()
      .select({ id: datasetVersions.id, parts: sql<number>`count(${datasetParts.id})`.mapWith(Number) })
      .from(datasetVersions)
      .leftJoin(datasetParts, held)
      .where(inArray(datasetVersions.id, [...versionIds]))
      .groupBy(datasetVersions.id)
  }

  /** The parts that a version holds. */
  partsOf(experimentId: string, number: number, tx?: Transaction): Promise<DatasetPart[]> {
    return this.db(tx)
      .select()
      .from(datasetParts)
      .where(
        and(
          eq(datasetParts.experimentId, experimentId),
          lte(datasetParts.addedIn, number),
          or(isNull(datasetParts.removedIn), gt(datasetParts.removedIn, number)),
        ),
      )
      .orderBy(asc(datasetParts.addedIn), asc(datasetParts.objectKey))
  }

  /** The batches that landed in a version or before it, newest first. */
  batchesOf(experimentId: string, number: number): Promise<(typeof batches.$inferSelect)[]> {
    const landed = and(
      eq(batches.experimentId, experimentId),
      eq(batches.status, 'LANDED'),
      lte(batches.datasetVersion, number),
    )
    return this.db()
      .select()
      .from(batches)
      .where(landed)
      .orderBy(desc(batches.datasetVersion), desc(batches.landedAt), asc(batches.id))
  }

  /** Names of the attributes, and types of the events, in the parts of the newest versions. */
  namesOf(experimentIds: readonly string[]): Promise<NameInData[]> {
    const namesIn = (column: AnyColumn, kind: NameInData['kind']) =>
      this.db()
        .selectDistinct({
          experimentId: datasetParts.experimentId,
          kind: sql<NameInData['kind']>`${kind}`.as('kind'),
          name: sql<string>`unnest(${column})`.as('name'),
        })
        .from(datasetParts)
        .where(and(inArray(datasetParts.experimentId, [...experimentIds]), isNull(datasetParts.removedIn)))
    return namesIn(datasetParts.attributes, 'attribute')
      .union(namesIn(datasetParts.eventTypes, 'event type'))
      .orderBy(sql`1`, sql`2`, sql`3`)
  }

  /** Sums over the batches that landed in a version or before it. */
  async lineage(experimentId: string, number: number): Promise<DataLineage> {
    const total = (column: AnyColumn) => sql<number>`coalesce(sum(${column}), 0)`.mapWith(Number)
    const landed = and(
      eq(batches.experimentId, experimentId),
      eq(batches.status, 'LANDED'),
      lte(batches.datasetVersion, number),
    )
    const [sums] = await this.db()
      .select({
        rows: total(batches.rows),
        rejectedRows: total(batches.rejected),
        events: total(batches.events),
        duplicateEvents: total(batches.duplicates),
      })
      .from(batches)
      .where(landed)
    const told = await this.db()
      .select({ warnings: batches.warnings, errorCounts: batches.errorCounts })
      .from(batches)
      .where(landed)
    const futureRows = told
      .flatMap((batch) => batch.errorCounts ?? [])
      .filter(({ code }) => code === 'FUTURE_TIMESTAMP')
      .reduce((sum, { count }) => sum + count, 0)
    const disagreeingRows = told
      .flatMap((batch) => batch.warnings ?? [])
      .filter(({ code }) => code === 'VARIANT_COLUMNS_DISAGREE')
      .reduce((sum, { count }) => sum + count, 0)
    return { ...sums!, disagreeingRows, futureRows }
  }

  /** Keeps other batches of the experiment from landing until the transaction ends. */
  async lockForLanding(experimentId: string, tx: Transaction): Promise<void> {
    await this.db(tx).execute(sql`select pg_advisory_xact_lock(hashtextextended(${`landing:${experimentId}`}, 0))`)
  }

  /** Notes which part holds the events of others that it was merged from, and of what these were merged from before. */
  async continueIn(id: string, sources: string[], tx: Transaction): Promise<void> {
    await this.db(tx)
      .update(datasetParts)
      .set({ continuedIn: id })
      .where(or(inArray(datasetParts.id, sources), inArray(datasetParts.continuedIn, sources)))
  }

  /** Gives a version the unit tables of another one with the same events. */
  async copyUnitTables(experimentId: string, from: number, to: number, tx: Transaction): Promise<void> {
    const { rule, files, units, exposedUnits } = unitTables
    const tables = await this.db(tx)
      .select({ rule, files, units, exposedUnits })
      .from(unitTables)
      .where(and(eq(unitTables.experimentId, experimentId), eq(unitTables.datasetVersion, from)))
    if (tables.length === 0) return
    await this.db(tx)
      .insert(unitTables)
      .values(tables.map((table) => ({ ...table, experimentId, datasetVersion: to })))
  }

  /** Adds a version after the latest one. The caller holds the landing lock. */
  async addVersion(
    { experimentId, kind = 'BATCH', batchId, added = [], removed = [] }: VersionChange,
    tx: Transaction,
  ): Promise<DatasetVersion> {
    const before = await this.latest(experimentId, tx)
    const number = (before?.number ?? 0) + 1
    if (removed.length > 0) {
      await this.db(tx).update(datasetParts).set({ removedIn: number }).where(inArray(datasetParts.id, removed))
    }
    if (added.length > 0) {
      await this.db(tx)
        .insert(datasetParts)
        .values(added.map((part) => ({ ...part, experimentId, addedIn: number })))
    }
    const parts = await this.partsOf(experimentId, number, tx)
    const total = (pick: (part: DatasetPart) => number) => parts.reduce((sum, part) => sum + pick(part), 0)
    const [row] = await this.db(tx)
      .insert(datasetVersions)
      .values({
        experimentId,
        number,
        kind,
        batchId,
        rows: total(({ rows }) => rows),
        bytes: total(({ bytes }) => bytes),
      })
      .returning()
    return row!
  }
}
