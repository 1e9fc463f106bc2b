import { datasetVersions, unitTables } from '@fairlift/db'
import { and, desc, eq, gt, lte } from '@fairlift/db/drizzle'
import { Repository, type Transaction } from '../repository.ts'

export type UnitTable = typeof unitTables.$inferSelect
export type NewUnitTable = typeof unitTables.$inferInsert

export class UnitTableRepository extends Repository {
  /** The table of a version, or else of the newest version before it that has one. */
  async newestUpTo(experimentId: string, datasetVersion: number, rule: string): Promise<UnitTable | null> {
    const [row] = await this.db()
      .select()
      .from(unitTables)
      .where(
        and(
          eq(unitTables.experimentId, experimentId),
          eq(unitTables.rule, rule),
          lte(unitTables.datasetVersion, datasetVersion),
        ),
      )
      .orderBy(desc(unitTables.datasetVersion))
      .limit(1)
    return row ?? null
  }

  /** Whether a user was erased after a version: what was made of it must not be kept. */
  async isErasedAfter(experimentId: string, datasetVersion: number, tx: Transaction): Promise<boolean> {
    const rows = await this.db(tx)
      .select({ id: datasetVersions.id })
      .from(datasetVersions)
      .where(
        and(
          eq(datasetVersions.experimentId, experimentId),
          eq(datasetVersions.kind, 'ERASURE'),
          gt(datasetVersions.number, datasetVersion),
        ),
      )
      .limit(1)
    return rows.length > 0
  }

  /** Whether a table is still there; then its files stay until the transaction ends. */
  async hold(id: string, tx: Transaction): Promise<boolean> {
    const rows = await this.db(tx)
      .select({ id: unitTables.id })
      .from(unitTables)
      .where(eq(unitTables.id, id))
      .for('key share')
    return rows.length > 0
  }

  /** Stores a table; null when there is one already. */
  async insert(table: NewUnitTable, tx: Transaction): Promise<UnitTable | null> {
    const [row] = await this.db(tx).insert(unitTables).values(table).onConflictDoNothing().returning()
    return row ?? null
  }
}
