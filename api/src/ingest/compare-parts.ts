import { Deduplicator, type ConflictPolicy, type Key } from './deduplicate.ts'
import { keysOf } from './event-key.ts'
import { KEY_LANES, KEY_VERSION, type EventKeys } from './event-keys.ts'
import { readAllKeys, readKeyFileHead, readKeysAmong } from './key-file.ts'
import type { KeyMarks } from './key-marks.ts'
import { readPart, rewritePart, type PartFiles, type WrittenPart } from './write-part.ts'

export interface KnownPart {
  id: string
  /** Null where its events are not needed: its keys were computed as today's are, and it loses none to later events. */
  path: string | null
  keysPath: string | null
  minTimeMs: number
  maxTimeMs: number
}

export interface CompareRequest {
  /** The parts of the batch that is about to land. */
  parts: WrittenPart[]
  /** The parts of the dataset as it is now. */
  known: KnownPart[]
  conflictPolicy: ConflictPolicy
}

export interface CompareResult {
  parts: WrittenPart[]
  duplicates: number
  conflicts: number
  /** Known parts that lose events to newer ones, and what takes their place. */
  replaced: { id: string; part: WrittenPart | null }[]
}

/** Takes out of a batch the events that the dataset has already. Reads the keys of both, and nothing else. */
export async function compareParts({ parts, known, conflictPolicy }: CompareRequest): Promise<CompareResult> {
  const nearby = await partsToCompare(parts, known)
  if (nearby.length === 0) return { parts, duplicates: 0, conflicts: 0, replaced: [] }
  const deduplicator = new Deduplicator(conflictPolicy)
  deduplicator.expect(parts.reduce((sum, { rows }) => sum + rows, 0))
  // Within the batch no key is there twice, so none is a sample of duplicates.
  for (const { keysPath } of parts) deduplicator.take(await readAllKeys(keysPath), (event) => event)
  const marks = deduplicator.marks()
  const replaced: CompareResult['replaced'] = []
  for (const part of nearby) {
    const superseded: Key[] = []
    for await (const keys of knownKeys(part, marks))
      for (const key of deduplicator.compareKnown(keys)) superseded.push(key)
    if (superseded.length === 0) continue
    const rewritten = await rewritePart(withEvents(part), superseded, `${parts[0]!.path}.replaces-${part.id}`)
    replaced.push({ id: part.id, part: rewritten as WrittenPart | null })
  }
  const left: WrittenPart[] = []
  for (const [chunk, part] of parts.entries()) {
    const rest = await rewritePart(part, deduplicator.droppedFrom(chunk), `${part.path}.fresh`)
    if (rest !== null) left.push(rest)
  }
  return { parts: left, duplicates: deduplicator.duplicates, conflicts: deduplicator.conflicts, replaced }
}

/**
 * An event without an id can only be in a part that covers its time; one with an id may have been sent with another
 * time before.
 */
async function partsToCompare(parts: WrittenPart[], known: KnownPart[]): Promise<KnownPart[]> {
  if (parts.length === 0) return []
  for (const { keysPath } of parts) if ((await readKeyFileHead(keysPath)).width > KEY_LANES) return known
  const from = Math.min(...parts.map(({ minTimeMs }) => minTimeMs))
  const to = Math.max(...parts.map(({ maxTimeMs }) => maxTimeMs))
  return partsNear(known, from, to)
}

/** The parts that have events of some time, in milliseconds since 1970. */
export function partsNear(known: KnownPart[], from: number, to: number): KnownPart[] {
  return known.filter(({ minTimeMs, maxTimeMs }) => minTimeMs <= to && maxTimeMs >= from)
}

/** The keys of a part that may be among some, from the file beside it when they were computed as today's are. */
export async function* knownKeys(part: KnownPart, wanted: KeyMarks): AsyncGenerator<EventKeys> {
  const { keysPath } = part
  if (keysPath !== null && (await readKeyFileHead(keysPath)).keyVersion === KEY_VERSION)
    yield* readKeysAmong(keysPath, wanted)
  else yield keysOf(await readPart(withEvents(part)))
}

function withEvents({ id, path, ...part }: KnownPart): KnownPart & PartFiles {
  if (path === null) throw new Error(`The events of the part ${id} are needed, and only its keys were given.`)
  return { id, path, ...part }
}
