import { calibrations } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, inArray, sql } from '@fairlift/db/drizzle'
import type { CalibrationRow } from '../../analysis/calibration/calibrate.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import { afterCursor, cursorTime, pagesByExperiment, rankInExperiment, Repository } from '../repository.ts'

type StoredCalibration = typeof calibrations.$inferSelect
export type NewCalibration = typeof calibrations.$inferInsert
export type Calibration = Omit<StoredCalibration, 'rows' | 'settings'> & {
  rows: CalibrationRow[]
  settings: AnalysisSettings
}

export class CalibrationRepository extends Repository {
  /** Stores a calibration; returns null when the same has been computed meanwhile. */
  async insert(calibration: NewCalibration): Promise<Calibration | null> {
    const [row] = await this.db()
      .insert(calibrations)
      .values(calibration)
      .onConflictDoNothing({ target: calibrations.resultKey })
      .returning()
    return (row as Calibration | undefined) ?? null
  }

  async byResultKey(resultKey: string): Promise<Calibration | null> {
    const [row] = await this.db().select().from(calibrations).where(eq(calibrations.resultKey, resultKey))
    return (row as Calibration | undefined) ?? null
  }

  async byIds(ids: readonly string[]): Promise<Calibration[]> {
    const rows = await this.db()
      .select()
      .from(calibrations)
      .where(inArray(calibrations.id, [...ids]))
    return rows as Calibration[]
  }

  async page(experimentId: string, { first, after }: PageRequest): Promise<Page<Calibration>> {
    const rows = await this.db()
      .select({ ...getTableColumns(calibrations), cursorTime: cursorTime(calibrations.computedAt) })
      .from(calibrations)
      .where(
        and(eq(calibrations.experimentId, experimentId), afterCursor(after, calibrations.computedAt, calibrations.id)),
      )
      .orderBy(desc(calibrations.computedAt), desc(calibrations.id))
      .limit(first + 1)
    return pageOf(rows, first) as unknown as Page<Calibration>
  }

  /** The first calibrations of many experiments, newest first, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Calibration>>> {
    const ranked = this.db()
      .select({
        ...getTableColumns(calibrations),
        cursorTime: cursorTime(calibrations.computedAt).as('cursor_time'),
        rank: rankInExperiment(calibrations.experimentId, calibrations.computedAt, calibrations.id),
      })
      .from(calibrations)
      .where(inArray(calibrations.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first) as unknown as Map<string, Page<Calibration>>
  }
}
