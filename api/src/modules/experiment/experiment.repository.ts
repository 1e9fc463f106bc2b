import { experiments, variants } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, ilike, inArray, or } from '@fairlift/db/drizzle'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import { afterCursor, cursorTime, Repository, type Transaction } from '../repository.ts'

export type Experiment = typeof experiments.$inferSelect
export type NewExperiment = typeof experiments.$inferInsert
export type Variant = typeof variants.$inferSelect
export type NewVariant = Omit<typeof variants.$inferInsert, 'experimentId'>
export type ExperimentStatus = Experiment['status']

export interface ExperimentFilter {
  status?: ExperimentStatus[] | null
  /** Part of the name or the key. */
  search?: string | null
}

export class ExperimentRepository extends Repository {
  /** Adds an experiment with its variants; returns null when its key is taken. */
  async insert(experiment: NewExperiment, itsVariants: NewVariant[], tx: Transaction): Promise<Experiment | null> {
    const [row] = await this.db(tx)
      .insert(experiments)
      .values(experiment)
      .onConflictDoNothing({ target: experiments.key })
      .returning()
    if (row === undefined) return null
    await this.db(tx)
      .insert(variants)
      .values(itsVariants.map((variant) => ({ ...variant, experimentId: row.id })))
    return row
  }

  async update(id: string, changes: Partial<NewExperiment>, tx?: Transaction): Promise<Experiment | null> {
    const [row] = await this.db(tx).update(experiments).set(changes).where(eq(experiments.id, id)).returning()
    return row ?? null
  }

  byIds(ids: readonly string[]): Promise<Experiment[]> {
    return this.db()
      .select()
      .from(experiments)
      .where(inArray(experiments.id, [...ids]))
  }

  async byKey(key: string): Promise<Experiment | null> {
    const [row] = await this.db().select().from(experiments).where(eq(experiments.key, key))
    return row ?? null
  }

  /** Experiments, newest first. */
  async page({ first, after }: PageRequest, { status, search }: ExperimentFilter): Promise<Page<Experiment>> {
    const pattern = `%${(search ?? '').replaceAll(/[\\%_]/g, '\\$&')}%`
    const rows = await this.db()
      .select({ ...getTableColumns(experiments), cursorTime: cursorTime(experiments.createdAt) })
      .from(experiments)
      .where(
        and(
          afterCursor(after, experiments.createdAt, experiments.id),
          status == null ? undefined : inArray(experiments.status, status),
          search == null || search === ''
            ? undefined
            : or(ilike(experiments.name, pattern), ilike(experiments.key, pattern)),
        ),
      )
      .orderBy(desc(experiments.createdAt), desc(experiments.id))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** The variants of experiments, in their order. */
  variantsOf(experimentIds: readonly string[]): Promise<Variant[]> {
    return this.db()
      .select()
      .from(variants)
      .where(inArray(variants.experimentId, [...experimentIds]))
      .orderBy(asc(variants.experimentId), asc(variants.position))
  }

  variantsByIds(ids: readonly string[]): Promise<Variant[]> {
    return this.db()
      .select()
      .from(variants)
      .where(inArray(variants.id, [...ids]))
  }
}
