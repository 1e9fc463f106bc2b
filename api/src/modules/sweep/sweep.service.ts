import type { DirectUploads } from '../../storage/direct-uploads.ts'
import type { ListedObject, ObjectStore } from '../../storage/object-store.ts'
import type { SweepRepository } from './sweep.repository.ts'

/** What processes leave on the disk when they are killed. */
export interface Leftovers {
  /** Removes what is abandoned, or is of an unknown machine and older than the time. Returns how much it was. */
  sweepWhileWorking(before: Date): Promise<number>
}

/** What a sweep removed. */
export interface SweepReport {
  objects: number
  bytes: number
  expiredUploads: number
  unitTables: number
  idempotencyKeys: number
  leftovers: number
}

/** Objects that are looked up at a time. */
const CHUNK = 1000

/** Unit tables are made again when they are asked for: only those of the newest versions are worth their room. */
const KEPT_UNIT_TABLES = 3

/** Idempotency keys are for requests that are sent again soon. */
const KEY_DAYS = 30

/**
 * Removes what nothing refers to: files that were written and never became part of anything. An old file that is
 * referenced stays, however old; a young one that is not may be about to be.
 */
export class SweepService {
  readonly #repository: SweepRepository
  readonly #store: ObjectStore
  readonly #leftovers: Leftovers[]
  readonly #uploads: Pick<DirectUploads, 'discard'>
  readonly #graceMs: number

  constructor(
    repository: SweepRepository,
    store: ObjectStore,
    leftovers: Leftovers[],
    uploads: Pick<DirectUploads, 'discard'>,
    graceMs: number,
  ) {
    this.#repository = repository
    this.#store = store
    this.#leftovers = leftovers
    this.#uploads = uploads
    this.#graceMs = graceMs
  }

  /** Sweeps once. Returns null when another process is at it. */
  async sweep(signal: AbortSignal): Promise<SweepReport | null> {
    const before = new Date(Date.now() - this.#graceMs)
    const report: SweepReport = {
      ...{ objects: 0, bytes: 0, expiredUploads: 0 },
      ...{ unitTables: 0, idempotencyKeys: 0, leftovers: 0 },
    }
    for (const leftovers of this.#leftovers) report.leftovers += await leftovers.sweepWhileWorking(before)
    const isDone = await this.#repository.alone(async () => {
      const expired = await this.#repository.expireUploads()
      // What has come of them. A whole file is an object already: it goes like any other that nothing refers to.
      for (const upload of expired) await this.#uploads.discard(upload)
      report.expiredUploads = expired.length
      report.unitTables = await this.#repository.forgetUnitTables(KEPT_UNIT_TABLES)
      report.idempotencyKeys = await this.#repository.forgetIdempotencyKeys(KEY_DAYS)
      const chunk: ListedObject[] = []
      for await (const object of this.#store.list('')) {
        if (signal.aborted) return
        if (object.modifiedAt >= before) continue
        chunk.push(object)
        if (chunk.length === CHUNK) await this.#removeUnreferenced(chunk.splice(0), report)
      }
      if (chunk.length > 0) await this.#removeUnreferenced(chunk, report)
    })
    return isDone ? report : null
  }

  async #removeUnreferenced(objects: ListedObject[], report: SweepReport): Promise<void> {
    const referenced = await this.#repository.referenced(objects.map(({ key }) => key))
    for (const { key, sizeBytes } of objects) {
      if (referenced.has(key)) continue
      await this.#store.delete(key)
      report.objects++
      report.bytes += sizeBytes
    }
  }
}
