import { jobs } from '@fairlift/db'
import { and, asc, desc, eq, getTableColumns, inArray, sql } from '@fairlift/db/drizzle'
import { fromDrizzle, type Db } from 'pg-boss'
import { pageOf, type Page, type PageRequest } from '../pagination.ts'
import { afterCursor, cursorTime, Repository, type Transaction } from '../repository.ts'

export type Job = typeof jobs.$inferSelect
export type NewJob = typeof jobs.$inferInsert
export type JobKind = Job['kind']
export type JobStatus = Job['status']

/** What tells how far reading a file has come. */
export type ReadCount = 'rowsRead' | 'bytesRead' | 'bytesTotal'

/** How far a job is; what is left out stays as it was. */
export type JobProgress = Pick<Job, 'stage' | 'progress'> & Partial<Pick<Job, ReadCount>>

export interface JobFilter {
  experimentId?: string | null
  kind?: JobKind[] | null
  status?: JobStatus[] | null
}

/** A transaction as the job queue uses it, so that what it stores counts with the rest. */
export function asQueueDatabase(transaction: Transaction): Db {
  return fromDrizzle(transaction, sql)
}

const NOTHING_READ: Record<ReadCount, null> = { rowsRead: null, bytesRead: null, bytesTotal: null }

const LIVE: JobStatus[] = ['QUEUED', 'RUNNING']

/** A job's input without the user that it is about: nobody needs to know once it has ended. */
const withoutPerson = sql`${jobs.input} - 'userId'`

export class JobRepository extends Repository {
  /** Adds a job; returns null when its idempotency key names one already. */
  async insert(job: NewJob, tx?: Transaction): Promise<Job | null> {
    const [row] = await this.db(tx).insert(jobs).values(job).onConflictDoNothing().returning()
    return row ?? null
  }

