import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import pl, { type DataType, type LazyDataFrame } from 'nodejs-polars'
import { int64Values, keptRows, type Frame } from '../engine/polars/frame.ts'
import { keptKeys, keptWithout, type Key } from './deduplicate.ts'
import { ATTRIBUTE_PREFIX, eventColumn, keyColumns, storedColumns } from '../engine/event-columns.ts'
import { FEW_VALUES } from './few-values.ts'
import { keysOf, withKeyColumns, withKeys } from './event-key.ts'
import { KEY_VERSION, type EventKeys } from './event-keys.ts'
import { readAllKeys, readKeyFileHead, writeKeyFile } from './key-file.ts'

/** What the manifest says of a part: one immutable Parquet file of curated events. */
export interface PartManifest {
  rows: number
  bytes: number
  sha256: string
  /** Milliseconds since 1970, rounded outwards. */
  minTimeMs: number
  maxTimeMs: number
  /** Range of units, as decimal text. */
  minUnit: string
  maxUnit: string
  eventTypes: string[]
  attributes: string[]
}

/** A part as files: the events, and their keys in the order of the rows (see key-file.ts). */
export interface PartFiles {
  path: string
  /** Null for a part of an older version: then the keys are computed from the events. */
  keysPath: string | null
}

export interface WrittenPart extends PartManifest, PartFiles {
  keysPath: string
}

/** Rows of one row group: what an engine reads at least when it wants a range of units. */
const ROW_GROUP_ROWS = 131_072

/**
 * Writes events as a part, sorted by unit and time, and their keys beside it. Attributes that no event has are left out.
 *
 * @param events the columns of a part and those of the keys (see withKeys)
 */
export async function writePart(events: Frame, path: string): Promise<WrittenPart> {
  const attributes = events.columns
    .filter((name) => name.startsWith(ATTRIBUTE_PREFIX) && events.getColumn(name).nullCount() < events.height)
    .sort()
  const stored = [...storedColumns, ...attributes]
  const sorted = (await events
    .lazy()
    .select(...stored.map((name) => pl.col(name).cast(storedType(events, name))), ...keyColumns)
    .sort([pl.col(eventColumn.unit), pl.col(eventColumn.time), pl.col(eventColumn.keyHigh)])
    .collect()) as Frame
  const [minTime, maxTime] = range(events, eventColumn.time)
  const units = int64Values(sorted, eventColumn.unit)
  return writeSorted(sorted.select(...stored) as Frame, path, {
    keys: keysOf(sorted),
    minMicros: Number(minTime),
    maxMicros: Number(maxTime),
    minUnit: units[0]!,
    maxUnit: units.at(-1)!,
    eventTypes: (events.getColumn(eventColumn.eventType).unique().toArray() as string[]).sort(),
  })
}

/** What is known of sorted events beside their columns. */
export interface SortedFacts {
  keys: EventKeys
  minMicros: number
  maxMicros: number
  minUnit: bigint
  maxUnit: bigint
  /** In order. */
  eventTypes: string[]
}

/** Writes events that are in a part's order, with a part's columns and types. */
export async function writeSorted(sorted: Frame, path: string, facts: SortedFacts): Promise<WrittenPart> {
  const names = sorted.columns
  const attributes = names.filter((name) => name.startsWith(ATTRIBUTE_PREFIX)).sort()
  const keysPath = `${path}.keys`
  await Promise.all([
    withColumns(sorted.lazy(), names, [...storedColumns, ...attributes])
      .sinkParquet(path, { compression: 'zstd', compressionLevel: 1, rowGroupSize: ROW_GROUP_ROWS })
      .collect(),
    writeKeyFile(keysPath, facts.keys, KEY_VERSION),
  ])
  return {
    path,
    keysPath,
    rows: facts.keys.rows,
    bytes: (await stat(path)).size,
    sha256: await sha256Of(path),
    minTimeMs: Math.floor(facts.minMicros / 1000),
    maxTimeMs: Math.ceil(facts.maxMicros / 1000),
    minUnit: String(facts.minUnit),
    maxUnit: String(facts.maxUnit),
    eventTypes: facts.eventTypes,
    attributes: attributes.map((name) => name.slice(ATTRIBUTE_PREFIX.length)),
  }
}

