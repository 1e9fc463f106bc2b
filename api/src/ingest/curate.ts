import { join } from 'node:path'
import type { Frame } from '../engine/polars/frame.ts'
import { eventsOfChunk, type FindNew } from './chunk-events.ts'
import type { ColumnMapping } from './column-mapping.ts'
import { FileError, limits, type ExperimentContext, type Rejection } from './contract.ts'
import { Deduplicator, type ConflictPolicy } from './deduplicate.ts'
import type { KnownPart } from './compare-parts.ts'
import { KEY_VERSION } from './event-keys.ts'
import { KnownEvents } from './known-events.ts'
import { ROW } from './raw-chunk.ts'
import { PartWriter } from './part-writer.ts'
import { openRawFile, readChunks, type RawFile } from './read-chunks.ts'
import type { Compression, RawLimits } from './read-raw.ts'
import { RejectionLog } from './rejection-log.ts'
import { resolveMapping, type ReadPlan } from './resolve-mapping.ts'
import type { FileFormat } from './sniff.ts'
import { rewritePart, type WrittenPart } from './write-part.ts'

export interface CurateRequest {
  /** The raw file. */
  path: string
  /** An empty folder for what is made. */
  workFolder: string
  /** Hash of the raw file. */
  sha256: string
  mapping: ColumnMapping | null
  experiment: ExperimentContext
  conflictPolicy: ConflictPolicy
  /** Parts that are there already. What is in them is left out before anything is written, where that is no detour. */
  known: KnownPart[]
  /** Share of the rows that may be rejected, 0 to 1; beyond it nothing lands. */
  maxRejectRate: number
  rawLimits: RawLimits
  /** How much of the file is worked on at a time: bounds the memory. */
  chunkBytes: number
  /** ISO 8601. */
  receivedAt: string
}

export interface Warning {
  code: 'VARIANT_COLUMNS_DISAGREE' | 'OUTSIDE_WINDOW' | 'DUPLICATE_EVENTS' | 'CONFLICTING_EVENTS' | 'ROWS_ARE_USERS'
  message: string
  count: number
}

export interface CurateResult {
  format: FileFormat
  compression: Compression
  rows: number
  accepted: number
  rejected: number
  /** Events left in the parts. */
  events: number
  duplicates: number
  conflicts: number
  errorCounts: { code: string; count: number }[]
  samples: Rejection[]
  /** All rejections as CSV, when there are any. */
  rejectsPath: string | null
  warnings: Warning[]
  /** Why nothing lands, though the file could be read. */
  quarantine: { code: 'REJECT_RATE' | 'NO_GOOD_ROWS' | 'EMPTY_SHARE'; message: string } | null
  parts: WrittenPart[]
  /** Ids of known parts none of whose events are in the parts. */
  comparedWith: string[]
  /** How the keys of the parts were computed. */
  keyVersion: string
}

export type OnProgress = (progress: { rows: number; bytesRead: number; bytesTotal: number }) => void

/**
 * Reads a raw file, checks every row, and writes the events of the good ones as parts: no event twice within the file.
 * A small file is compared with what is there already before it is written; what is not, and what came meanwhile, is
 * compared when the batch is about to land (compare-parts.ts).
 *
 * @throws FileError when the file as a whole cannot be read.
 */
export async function curate(request: CurateRequest, onProgress: OnProgress): Promise<CurateResult> {
  const file = await openRawFile(request.path, request.workFolder, request.rawLimits, request.mapping ?? {})
  const writer = new PartWriter(hasSeveralChunks(file, request))
  try {
    const known = hasSeveralChunks(file, request) ? null : new KnownEvents(request.known)
    return await curateFile(file, request, writer, known, onProgress)
  } finally {
    await writer.close()
  }
}

/** Packed text is about a quarter of itself, and so is Parquet. */
function hasSeveralChunks({ format, compression, sizeBytes }: RawFile, { chunkBytes }: CurateRequest): boolean {
  return sizeBytes * (format === 'PARQUET' || compression !== 'NONE' ? 4 : 1) > chunkBytes
}

