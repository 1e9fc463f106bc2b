import pl from 'nodejs-polars'
import type { Frame } from '../engine/polars/frame.ts'
import { Deduplicator, keyColumns, type ConflictPolicy } from './deduplicate.ts'
import { eventColumn } from '../engine/event-columns.ts'
import { KEY_VERSION, withKeys } from './event-key.ts'
import { readPart, rewritePart, type WrittenPart } from './write-part.ts'

export interface KnownPart {
  id: string
  path: string
  /** How its keys were computed. */
  keyVersion: string
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

/** Takes out of a batch the events that the dataset has already. Reads the key columns of both, and nothing else. */
export async function compareParts({ parts, known, conflictPolicy }: CompareRequest): Promise<CompareResult> {
  const nearby = await partsToCompare(parts, known)
  if (nearby.length === 0) return { parts, duplicates: 0, conflicts: 0, replaced: [] }
  const deduplicator = new Deduplicator(conflictPolicy)
  for (const part of parts) deduplicator.take(await readKeyColumns(part.path, KEY_VERSION))
  const replaced: CompareResult['replaced'] = []
  for (const part of nearby) {
    const superseded = deduplicator.compareKnown(await readKeyColumns(part.path, part.keyVersion))
    if (superseded.length === 0) continue
    const rewritten = await rewritePart(part, superseded, `${parts[0]!.path}.replaces-${part.id}`)
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
  for (const { path } of parts) {
    const ids = await pl.scanParquet(path).select(pl.col(eventColumn.eventId).count().alias('ids')).collect()
    if (Number(ids.getColumn('ids').get(0)) > 0) return known
  }
  const from = Math.min(...parts.map(({ minTimeMs }) => minTimeMs))
  const to = Math.max(...parts.map(({ maxTimeMs }) => maxTimeMs))
  return known.filter(({ minTimeMs, maxTimeMs }) => minTimeMs <= to && maxTimeMs >= from)
}

async function readKeyColumns(path: string, keyVersion: string): Promise<Frame> {
  if (keyVersion === KEY_VERSION) {
    return (await pl
      .scanParquet(path)
      .select(...keyColumns, eventColumn.row)
      .collect()) as Frame
  }
  return withKeys(await readPart(path))
}
