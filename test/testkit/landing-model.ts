import type { EventRecord } from './event-records.ts'

/** What landing a file must count. */
export interface LandingCounts {
  events: number
  duplicates: number
  conflicts: number
}

/**
 * What a dataset must hold after files have landed one after the other, by the rules of the contract and without the
 * program: an event is the same by its id, else by all that it says; what differs under one id is a conflict, and the
 * policy says which one stays.
 */
export class LandingModel {
  readonly #policy: 'KEEP_FIRST' | 'KEEP_LAST'
  readonly #kept = new Map<string, EventRecord>()

  constructor(policy: 'KEEP_FIRST' | 'KEEP_LAST') {
    this.#policy = policy
  }

  land(records: readonly EventRecord[]): LandingCounts {
    const counts = { events: 0, duplicates: 0, conflicts: 0 }
    const own = new Map<string, EventRecord>()
    for (const record of records) {
      const known = own.get(identityOf(record))
      if (known !== undefined) this.#count(known, record, counts)
      if (known === undefined || this.#policy === 'KEEP_LAST') own.set(identityOf(record), record)
    }
    for (const [identity, record] of own) {
      const known = this.#kept.get(identity)
      const isConflict = known !== undefined && this.#count(known, record, counts) === 'conflicts'
      if (known !== undefined && !(isConflict && this.#policy === 'KEEP_LAST')) continue
      this.#kept.set(identity, record)
      counts.events++
    }
    return counts
  }

  #count(known: EventRecord, record: EventRecord, counts: LandingCounts): 'duplicates' | 'conflicts' {
    const kind = contentOf(known) === contentOf(record) ? 'duplicates' : 'conflicts'
    counts[kind]++
    return kind
  }

  /** What is kept now. */
  get events(): EventRecord[] {
    return [...this.#kept.values()]
  }
}

function identityOf(record: EventRecord): string {
  return record.event_id === undefined ? contentOf(record) : `id ${record.event_id}`
}

/** All that an event says, its id apart. */
export function contentOf({
  user_id,
  variant_id,
  event_type,
  value,
  timestamp,
  device,
}: Omit<EventRecord, 'event_id'>): string {
  return JSON.stringify([user_id, variant_id, event_type, value, Date.parse(timestamp), device])
}
