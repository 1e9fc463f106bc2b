import { randomUUID } from 'node:crypto'
import type { UnitTableResult } from '../../engine/polars/update-unit-table.ts'
import type { Window } from '../../engine/plan.ts'
import { unitRuleName, type UnitFile } from '../../engine/unit-table.ts'
import type { ComputePool } from '../../jobs/compute/pool.ts'
import type { WorkFolders } from '../../jobs/work-folders.ts'
import type { Logger } from '../../logger.ts'
import type { ObjectStore } from '../../storage/object-store.ts'
import type { DatasetPart, DatasetRepository } from './dataset.repository.ts'
import { partFilesOf } from './part-files.ts'
import type { UnitTable, UnitTableRepository } from './unit-table.repository.ts'

/** With more event types the table would be wider than the events are long. */
const MOST_EVENT_TYPES = 64

/**
 * Keeps unit tables: the events of a version summed up per unit, for one window. A table is made of the newest one before
 * it and the parts that came since, or of all parts where there is none.
 */
export class UnitTableService {
  readonly #tables: UnitTableRepository
  readonly #datasets: DatasetRepository
  readonly #store: ObjectStore
  readonly #compute: ComputePool
  readonly #folders: WorkFolders
  readonly #logger: Logger
  readonly #minEvents: number

  /** @param minEvents versions with fewer events have no table: reading the events takes no longer */
  constructor(
    tables: UnitTableRepository,
    datasets: DatasetRepository,
    store: ObjectStore,
    compute: ComputePool,
    folders: WorkFolders,
    logger: Logger,
    minEvents: number,
  ) {
    this.#tables = tables
    this.#datasets = datasets
    this.#store = store
    this.#compute = compute
    this.#folders = folders
    this.#logger = logger
    this.#minEvents = minEvents
  }

  /** The files of a version's table for a window, where there is one: there for as long as the folder of the work is. */
  async find(experimentId: string, datasetVersion: number, window: Window, folder: string): Promise<UnitFile[] | null> {
    const rule = unitRuleName(window)
    if (rule === null) return null
    const table = await this.#tables.newestUpTo(experimentId, datasetVersion, rule)
    return table?.datasetVersion === datasetVersion ? this.#filesOf(table, folder) : null
  }

  /**
   * Makes the table of the newest version for a window, unless it is there or would not be worth it. That it fails is only
   * logged, unless it was told to stop: without a table analyses take longer and say the same.
   */
  async update(experimentId: string, window: Window, signal: AbortSignal): Promise<void> {
    try {
      await this.#update(experimentId, window, signal)
    } catch (error) {
      if (signal.aborted) throw error
      this.#logger.warn({ err: error, experimentId }, 'the unit table was not updated; analyses read the events')
    }
  }

  async #update(experimentId: string, window: Window, signal: AbortSignal): Promise<void> {
    const rule = unitRuleName(window)
    const version = await this.#datasets.latest(experimentId)
    if (rule === null || version === null || version.rows < this.#minEvents) return
    const base = await this.#tables.newestUpTo(experimentId, version.number, rule)
    if (base?.datasetVersion === version.number) return
    const parts = await this.#datasets.partsOf(experimentId, version.number)
    if (new Set(parts.flatMap(({ eventTypes }) => eventTypes)).size > MOST_EVENT_TYPES) return
    const known = base === null ? [] : await this.#datasets.partsOf(experimentId, base.datasetVersion)
    const staying = new Set(parts.map(({ id }) => id))
    const summed = new Set(known.map(({ id }) => id))
    // What was taken away cannot be taken out of sums: then all is summed up anew.
    const isAdded = known.every(({ id }) => staying.has(id))
    await this.#make({
      experimentId,
      datasetVersion: version.number,
      rule,
      window,
      base: isAdded ? base : null,
      known: isAdded ? known : [],
      added: isAdded ? parts.filter(({ id }) => !summed.has(id)) : parts,
      signal,
    })
  }

  async #make(table: {
    experimentId: string
    datasetVersion: number
    rule: string
    window: Window
    base: UnitTable | null
    known: DatasetPart[]
    added: DatasetPart[]
    signal: AbortSignal
  }): Promise<void> {
    const { experimentId, datasetVersion, rule, window, base, signal } = table
    await this.#folders.use(async (workFolder) => {
      const result = await this.#compute.run(
        'updateUnitTable',
        {
          window,
          known: await partFilesOf(table.known, this.#store, workFolder),
          added: await partFilesOf(table.added, this.#store, workFolder),
          files: base === null ? [] : await this.#filesOf(base, workFolder),
          workFolder,
        },
        { signal },
      )
      const stored: string[] = []
      const files = await this.#storeFiles(experimentId, base, result, workFolder, stored)
      const isStored = await this.#tables.transaction(async (tx) => {
        await this.#datasets.lockForLanding(experimentId, tx)
        if (await this.#tables.isErasedAfter(experimentId, datasetVersion, tx)) return false
        // The new table shares files with the one it was made of, which may have been forgotten together with them.
        if (base !== null && !(await this.#tables.hold(base.id, tx))) return false
        const { units, exposedUnits } = result
        return (
          (await this.#tables.insert({ experimentId, datasetVersion, rule, files, units, exposedUnits }, tx)) !== null
        )
      })
      if (!isStored) await Promise.all(stored.map((key) => this.#store.delete(key)))
    })
  }

  async #storeFiles(
    experimentId: string,
    base: UnitTable | null,
    { files }: UnitTableResult,
    workFolder: string,
    stored: string[],
  ): Promise<UnitTable['files']> {
    const keys = new Map<string, UnitTable['files'][number]>()
    for (const file of base?.files ?? []) keys.set(await this.#store.localFile(file.objectKey, workFolder), file)
    return Promise.all(
      files.map(async ({ path, shard, rows, size, bytes, isNew }) => {
        if (!isNew) return keys.get(path)!
        const objectKey = `curated/${experimentId}/units/${randomUUID()}.columns`
        await this.#store.putFile(objectKey, path)
        stored.push(objectKey)
        return { objectKey, shard, rows, size, bytes }
      }),
    )
  }

  #filesOf({ files }: UnitTable, folder: string): Promise<UnitFile[]> {
    return Promise.all(
      files.map(async ({ objectKey, shard, rows, size }) => ({
        path: await this.#store.localFile(objectKey, folder),
        shard,
        rows,
        size,
      })),
    )
  }
}
