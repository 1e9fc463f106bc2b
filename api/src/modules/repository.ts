import type { Database, DatabaseClient, Transaction } from '@fairlift/db'
import { sql, type AnyColumn, type SQL } from '@fairlift/db/drizzle'
import { decodeCursor, pageOf, type Page } from './pagination.ts'

export type { DatabaseClient, Transaction }

/** Base of the repositories: the only classes that know the database. */
export abstract class Repository {
  readonly #client: DatabaseClient

  constructor(client: DatabaseClient) {
    this.#client = client
  }

  /** The transaction a caller is in, or the pool. */
  protected db(transaction?: Transaction): Database {
    return transaction ?? this.#client.db
  }

  /** Runs statements of several repositories in one transaction: all of them count, or none. */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#client.db.transaction(work)
  }
}

/** A row's time as the database writes it: JavaScript's dates lose the microseconds that cursors need. */
export function cursorTime(column: AnyColumn): SQL<string> {
  return sql<string>`${column}::text`
}

/** Rows after a cursor, in the order newest first. */
export function afterCursor(cursor: string | null | undefined, time: AnyColumn, id: AnyColumn): SQL | undefined {
  if (cursor == null) return undefined
  const position = decodeCursor(cursor)
  return sql`(${time}, ${id}) < (${position.time}::timestamptz, ${position.id}::uuid)`
}

/** The place of a row among those of its experiment, newest first, from 1: for the first pages of many experiments. */
export function rankInExperiment(experimentId: AnyColumn, time: AnyColumn, id: AnyColumn): SQL.Aliased<number> {
  return sql<number>`row_number() over (partition by ${experimentId} order by ${time} desc, ${id} desc)`.as('rank')
}

/** A page for each experiment, of rows that were read for all of them with one more each than asked for. */
export function pagesByExperiment<Row extends { id: string; experimentId: string; cursorTime: string }>(
  rows: Row[],
  experimentIds: readonly string[],
  first: number,
): Map<string, Page<Row>> {
  const byExperiment = Map.groupBy(rows, ({ experimentId }) => experimentId)
  return new Map(experimentIds.map((id) => [id, pageOf(byExperiment.get(id) ?? [], first)]))
}
