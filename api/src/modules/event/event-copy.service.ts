import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { copyColumns } from '../../ingest/write-copy-text.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { TaskContext } from '../../jobs/define-task.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { JobService } from '../job/job.service.ts'
import type { CopiedPart, EventRepository } from './event.repository.ts'

export interface EventCopySettings {
  /** Most events of an experiment that are copied: 0 for none, Infinity for all. */
  maxRows: number
  /** After so long a job ends, and another one goes on. */
  maxJobMs: number
}

/** What is in the table of an experiment's newest version. */
export interface CopyState {
  totalRows: number
  copiedRows: number
  /** As many as the settings allow. */
  wantedRows: number
}

/** The next thing to do. */
type Step = { kind: 'forget'; partIds: string[] } | { kind: 'copy'; part: CopiedPart; rows: number }

/**
 * Rows that are copied at a time: half a row group. Each piece counts by itself, so that little is done twice after a
 * crash, and more urgent work waits a fraction of a second at most.
 */
const PIECE_ROWS = 65_536
/** How often it looks whether more urgent work has ended, and how long it gives way before it copies a piece all the same. */
const QUIET_INTERVAL_MS = 200
const PATIENCE_MS = 20_000

/**
 * Copies the events of the newest version to the table where single users are looked at. Nobody waits for it: it gives
 * way to uploads and analyses, and whatever it has not done yet is told with the events.
 */
export class EventCopyService {
  readonly #events: EventRepository
  readonly #jobs: JobService
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #settings: EventCopySettings

  constructor(
    events: EventRepository,
    jobs: JobService,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
    settings: EventCopySettings,
  ) {
    this.#events = events
    this.#jobs = jobs
    this.#store = store
    this.#compute = compute
    this.#folders = folders
    this.#settings = settings
  }

  /** Queues the copying of what is not in the table yet and the removal of what should not be, where there is any. */
  async request(experimentId: string): Promise<void> {
    // A job that runs may have looked for the last time: only one that waits will see what has just landed.
    if (await this.#jobs.isWaiting('COPY_EVENTS', experimentId)) return
    if ((await this.#next(experimentId)) === null) return
    await this.#jobs.enqueue({ kind: 'COPY_EVENTS', experimentId, input: {}, isOwn: true })
  }

  /** Takes up what was left undone, such as by a server whose settings allowed less. */
  async catchUp(): Promise<void> {
    for (const experimentId of await this.#events.experimentsToCopy()) await this.request(experimentId)
  }

  /** Copies piece by piece until nothing is left to do. */
  async run(experimentId: string, context: TaskContext): Promise<void> {
    const endsAt = performance.now() + this.#settings.maxJobMs
    await this.#folders.use(async (workFolder) => {
      for (;;) {
        await this.#giveWay(context)
        const step = await this.#next(experimentId)
        if (step === null) return
        if (performance.now() > endsAt) return void (await this.request(experimentId))
        const { copiedRows, wantedRows } = await this.state(experimentId)
        const text = `${copiedRows.toLocaleString('en')} of ${wantedRows.toLocaleString('en')} events copied`
        context.report(text, wantedRows === 0 ? 0 : copiedRows / wantedRows)
        if (step.kind === 'forget') await this.#events.forget(experimentId, step.partIds)
        else await this.#copy(experimentId, step, workFolder, context)
      }
    })
  }

  async state(experimentId: string): Promise<CopyState> {
    const parts = await this.#events.parts(experimentId)
    const totalRows = parts.reduce((sum, { rows }) => sum + rows, 0)
    const copiedRows = parts.reduce((sum, part) => sum + inTable(part), 0)
    return { totalRows, copiedRows, wantedRows: Math.max(copiedRows, Math.min(totalRows, this.#settings.maxRows)) }
  }

  /** Whether copying is under way or waits for its turn. */
  isCopying(experimentId: string): Promise<boolean> {
    return this.#jobs.isLive('COPY_EVENTS', experimentId)
  }

  /** First what should not be there goes, which may make room; then the parts are filled up in their order. */
  async #next(experimentId: string): Promise<Step | null> {
    const leftBehind = await this.#events.partsLeftBehind(experimentId)
    if (leftBehind.length > 0) return { kind: 'forget', partIds: leftBehind }
    const parts = await this.#events.parts(experimentId)
    const room = this.#settings.maxRows - parts.reduce((sum, part) => sum + inTable(part), 0)
    const part = room > 0 ? parts.find((one) => inTable(one) < one.rows) : undefined
    if (part === undefined) return null
    if (part.continuedRows > 0) {
      // Which rows of a merged part those of its sources are is not known: it is copied as a whole.
      return { kind: 'forget', partIds: await this.#events.sourcesOf(experimentId, part.id) }
    }
    return { kind: 'copy', part, rows: Math.min(PIECE_ROWS, room, part.rows - part.copiedRows) }
  }

  async #copy(
    experimentId: string,
    { part, rows }: Extract<Step, { kind: 'copy' }>,
    workFolder: string,
    { signal }: TaskContext,
  ): Promise<void> {
    const path = join(workFolder, 'events.copy')
    const written = await this.#compute.run(
      'writeCopyText',
      {
        partPath: await this.#store.localFile(part.objectKey, workFolder),
        from: part.copiedRows,
        rows,
        experimentId,
        partId: part.id,
        batchId: part.batchId,
        path,
      },
      { signal },
    )
    if (written.rows === 0) throw new Error(`The part ${part.id} has fewer rows than its manifest says.`)
    await this.#events.copy(part, copyColumns, createReadStream(path, { signal }))
  }

  /** Waits while uploads are read or analyses computed; a stream of them holds it up for a while only. */
  async #giveWay({ signal }: TaskContext): Promise<void> {
    const giveUpAt = performance.now() + PATIENCE_MS
    while (performance.now() < giveUpAt) {
      signal.throwIfAborted()
      if (!(await this.#jobs.isAnyLive(['INGEST_BATCH', 'RUN_ANALYSIS']))) return
      await delay(QUIET_INTERVAL_MS, undefined, { signal })
    }
  }
}

function inTable({ rows, copiedRows, continuedRows }: CopiedPart): number {
  return Math.min(rows, copiedRows + continuedRows)
}
