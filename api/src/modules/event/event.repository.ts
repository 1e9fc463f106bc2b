import type { Readable } from 'node:stream'
import { copyFrom, datasetParts, events } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, gt, inArray, isNull, sql, type SQL } from '@fairlift/db/drizzle'
import { decodeCursor, encodeCursor, type Page, type PageRequest } from '../pagination.ts'
import { cursorTime, Repository, type DatabaseClient, type Transaction } from '../repository.ts'

export type StoredEvent = typeof events.$inferSelect

/** Which events to list. */
export interface EventFilter {
  userId?: string | null
  type?: string | null
  variantId?: string | null
  from?: Date | null
  to?: Date | null
}

/** A part of the newest version, and how many of its events the table holds. */
export interface CopiedPart {
  id: string
  objectKey: string
  batchId: string | null
  rows: number
  /** Its first rows that were copied from its own file. */
  copiedRows: number
  /** Rows that were copied from the parts it was merged from. */
  continuedRows: number
}

/** The table `events`: a copy of the newest version's events, for looking at single users. */
export class EventRepository extends Repository {
  readonly #pool: DatabaseClient['pool']

  constructor(client: DatabaseClient) {
    super(client)
    this.#pool = client.pool
  }

  /** Events of the newest version that are in the table, newest first. */
  async page(experimentId: string, { first, after }: PageRequest, filter: EventFilter): Promise<Page<StoredEvent>> {
    const rows = await this.db()
      .select({ ...getTableColumns(events), cursorTime: cursorTime(events.timestamp) })
      .from(events)
      .where(
        and(
          eq(events.experimentId, experimentId),
          filter.userId == null ? undefined : eq(events.userId, filter.userId),
          filter.type == null ? undefined : eq(events.eventType, filter.type),
          filter.variantId == null ? undefined : eq(events.variantId, filter.variantId),
          filter.from == null ? undefined : sql`${events.timestamp} >= ${filter.from.toISOString()}::timestamptz`,
          filter.to == null ? undefined : sql`${events.timestamp} < ${filter.to.toISOString()}::timestamptz`,
          // Told as what must not be: a list of what may be would tempt the database to begin with it and sort all.
          sql`${events.partId} <> all (array(${leftBehind(experimentId)}))`,
          afterEvent(after),
        ),
      )
      .orderBy(desc(events.timestamp), desc(events.id))
      .limit(first + 1)
    return {
      items: rows.slice(0, first).map((row) => ({
        item: row,
        cursor: encodeCursor({ time: row.cursorTime, id: String(row.id) }),
      })),
      hasNextPage: rows.length > first,
    }
  }

  /** The parts of the newest version, in the order in which they came. */
  async parts(experimentId: string): Promise<CopiedPart[]> {
    const { id, objectKey, batchId, rows, copiedRows } = getTableColumns(datasetParts)
    const continued = sql<number>`(select coalesce(sum(source.copied_rows), 0) from ${datasetParts} source where source.experiment_id = ${experimentId} and source.continued_in = ${datasetParts.id})`
    return this.db()
      .select({ id, objectKey, batchId, rows, copiedRows, continuedRows: continued.mapWith(Number) })
      .from(datasetParts)
      .where(and(eq(datasetParts.experimentId, experimentId), isNull(datasetParts.removedIn)))
      .orderBy(asc(datasetParts.addedIn), asc(datasetParts.objectKey))
  }

  /** Ids of parts that left the newest version and whose events are still in the table. */
  async partsLeftBehind(experimentId: string): Promise<string[]> {
    const { rows } = await this.db().execute<{ id: string }>(leftBehind(experimentId))
    return rows.map(({ id }) => id)
  }

  /** Ids of the parts that a part was merged from and whose events are in the table under their own names. */
  async sourcesOf(experimentId: string, partId: string): Promise<string[]> {
    const rows = await this.db()
      .select({ id: datasetParts.id })
      .from(datasetParts)
      .where(
        and(
          eq(datasetParts.experimentId, experimentId),
          eq(datasetParts.continuedIn, partId),
          gt(datasetParts.copiedRows, 0),
        ),
      )
    return rows.map(({ id }) => id)
  }

