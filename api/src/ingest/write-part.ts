import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import pl from 'nodejs-polars'
import { int64Values, type Frame } from '../engine/polars/frame.ts'
import { withoutKeys, type Key } from './deduplicate.ts'
import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'

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

export interface WrittenPart extends PartManifest {
  path: string
}

/** Rows of one row group: what an engine reads at least when it wants a range of units. */
const ROW_GROUP_ROWS = 131_072

/** Writes events as a part, sorted by unit and time. Attributes that no event has are left out. */
export async function writePart(events: Frame, path: string): Promise<WrittenPart> {
  const attributes = events.columns
    .filter((name) => name.startsWith(ATTRIBUTE_PREFIX) && events.getColumn(name).nullCount() < events.height)
    .sort()
  const columns = [...Object.values(eventColumn), ...attributes]
  await events
    .lazy()
    .select(
      ...columns.map((name) =>
        name === eventColumn.time ? pl.col(name).cast(pl.Datetime('us', 'UTC')) : pl.col(name),
      ),
    )
    .sort([pl.col(eventColumn.unit), pl.col(eventColumn.time), pl.col(eventColumn.keyHigh)])
    .sinkParquet(path, { compression: 'zstd', compressionLevel: 1, rowGroupSize: ROW_GROUP_ROWS })
    .collect()
  const [minTime, maxTime] = range(events, eventColumn.time)
  const [minUnit, maxUnit] = range(events, eventColumn.unit)
  return {
    path,
    rows: events.height,
    bytes: (await stat(path)).size,
    sha256: await sha256Of(path),
    minTimeMs: Math.floor(Number(minTime) / 1000),
    maxTimeMs: Math.ceil(Number(maxTime) / 1000),
    minUnit: String(minUnit),
    maxUnit: String(maxUnit),
    eventTypes: (events.getColumn(eventColumn.eventType).unique().toArray() as string[]).sort(),
    attributes: attributes.map((name) => name.slice(ATTRIBUTE_PREFIX.length)),
  }
}

/** The part without the events of some keys, as a new file; null when nothing is left of it. */
export async function rewritePart<Part extends { path: string }>(
  part: Part,
  dropped: Key[],
  path = `${part.path}.rewritten`,
): Promise<Part | WrittenPart | null> {
  if (dropped.length === 0) return part
  const events = (await pl.scanParquet(part.path).collect()) as Frame
  const time = pl.col(eventColumn.time).cast(pl.Int64).alias(eventColumn.time)
  const left = withoutKeys(events.withColumn(time) as Frame, dropped)
  return left.height === 0 ? null : writePart(left, path)
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