/** The columns asked for, in their order: to name a column takes the library a millisecond, so they are not named in vain. */
function withColumns(frame: LazyDataFrame, names: string[], wanted: string[]): LazyDataFrame {
  return names.join('\n') === wanted.join('\n') ? frame : frame.select(...wanted)
}

/**
 * Columns of few values are stored as dictionaries: sorting and writing them costs a third of what texts cost, and other
 * readers see texts all the same.
 */
function storedType(events: Frame, name: string): DataType {
  const values = events.getColumn(name)
  if (name === eventColumn.time) return pl.Datetime('us', 'UTC')
  if (name === eventColumn.variantId || name === eventColumn.eventType) return pl.Categorical
  const isAttribute = name.startsWith(ATTRIBUTE_PREFIX)
  return isAttribute && values.head(SAMPLE_ROWS).nUnique() <= FEW_VALUES ? pl.Categorical : values.dtype
}
const SAMPLE_ROWS = 10_000

/** The part without the events of some keys, as a new file; null when nothing is left of it. */
export async function rewritePart<Part extends PartFiles>(
  part: Part,
  dropped: Key[],
  path = `${part.path}.rewritten`,
): Promise<Part | WrittenPart | null> {
  if (dropped.length === 0) return part
  const keys = await keysBeside(part)
  if (keys === null) {
    const events = await readPart(part)
    const left = keptRows(events, keptWithout(dropped, keysOf(events)))
    return left.height === 0 ? null : writePart(left, path)
  }
  const events = (await pl.scanParquet(part.path).collect()) as Frame
  const keep = keptWithout(dropped, requireAll(keys, events, part))
  return keep.includes(1) ? writeRest(keptRows(events, keep), keptKeys(keep, keys), path) : null
}

/** Writes events that were read from a part, in its order and with its types. */
function writeRest(events: Frame, keys: EventKeys, path: string): Promise<WrittenPart> {
  const empty = events.columns.filter(
    (name) => name.startsWith(ATTRIBUTE_PREFIX) && events.getColumn(name).nullCount() === keys.rows,
  )
  const times = events.getColumn(eventColumn.time).cast(pl.Int64)
  const units = int64Values(events, eventColumn.unit)
  return writeSorted(empty.length === 0 ? events : (events.drop(empty) as Frame), path, {
    keys,
    minMicros: times.min(),
    maxMicros: times.max(),
    minUnit: units[0]!,
    maxUnit: units.at(-1)!,
    eventTypes: (events.getColumn(eventColumn.eventType).unique().cast(pl.Utf8).toArray() as string[]).sort(),
  })
}

/** All of a part, as it was before it was written: times as microseconds, dictionaries as texts, and its keys. */
export async function readPart(part: PartFiles): Promise<Frame> {
  const scan = pl.scanParquet(part.path)
  const names = scan.columns.filter((name) => !keyColumns.some((key) => key === name))
  const restored = names.map((name) => {
    if (name === eventColumn.time) return pl.col(name).cast(pl.Int64)
    const isText = name === eventColumn.variantId || name === eventColumn.eventType || name.startsWith(ATTRIBUTE_PREFIX)
    return isText ? pl.col(name).cast(pl.Utf8) : pl.col(name)
  })
  const events = (await scan.select(...restored).collect()) as Frame
  const keys = await keysBeside(part)
  return keys === null ? withKeys(events) : withKeyColumns(events, requireAll(keys, events, part))
}

/** The keys that are in the file beside a part, when they were computed as today's are. */
async function keysBeside({ keysPath }: PartFiles): Promise<EventKeys | null> {
  if (keysPath === null || (await readKeyFileHead(keysPath)).keyVersion !== KEY_VERSION) return null
  return readAllKeys(keysPath)
}

/** @throws Error when there are not as many keys as events */
function requireAll(keys: EventKeys, events: Frame, { path, keysPath }: PartFiles): EventKeys {
  const rows = events.height
  if (keys.rows === rows) return keys
  throw new Error(`${keysPath} has keys of ${keys.rows} events, and ${path} has ${rows} events.`)
}

function range(events: Frame, name: string): [bigint, bigint] {
  const ends = events.select(pl.col(name).min().alias('least'), pl.col(name).max().alias('greatest')) as Frame
  return [int64Values(ends, 'least')[0]!, int64Values(ends, 'greatest')[0]!]
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