  /** Experiments whose newest version has parts that are not wholly in the table. */
  async experimentsToCopy(): Promise<string[]> {
    const rows = await this.db()
      .selectDistinct({ experimentId: datasetParts.experimentId })
      .from(datasetParts)
      .where(and(isNull(datasetParts.removedIn), sql`${datasetParts.copiedRows} < ${datasetParts.rows}`))
    return rows.map(({ experimentId }) => experimentId)
  }

  /**
   * Adds the next rows of a part, in COPY's text format. All of them count, and are noted with the part, or none: when
   * others have copied the same rows, the part has left the newest version, or a user was erased from its file, null is
   * returned.
   *
   * @param part as it was when the rows were read: `copiedRows` of them are in the table
   */
  async copy(
    { id, objectKey, copiedRows: from }: Pick<CopiedPart, 'id' | 'objectKey' | 'copiedRows'>,
    columns: readonly string[],
    text: Readable,
  ): Promise<number | null> {
    const connection = await this.#pool.connect()
    let failure: Error | null = null
    try {
      await connection.query('begin')
      const rows = await copyFrom(connection, 'events', columns, text)
      // The row is locked at the end only: a batch that lands in the meantime may need it.
      const noted = await connection.query(
        'update dataset_parts set copied_rows = $1, copied_at = now() where id = $2 and copied_rows = $3 and object_key = $4 and removed_in is null',
        [from + rows, id, from, objectKey],
      )
      await connection.query(noted.rowCount === 1 ? 'commit' : 'rollback')
      return noted.rowCount === 1 ? rows : null
    } catch (error) {
      failure = error as Error
      throw error
    } finally {
      // A connection in the midst of a transaction is of no use to others; closing it undoes what it did.
      connection.release(failure ?? undefined)
    }
  }

  /** Removes what was copied of parts. */
  async forget(experimentId: string, partIds: string[]): Promise<void> {
    await this.transaction(async (tx) => {
      await this.db(tx)
        .update(datasetParts)
        .set({ copiedRows: 0, copiedAt: null, continuedIn: null })
        .where(inArray(datasetParts.id, partIds))
      await this.db(tx)
        .delete(events)
        .where(and(eq(events.experimentId, experimentId), inArray(events.partId, partIds)))
    })
  }

  /**
   * Removes a user. Called in the transaction that takes the user out of the parts, after their files were replaced: what
   * is being copied from an old file at that moment is then not taken in.
   */
  async eraseUser(experimentId: string, userId: string, tx: Transaction): Promise<number> {
    const { rows } = await this.db(tx).execute<{ erased: number }>(sql`
      with erased as (
        delete from ${events} where ${events.experimentId} = ${experimentId} and ${events.userId} = ${userId} returning part_id
      ), counted as (
        select part_id, count(*) as rows from erased group by part_id
      ), noted as (
        update ${datasetParts} set copied_rows = greatest(0, copied_rows - counted.rows)
        from counted where ${datasetParts.id} = counted.part_id
      )
      select count(*)::int as erased from erased`)
    return rows[0]?.erased ?? 0
  }
}

/** Parts whose events are in the table though neither they nor what they were merged into is in the newest version. */
function leftBehind(experimentId: string): SQL {
  return sql`select part.id from ${datasetParts} part where part.experiment_id = ${experimentId} and part.copied_rows > 0
    and part.removed_in is not null and not exists (
      select 1 from ${datasetParts} holder where holder.id = part.continued_in and holder.removed_in is null)`
}

/** Events after a cursor, in the order newest first. */
function afterEvent(cursor: string | null | undefined): SQL | undefined {
  if (cursor == null) return undefined
  const { time, id } = decodeCursor(cursor, (text) => /^\d{1,18}$/.test(text))
  return sql`(${events.timestamp}, ${events.id}) < (${time}::timestamptz, ${id}::bigint)`
}
