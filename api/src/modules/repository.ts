import { type Database, type DatabaseClient, type Transaction } from '@fairlift/db'
import { sql, type AnyColumn, type SQL } from '@fairlift/db/drizzle'
import { decodeCursor } from './pagination.ts'

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
