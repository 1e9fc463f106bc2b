import { uploads } from '@fairlift/db'
import { and, eq, gt, sql } from '@fairlift/db/drizzle'
import { Repository } from '../repository.ts'

export type Upload = typeof uploads.$inferSelect
export type NewUpload = typeof uploads.$inferInsert

export class UploadRepository extends Repository {
  async insert(upload: NewUpload): Promise<Upload> {
    const [row] = await this.db().insert(uploads).values(upload).returning()
    return row!
  }

  async byId(id: string): Promise<Upload | null> {
    const [row] = await this.db().select().from(uploads).where(eq(uploads.id, id))
    return row ?? null
  }

  /** The upload that was begun under this key and can still be gone on with. */
  async underWay(experimentId: string, idempotencyKey: string, now: Date): Promise<Upload | null> {
    const [row] = await this.db()
      .select()
      .from(uploads)
      .where(
        and(
          eq(uploads.status, 'PENDING'),
          gt(uploads.expiresAt, now),
          eq(uploads.experimentId, experimentId),
          sql`${uploads.input}->>'idempotencyKey' = ${idempotencyKey}`,
        ),
      )
      .limit(1)
    return row ?? null
  }

  /** Notes what came of an upload. */
  async complete(id: string, batchId: string): Promise<void> {
    await this.db().update(uploads).set({ status: 'COMPLETED', batchId }).where(eq(uploads.id, id))
  }

  /** Gives up an upload that cannot be completed. */
  async expire(id: string): Promise<void> {
    await this.db()
      .update(uploads)
      .set({ status: 'EXPIRED' })
      .where(and(eq(uploads.id, id), eq(uploads.status, 'PENDING')))
  }
}
