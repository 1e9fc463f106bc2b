import { join } from 'node:path'
import pl from 'nodejs-polars'
import { withKeys, withUnits } from '../../ingest/event-key.ts'
import { writePart } from '../../ingest/write-part.ts'
import { timeOf, type PlainEvent } from '../engine.contract.ts'
import type { PartFile } from '../engine.ts'
import { eventColumn } from '../event-columns.ts'
import { column, frameOf, type Frame } from './frame.ts'

/** Writes parts of events into a folder, as ingestion does. */
export function partWriter(folder: string): (parts: PlainEvent[][]) => Promise<PartFile[]> {
  let files = 0
  return (parts) =>
    Promise.all(
      parts.map(async (events) => {
        const path = join(folder, `${files++}.parquet`)
        const frame = withKeys(withUnits(frameOfEvents(events), '3f2504e0-4f89-41d3-9a0c-0305e82c3301'))
        const { rows, minTimeMs, maxTimeMs } = await writePart(frame, path)
        return { path, rows, minTimeMs, maxTimeMs }
      }),
    )
}

function frameOfEvents(events: PlainEvent[]): Frame {
  const text = (name: string, values: (string | null)[]) => column(name, values, pl.Utf8)
  const times = BigInt64Array.from(events.map((event) => BigInt(timeOf(event)) * 1000n))
  return frameOf([
    text(
      eventColumn.userId,
      events.map(({ userId }) => userId),
    ),
    text(
      eventColumn.variantId,
      events.map(({ variantId }) => variantId),
    ),
    text(
      eventColumn.eventType,
      events.map(({ eventType }) => eventType),
    ),
    column(
      eventColumn.value,
      events.map(({ value }) => value),
      pl.Float64,
    ),
    column(eventColumn.time, times, pl.Int64),
    text(
      eventColumn.eventId,
      events.map(() => null),
    ),
    column(
      eventColumn.row,
      events.map((_, index) => index + 1),
      pl.UInt32,
    ),
    text(
      '@device',
      events.map(({ device }) => device),
    ),
  ])
}
