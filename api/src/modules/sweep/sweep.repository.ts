import { analyses, batches, datasetParts, idempotencyKeys, models, unitTables, uploads } from '@fairlift/db'
import { and, eq, inArray, isNull, lt, ne, or, sql } from '@fairlift/db/drizzle'
import { Repository } from '../repository.ts'

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** Finds out what is still needed. */
export class SweepRepository extends Repository {
  /** Runs the work, unless another process is at it. Returns whether it was run. */
  alone(work: () => Promise<void>): Promise<boolean> {
    return this.transaction(async (tx) => {
      const locked = await this.db(tx).execute<{ mine: boolean }>(
        sql`select pg_try_advisory_xact_lock(hashtextextended('sweep', 0)) as mine`,
      )
      if (!locked.rows[0]!.mine) return false
      await work()
      return true
    })
  }

  /** Those of the keys that something refers to: a version, however old, a batch, an analysis, a model, an upload. */
  async referenced(keys: string[]): Promise<Set<string>> {
    const found = new Set<string>()
    const note = (key: string | null): void => {
      if (key !== null) found.add(key)
    }
    const parts = await this.db()
      .select({ object: datasetParts.objectKey, keys: datasetParts.keysObjectKey })
      .from(datasetParts)
      .where(or(inArray(datasetParts.objectKey, keys), inArray(datasetParts.keysObjectKey, keys)))
    for (const part of parts) [part.object, part.keys].forEach(note)
    const files = await this.db()
      .select({ raw: batches.rawKey, rejects: batches.rejectsKey })
      .from(batches)
      .where(and(isNull(batches.rawDeletedAt), or(inArray(batches.rawKey, keys), inArray(batches.rejectsKey, keys))))
    for (const file of files) [file.raw, file.rejects].forEach(note)
    const sent = await this.db()
      .select({ key: uploads.objectKey })
      .from(uploads)
      .where(and(inArray(uploads.objectKey, keys), ne(uploads.status, 'EXPIRED')))
    for (const { key } of sent) note(key)
    await this.#addArtifacts(keys, found)
    const rest = keys.filter((key) => !found.has(key))
    if (rest.length > 0) await this.#addUnitTables(rest, found)
    return found
  }

  /** All files in the folder of an analysis, or of a model, are its own. */
  async #addArtifacts(keys: string[], found: Set<string>): Promise<void> {
    const idsOf = new Map(keys.map((key) => [key, key.match(UUID) ?? []]))
    const ids = [...new Set([...idsOf.values()].flat())]
    if (ids.length === 0) return
    const known = await this.db()
      .select({ id: analyses.id, aggregatesKey: analyses.aggregatesKey })
      .from(analyses)
      .where(or(inArray(analyses.id, ids), inArray(analyses.aggregatesKey, keys)))
    const trained = await this.db()
      .select({ id: models.id, artifactKey: models.artifactKey })
      .from(models)
      .where(or(inArray(models.id, ids), inArray(models.artifactKey, keys)))
    const owners = new Set([...known, ...trained].map(({ id }) => id))
    for (const { aggregatesKey } of known) found.add(aggregatesKey)
    for (const { artifactKey } of trained) found.add(artifactKey)
    for (const [key, own] of idsOf) if (own.some((id) => owners.has(id))) found.add(key)
  }

  async #addUnitTables(keys: string[], found: Set<string>): Promise<void> {
    const { rows } = await this.db().execute<{ key: string }>(sql`
      select file ->> 'objectKey' as key from ${unitTables}, jsonb_array_elements(${unitTables.files}) file
      where file ->> 'objectKey' in ${keys}`)
    for (const { key } of rows) found.add(key)
  }

  /** Gives up uploads that nobody completed in time. Returns them. */
  expireUploads(): Promise<{ id: string; key: string; session: string | null }[]> {
    return this.db()
      .update(uploads)
      .set({ status: 'EXPIRED' })
      .where(and(eq(uploads.status, 'PENDING'), lt(uploads.expiresAt, sql`now()`)))
      .returning({ id: uploads.id, key: uploads.objectKey, session: uploads.session })
  }

  /** Forgets the idempotency keys that were given so many days ago. Returns how many. */
  async forgetIdempotencyKeys(days: number): Promise<number> {
    const old = await this.db()
      .delete(idempotencyKeys)
      .where(lt(idempotencyKeys.createdAt, sql`now() - make_interval(days => ${days})`))
      .returning({ id: idempotencyKeys.id })
    return old.length
  }

  /** Forgets the unit tables of all but the newest versions of each experiment. Returns how many. */
  async forgetUnitTables(kept: number): Promise<number> {
    const ranked = this.db()
      .select({
        id: unitTables.id,
        rank: sql<number>`dense_rank() over (partition by ${unitTables.experimentId} order by ${unitTables.datasetVersion} desc)`.as(
          'rank',
        ),
      })
      .from(unitTables)
      .as('ranked')
    const old = this.db()
      .select({ id: ranked.id })
      .from(ranked)
      .where(sql`${ranked.rank} > ${kept}`)
    return (await this.db().delete(unitTables).where(inArray(unitTables.id, old)).returning({ id: unitTables.id }))
      .length
  }
}