async function curateFile(
  file: RawFile,
  request: CurateRequest,
  writer: PartWriter,
  known: KnownEvents | null,
  onProgress: OnProgress,
): Promise<CurateResult> {
  const { experiment, mapping, workFolder } = request
  const log = new RejectionLog(join(workFolder, 'rejects.csv'))
  const deduplicator = new Deduplicator(request.conflictPolicy)
  const counts: Counts = { rows: 0, rejected: 0, disagreements: 0, outsideWindow: 0, emptyCells: new Map() }
  const written: (WrittenPart | null)[] = []
  let writing: Promise<WrittenPart> | null = null
  let plan = resolveMapping(mapping, file.header, experiment)
  let bytesRead = 0

  const context = { experiment, sha256: request.sha256, now: new Date(request.receivedAt), writer }
  const { chunkBytes, rawLimits } = request
  const learn = (columns: string[]): void => {
    if (columns.length === 0) return
    file.header.push(...columns)
    plan = resolveMapping(mapping, file.header, experiment)
  }
  const chunks = readChunks(
    file,
    () => plan,
    learn,
    { chunkBytes, rawLimits, ...context },
    (bytes) => (bytesRead = bytes),
  )
  const findNew: FindNew = async (keys, rawRowOf, times) => {
    const keep = deduplicator.take(keys, rawRowOf)
    await known?.leaveOut(keys, keep, times)
    return keep
  }
  for await (const chunk of chunks) {
    // JSON records may bring names that the first records did not have: they become attributes like the others.
    if (isJson(file)) learn(chunk.frame.columns.filter((name) => name !== ROW && !file.header.includes(name)))
    const { rejections, rejectedRows, disagreements, events, takeNew } = await eventsOfChunk(chunk, plan, context)
    await log.add(rejections.sort((a, b) => a.row - b.row))
    if (counts.rows === 0) deduplicator.expect(events * (file.sizeBytes / Math.max(1, bytesRead)))
    const fresh = await takeNew(findNew)
    // One part is written, on other threads, while the next chunk is read.
    written.push(await writing)
    writing = fresh.events === 0 ? null : fresh.write(join(workFolder, `part-${written.length}.parquet`))

    counts.rows += chunk.rows
    counts.rejected += rejectedRows
    counts.disagreements += disagreements
    counts.outsideWindow += fresh.outsideWindow
    countEmptyCells(chunk.frame, plan, counts)
    if (counts.rows > limits.rows)
      throw new FileError('TOO_MANY_ROWS', `The file has more than ${limits.rows} rows. Split it.`)
    onProgress({ rows: counts.rows, bytesRead, bytesTotal: file.sizeBytes })
  }
  if (counts.rows === 0) throw new FileError('NO_ROWS', 'The file has no rows. Nothing was taken over.')

  written.push(await writing)
  // The first place was taken by the write before the first chunk: none.
  const parts = await Promise.all(
    written.slice(1).map((part, chunk) => part && rewritePart(part, deduplicator.droppedFrom(chunk))),
  )
  const kept = parts.filter((part) => part !== null)
  return {
    format: file.format,
    compression: file.compression,
    rows: counts.rows,
    accepted: counts.rows - counts.rejected,
    rejected: counts.rejected,
    events: kept.reduce((sum, { rows }) => sum + rows, 0),
    duplicates: deduplicator.duplicates + (known?.duplicates ?? 0),
    conflicts: deduplicator.conflicts + (known?.conflicts ?? 0),
    errorCounts: log.counts(),
    samples: log.samples,
    rejectsPath: await log.close(),
    warnings: warningsOf(plan, counts, deduplicator, request),
    quarantine: quarantineOf(plan, counts, log, request.maxRejectRate),
    parts: kept,
    comparedWith: known?.comparedWith ?? [],
    keyVersion: KEY_VERSION,
  }
}

interface Counts {
  rows: number
  rejected: number
  disagreements: number
  outsideWindow: number
  emptyCells: Map<string, number>
}

function isJson({ format }: RawFile): boolean {
  return format === 'JSON' || format === 'NDJSON'
}

function countEmptyCells(frame: Frame, { maxEmptyShares }: ReadPlan, { emptyCells }: Counts): void {
  for (const { column } of maxEmptyShares) {
    const empty = frame.columns.includes(column) ? frame.getColumn(column).nullCount() : frame.height
    emptyCells.set(column, (emptyCells.get(column) ?? 0) + empty)
  }
}

function warningsOf(
  plan: ReadPlan,
  counts: Counts,
  deduplicator: Deduplicator,
  { experiment }: CurateRequest,
): Warning[] {
  const { duplicates, conflicts, sampleRows } = deduplicator
  const warnings: Warning[] = [
    {
      code: 'VARIANT_COLUMNS_DISAGREE',
      count: counts.disagreements,
      message: `Rows name different variants in ${plan.variants.map(({ column }) => `"${column}"`).join(' and ')}. Their users count as exposed to several variants, and analyses leave them out.`,
    },
    {
      code: 'OUTSIDE_WINDOW',
      count: counts.outsideWindow,
      message: `Events lie outside the experiment's time (${momentText(experiment.startAt)} to ${momentText(experiment.endAt)}). They are kept; analyses use them only as history before exposure.`,
    },
    {
      code: 'DUPLICATE_EVENTS',
      count: duplicates,
      message: `Events occur more than once in the file and were taken once, the first in rows ${sampleRows.join(', ')}.`,
    },
    {
      code: 'CONFLICTING_EVENTS',
      count: conflicts,
      message:
        'Events have an event id that occurs with other content too. The experiment says whether the first or the last one counts.',
    },
    {
      code: 'ROWS_ARE_USERS',
      count: plan.userId === null ? counts.rows : 0,
      message:
        'The file has no user ids: each row counts as a user of its own, and the same rows in another file count again.',
    },
  ]
  return warnings.filter(({ count }) => count > 0)
}

function momentText(iso: string | null): string {
  return iso === null ? 'open' : `${iso.slice(0, 16).replace('T', ' ')} UTC`
}

function quarantineOf(
  plan: ReadPlan,
  counts: Counts,
  log: RejectionLog,
  maxRejectRate: number,
): CurateResult['quarantine'] {
  const percent = (share: number) => `${(share * 100).toFixed(1)}%`
  const rate = counts.rejected / counts.rows
  const [first] = log.counts()
  if (counts.rejected === counts.rows) {
    return {
      code: 'NO_GOOD_ROWS',
      message: `All ${counts.rows} rows were rejected, most often ${first?.code ?? ''}: there is nothing to take over. Mend the file.`,
    }
  }
  if (rate > maxRejectRate) {
    return {
      code: 'REJECT_RATE',
      message: `${counts.rejected} of ${counts.rows} rows (${percent(rate)}) were rejected, most often ${first?.code ?? ''}; the limit is ${percent(maxRejectRate)}. Nothing was taken over. Mend the file, or upload it with a higher limit.`,
    }
  }
  for (const { column, share } of plan.maxEmptyShares) {
    const empty = (counts.emptyCells.get(column) ?? 0) / counts.rows
    if (empty > share) {
      return {
        code: 'EMPTY_SHARE',
        message: `The column "${column}" is empty in ${percent(empty)} of the rows; the limit is ${percent(share)}. Nothing was taken over.`,
      }
    }
  }
  return null
}
