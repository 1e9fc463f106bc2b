import { knownKeys, type KnownPart, partsNear } from './compare-parts.ts'
import { Deduplicator, keptKeys, keptWithout } from './deduplicate.ts'
import { KEY_LANES, type EventKeys } from './event-keys.ts'

/**
 * The events that a dataset has, where the first of two with the same key counts. They are left out of a batch before it is
 * written, and without holding up other batches; those that come meanwhile are compared when the batch lands.
 */
export class KnownEvents {
  duplicates = 0
  conflicts = 0
  readonly #parts: KnownPart[]
  /** Parts that went away while they were compared, as when a user is erased. */
  readonly #gone = new Set<string>()

  constructor(parts: KnownPart[]) {
    this.#parts = parts
  }

  /** The parts none of whose events are left. */
  get comparedWith(): string[] {
    return this.#parts.flatMap(({ id }) => (this.#gone.has(id) ? [] : [id]))
  }

  /**
   * Takes events that are known out of those that stay.
   *
   * @param keep 1 where an event stays, 0 where it does not
   * @param times of the first and the last event, in microseconds since 1970
   */
  async leaveOut(keys: EventKeys, keep: Uint8Array, times: { first: number; last: number }): Promise<void> {
    // An event with an id may have been sent with another time before.
    const nearby = keys.width > KEY_LANES ? this.#parts : partsNear(this.#parts, times.first / 1000, times.last / 1000)
    if (nearby.length === 0) return
    const own = new Deduplicator('KEEP_FIRST')
    own.take(keptKeys(keep, keys), (event) => event)
    const marks = own.marks()
    for (const part of nearby) {
      try {
        for await (const known of knownKeys(part, marks)) own.compareKnown(known)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        this.#gone.add(part.id)
      }
    }
    this.duplicates += own.duplicates
    this.conflicts += own.conflicts
    const known = own.droppedFrom(0)
    if (known.length === 0) return
    const isNew = keptWithout(known, keys)
    for (let event = 0; event < keep.length; event++) keep[event]! &= isNew[event]!
  }
}
