import { idempotencyKeys } from '@fairlift/db'
import { and, eq, sql } from '@fairlift/db/drizzle'
import { Repository, type Transaction } from '../repository.ts'
import type { IdempotentCall } from './idempotency-key.ts'

export type KeptAnswer = typeof idempotencyKeys.$inferSelect

export class IdempotencyRepository extends Repository {
  async find({ owner, key }: IdempotentCall, tx?: Transaction): Promise<KeptAnswer | null> {
    const [row] = await this.db(tx)
      .select()
      .from(idempotencyKeys)
      .where(and(eq(idempotencyKeys.owner, owner), eq(idempotencyKeys.key, key)))
    return row ?? null
  }

  /** Requests with the same key wait here for each other, until the transaction ends. */
  async lock({ owner, key }: IdempotentCall, tx: Transaction): Promise<void> {
    await this.db(tx).execute(sql`select pg_advisory_xact_lock(hashtextextended(${`idempotency ${owner} ${key}`}, 0))`)
  }

  /** Keeps what a key was answered with, in place of an answer that came to nothing. */
  async keep(call: IdempotentCall, answerIds: string[], tx: Transaction): Promise<void> {
    await this.db(tx)
      .insert(idempotencyKeys)
      .values({ ...call, answerIds })
      .onConflictDoUpdate({
        target: [idempotencyKeys.owner, idempotencyKeys.key],
        set: { answerIds, updatedAt: new Date() },
      })
  }
}
