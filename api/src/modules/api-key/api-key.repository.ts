import { apiKeys } from '@fairlift/db'
import { and, desc, eq, gt, inArray, isNull, lt, or, sql } from '@fairlift/db/drizzle'
import { Repository, type Transaction } from '../repository.ts'

export type ApiKey = typeof apiKeys.$inferSelect
export type NewApiKeyRow = typeof apiKeys.$inferInsert

/** Good for now: neither revoked nor expired. */
const isLive = and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)))

export class ApiKeyRepository extends Repository {
  async insert(key: NewApiKeyRow, tx?: Transaction): Promise<ApiKey> {
    const [row] = await this.db(tx).insert(apiKeys).values(key).returning()
    return row!
  }

  /** Adds a key unless it is there, be it revoked. Returns what is there. */
  async insertOnce(key: NewApiKeyRow): Promise<ApiKey> {
    await this.db().insert(apiKeys).values(key).onConflictDoNothing({ target: apiKeys.hash })
    const [row] = await this.db().select().from(apiKeys).where(eq(apiKeys.hash, key.hash))
    return row!
  }

  /** Adds a key where there has never been one. Processes that start at once wait for each other here. */
  insertFirst(key: NewApiKeyRow): Promise<ApiKey | null> {
    return this.transaction(async (tx) => {
      await this.#lock(tx)
      return (await this.hasAny(tx)) ? null : this.insert(key, tx)
    })
  }

  /** Whether there is or was any key. */
  async hasAny(tx?: Transaction): Promise<boolean> {
    const [any] = await this.db(tx).select({ id: apiKeys.id }).from(apiKeys).limit(1)
    return any !== undefined
  }

  /** All there ever were, newest first. */
  list(): Promise<ApiKey[]> {
    return this.db().select().from(apiKeys).orderBy(desc(apiKeys.createdAt), desc(apiKeys.id))
  }

  async byId(id: string, tx?: Transaction): Promise<ApiKey | null> {
    const [row] = await this.db(tx).select().from(apiKeys).where(eq(apiKeys.id, id))
    return row ?? null
  }

  byPrefix(prefix: string): Promise<ApiKey[]> {
    return this.db().select().from(apiKeys).where(eq(apiKeys.prefix, prefix))
  }

  /** Those of the ids whose keys are good. */
  async liveAmong(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.db()
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(and(inArray(apiKeys.id, [...ids]), isLive))
    return new Set(rows.map(({ id }) => id))
  }

  /** Whether there is a key with a scope that is good; of others than the one named. */
  async hasLive(scope: string, besides: string | null = null, tx?: Transaction): Promise<boolean> {
    const [row] = await this.db(tx)
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(
        and(
          isLive,
          sql`${scope} = any(${apiKeys.scopes})`,
          besides === null ? undefined : sql`${apiKeys.id} <> ${besides}`,
        ),
      )
      .limit(1)
    return row !== undefined
  }

  async revoke(id: string, tx: Transaction): Promise<ApiKey | null> {
    const [row] = await this.db(tx)
      .update(apiKeys)
      .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, now())` })
      .where(eq(apiKeys.id, id))
      .returning()
    return row ?? null
  }

  /** Runs work that must not be done for two keys at once, such as revoking the last one but one. */
  alone<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    return this.transaction(async (tx) => {
      await this.#lock(tx)
      return work(tx)
    })
  }

  /** Notes that a key was used, where that was not noted since. */
  async touch(id: string, since: Date): Promise<void> {
    await this.db()
      .update(apiKeys)
      .set({ lastUsedAt: sql`now()`, updatedAt: sql`${apiKeys.updatedAt}` })
      .where(and(eq(apiKeys.id, id), or(isNull(apiKeys.lastUsedAt), lt(apiKeys.lastUsedAt, since))))
  }

  async #lock(tx: Transaction): Promise<void> {
    await this.db(tx).execute(sql`select pg_advisory_xact_lock(hashtextextended('api-keys', 0))`)
  }
}
