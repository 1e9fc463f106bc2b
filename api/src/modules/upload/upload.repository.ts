import { uploads } from '@fairlift/db'
import { and, eq, sql } from '@fairlift/db/drizzle'
import { Repository, type Transaction } from '../repository.ts'

export type Upload = typeof uploads.$inferSelect
export type NewUpload = typeof uploads.$inferInsert

export class UploadRepository extends Repository {
  async insert(upload: NewUpload, tx: Transaction): Promise<Upload> {
    const [row] = await this.db(tx).insert(uploads).values(upload).returning()
    return row!
  }

  async byId(id: string): Promise<Upload | null> {
    const [row] = await this.db().select().from(uploads).where(eq(uploads.id, id))
    return row ?? null
  }

  /** Notes the session of an upload, unless it has one. Returns the one that counts. */
  async keepSession(id: string, session: string): Promise<string> {
    const [row] = await this.db()
      .update(uploads)
      .set({ session: sql`coalesce(${uploads.session}, ${session})` })
      .where(eq(uploads.id, id))
      .returning({ session: uploads.session })
    return row?.session ?? session
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