  async byIdempotencyKey(experimentId: string, kind: JobKind, key: string, tx?: Transaction): Promise<Job | null> {
    const [row] = await this.db(tx)
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.experimentId, experimentId),
          eq(jobs.kind, kind),
          eq(jobs.idempotencyKey, key),
          inArray(jobs.status, [...LIVE, 'SUCCEEDED']),
        ),
      )
      .orderBy(desc(jobs.createdAt))
      .limit(1)
    return row ?? null
  }

  /** Makes a job of autoRun's one that somebody asked for; returns null when it has been given up meanwhile. */
  async keep(id: string, tx?: Transaction): Promise<Job | null> {
    const [row] = await this.db(tx)
      .update(jobs)
      .set({ autoRun: false })
      .where(and(eq(jobs.id, id), inArray(jobs.status, [...LIVE, 'SUCCEEDED'])))
      .returning()
    return row ?? null
  }

  /** Cancels the jobs that wait for autoRun's sake, of the kind and experiment of one that takes their place. */
  async supersede(by: Pick<Job, 'id' | 'kind' | 'experimentId'>, error: Job['error']): Promise<void> {
    await this.db()
      .update(jobs)
      .set({ status: 'CANCELLED', cancelRequested: true, error, finishedAt: new Date() })
      .where(
        and(
          eq(jobs.kind, by.kind),
          eq(jobs.experimentId, by.experimentId),
          eq(jobs.status, 'QUEUED'),
          eq(jobs.autoRun, true),
          sql`${jobs.id} <> ${by.id}`,
        ),
      )
  }

  /** Whether any job of these kinds waits or runs, of whichever experiment. */
  async isAnyLive(kinds: JobKind[]): Promise<boolean> {
    const [row] = await this.db()
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(inArray(jobs.kind, kinds), inArray(jobs.status, LIVE)))
      .limit(1)
    return row !== undefined
  }

  async isLive(kind: JobKind, experimentId: string): Promise<boolean> {
    const [row] = await this.db()
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.kind, kind), eq(jobs.experimentId, experimentId), inArray(jobs.status, LIVE)))
      .limit(1)
    return row !== undefined
  }

  async isWaiting(kind: JobKind, experimentId: string): Promise<boolean> {
    const [row] = await this.db()
      .select({ id: jobs.id })
      .from(jobs)
      .where(and(eq(jobs.kind, kind), eq(jobs.experimentId, experimentId), eq(jobs.status, 'QUEUED')))
      .limit(1)
    return row !== undefined
  }

  /** Who adds jobs of an experiment waits here for who is adding some, until the transaction ends. */
  async lockQueue(experimentId: string, tx: Transaction): Promise<void> {
    await this.db(tx).execute(sql`select pg_advisory_xact_lock(hashtextextended(${`queue ${experimentId}`}, 0))`)
  }

  async countWaiting(experimentId: string, tx?: Transaction): Promise<number> {
    const [row] = await this.db(tx)
      .select({ waiting: sql<number>`count(*)::int` })
      .from(jobs)
      .where(and(eq(jobs.experimentId, experimentId), eq(jobs.status, 'QUEUED')))
    return row!.waiting
  }

  byIds(ids: readonly string[]): Promise<Job[]> {
    return this.db()
      .select()
      .from(jobs)
      .where(inArray(jobs.id, [...ids]))
  }

  /** The newest job of each batch. */
  ofBatches(batchIds: readonly string[]): Promise<Job[]> {
    return this.db()
      .selectDistinctOn([jobs.batchId])
      .from(jobs)
      .where(inArray(jobs.batchId, [...batchIds]))
      .orderBy(jobs.batchId, desc(jobs.createdAt))
  }

  /** The first job that made each model; later ones found it made. */
  ofModels(modelIds: readonly string[]): Promise<Job[]> {
    return this.db()
      .selectDistinctOn([jobs.modelId])
      .from(jobs)
      .where(inArray(jobs.modelId, [...modelIds]))
      .orderBy(jobs.modelId, asc(jobs.createdAt))
  }

  async page({ first, after }: PageRequest, { experimentId, kind, status }: JobFilter): Promise<Page<Job>> {
    const rows = await this.db()
      .select({ ...getTableColumns(jobs), cursorTime: cursorTime(jobs.createdAt) })
      .from(jobs)
      .where(
        and(
          afterCursor(after, jobs.createdAt, jobs.id),
          experimentId == null ? undefined : eq(jobs.experimentId, experimentId),
          kind == null ? undefined : inArray(jobs.kind, kind),
          status == null ? undefined : inArray(jobs.status, status),
        ),
      )
      .orderBy(desc(jobs.createdAt), desc(jobs.id))
      .limit(first + 1)
    return pageOf(rows, first)
  }

  /** Begins an attempt. Returns null when the job has ended, or was cancelled before it began. */
  async begin(id: string): Promise<Job | null> {
    const [row] = await this.db()
      .update(jobs)
      .set({
        status: 'RUNNING',
        stage: null,
        progress: 0,
        ...NOTHING_READ,
        error: null,
        attempts: sql`${jobs.attempts} + 1`,
        startedAt: sql`coalesce(${jobs.startedAt}, now())`,
      })
      .where(and(eq(jobs.id, id), inArray(jobs.status, LIVE), eq(jobs.cancelRequested, false)))
      .returning()
    return row ?? null
  }

  /** Notes progress; returns whether the job was asked to stop. */
  async progress(id: string, progress: JobProgress): Promise<boolean> {
    const [row] = await this.db()
      .update(jobs)
      .set(progress)
      .where(and(eq(jobs.id, id), eq(jobs.status, 'RUNNING')))
      .returning({ cancelRequested: jobs.cancelRequested })
    return row?.cancelRequested ?? false
  }

  /** Ends a job. A job that has ended stays as it is. */
  async end(
    id: string,
    outcome: Pick<Job, 'status'> &
      Partial<Pick<Job, 'error' | 'batchId' | 'analysisId' | 'calibrationId' | 'modelId' | ReadCount>>,
  ): Promise<void> {
    await this.db()
      .update(jobs)
      .set({
        ...outcome,
        finishedAt: new Date(),
        input: withoutPerson,
        ...(outcome.status === 'SUCCEEDED' ? { progress: 1, stage: null } : {}),
      })
      .where(and(eq(jobs.id, id), inArray(jobs.status, LIVE)))
  }

  /** Puts a job back: its attempt ended without an outcome and another one follows. */
  async requeue(id: string, error: Job['error']): Promise<void> {
    await this.db()
      .update(jobs)
      .set({ status: 'QUEUED', stage: null, progress: 0, ...NOTHING_READ, error })
      .where(and(eq(jobs.id, id), eq(jobs.status, 'RUNNING')))
  }

  /** Asks a job to stop: one that waits has ended at once. Returns it, or null when there is none. */
  async cancel(id: string): Promise<Job | null> {
    await this.db()
      .update(jobs)
      .set({
        cancelRequested: true,
        input: sql`case when ${jobs.status} = 'QUEUED' then ${withoutPerson} else ${jobs.input} end`,
        status: sql`case when ${jobs.status} = 'QUEUED' then 'CANCELLED' else ${jobs.status} end`,
        finishedAt: sql`case when ${jobs.status} = 'QUEUED' then now() else ${jobs.finishedAt} end`,
      })
      .where(and(eq(jobs.id, id), inArray(jobs.status, LIVE)))
    const [row] = await this.byIds([id])
    return row ?? null
  }
}
