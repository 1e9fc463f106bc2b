import { models } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, inArray, sql } from '@fairlift/db/drizzle'
import type { ModelCard } from '../../models/model-card.ts'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import { afterCursor, cursorTime, pagesByExperiment, rankInExperiment, Repository } from '../repository.ts'
import type { TrainQuestion } from './train-question.ts'

type StoredModel = typeof models.$inferSelect
export type NewModel = typeof models.$inferInsert
/** The card without what only predictions need; the file has all of it. */
export type ShownCard = Omit<ModelCard, 'covariance'>
export type Model = Omit<StoredModel, 'card' | 'settings'> & { card: ShownCard; settings: TrainQuestion }

export class ModelRepository extends Repository {
  /** Stores a model; returns null when the same has been trained meanwhile. */
  async insert(model: NewModel): Promise<Model | null> {
    const [row] = await this.db()
      .insert(models)
      .values(model)
      .onConflictDoNothing({ target: models.resultKey })
      .returning()
    return (row as Model | undefined) ?? null
  }

  async byResultKey(resultKey: string): Promise<Model | null> {
    const [row] = await this.db().select().from(models).where(eq(models.resultKey, resultKey))
    return (row as Model | undefined) ?? null
  }

  async byIds(ids: readonly string[]): Promise<Model[]> {
    const rows = await this.db()
      .select()
      .from(models)
      .where(inArray(models.id, [...ids]))
    return rows as Model[]
  }

  async page(experimentId: string, { first, after }: PageRequest): Promise<Page<Model>> {
    const rows = await this.db()
      .select({ ...getTableColumns(models), cursorTime: cursorTime(models.trainedAt) })
      .from(models)
      .where(and(eq(models.experimentId, experimentId), afterCursor(after, models.trainedAt, models.id)))
      .orderBy(desc(models.trainedAt), desc(models.id))
      .limit(first + 1)
    return pageOf(rows, first) as unknown as Page<Model>
  }

  /** The first models of many experiments, newest first, in one statement. */
  async firstPages(experimentIds: readonly string[], first: number): Promise<Map<string, Page<Model>>> {
    const ranked = this.db()
      .select({
        ...getTableColumns(models),
        cursorTime: cursorTime(models.trainedAt).as('cursor_time'),
        rank: rankInExperiment(models.experimentId, models.trainedAt, models.id),
      })
      .from(models)
      .where(inArray(models.experimentId, [...experimentIds]))
      .as('ranked')
    const rows = await this.db()
      .select()
      .from(ranked)
      .where(sql`${ranked.rank} <= ${first + 1}`)
      .orderBy(asc(ranked.experimentId), asc(ranked.rank))
    return pagesByExperiment(rows, experimentIds, first) as unknown as Map<string, Page<Model>>
  }
}
