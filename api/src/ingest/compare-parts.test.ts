import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pl from 'nodejs-polars'
import { afterAll, expect, test } from 'vitest'
import { column, frameOf, type Frame } from '../engine/polars/frame.ts'
import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import { compareParts, type KnownPart } from './compare-parts.ts'
import { keysOf, withKeys, withUnits } from './event-key.ts'
import { writeKeyFile } from './key-file.ts'
import { readPart, writePart, type WrittenPart } from './write-part.ts'

const folder = mkdtempSync(join(tmpdir(), 'fairlift-compare-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Event {
  user: string
  value: number
  hour: number
  id?: string
  device?: string
}

let files = 0

async function part(events: Event[]): Promise<WrittenPart> {
  const text = (name: string, values: (string | null)[]) => column(name, values, pl.Utf8)
  const times = events.map(({ hour }) => BigInt(Date.UTC(2026, 0, 1, hour)) * 1000n)
  const frame = frameOf([
    text(
      eventColumn.userId,
      events.map(({ user }) => user),
    ),
    text(
      eventColumn.variantId,
      events.map(() => null),
    ),
    text(
      eventColumn.eventType,
      events.map(() => 'purchase'),
    ),
    column(
      eventColumn.value,
      events.map(({ value }) => value),
      pl.Float64,
    ),
    column(eventColumn.time, BigInt64Array.from(times), pl.Int64),
    text(
      eventColumn.eventId,
      events.map(({ id }) => id ?? null),
    ),
    text(
      `${ATTRIBUTE_PREFIX}device`,
      events.map(({ device }) => device ?? null),
    ),
    column(
      eventColumn.row,
      events.map((_, index) => index + 1),
      pl.UInt32,
    ),
  ])
  return writePart(
    withKeys(withUnits(frame, 'e0000000-0000-4000-8000-000000000000')),
    join(folder, `${files++}.parquet`),
  )
}

async function known(events: Event[]): Promise<KnownPart & { path: string }> {
  const { path, keysPath, minTimeMs, maxTimeMs } = await part(events)
  return { id: `part-${files}`, path, keysPath, minTimeMs, maxTimeMs }
}

async function valuesOf(parts: (WrittenPart | null)[]): Promise<number[]> {
  const frames = await Promise.all(
    parts.filter((one) => one !== null).map(({ path }) => pl.scanParquet(path).collect()),
  )
  return frames
    .flatMap((frame) => (frame as Frame).getColumn(eventColumn.value).toArray() as number[])
    .sort((a, b) => a - b)
}

const conflictPolicy = 'KEEP_FIRST'

test('events that are there already are taken out of the batch', async () => {
  const result = await compareParts({
    parts: [
      await part([
        { user: 'a', value: 1, hour: 1 },
        { user: 'b', value: 2, hour: 2 },
      ]),
      await part([{ user: 'c', value: 3, hour: 3 }]),
    ],
    known: [
      await known([
        { user: 'a', value: 1, hour: 1 },
        { user: 'a', value: 9, hour: 1 },
      ]),
      await known([{ user: 'c', value: 3, hour: 3 }]),
    ],
    conflictPolicy,
  })
  expect(result).toMatchObject({ duplicates: 2, conflicts: 0, replaced: [] })
  expect(await valuesOf(result.parts)).toEqual([2])
})

test('parts of another time are not read, unless events have ids', async () => {
  const elsewhere: KnownPart = { id: 'x', path: '/nowhere', keysPath: '/nowhere', minTimeMs: 0, maxTimeMs: 1 }
  const plain = await part([{ user: 'a', value: 1, hour: 1 }])
  expect((await compareParts({ parts: [plain], known: [elsewhere], conflictPolicy })).parts).toEqual([plain])
  const moved = await compareParts({
    parts: [await part([{ user: 'a', value: 1, hour: 20, id: 'i' }])],
    known: [await known([{ user: 'a', value: 1, hour: 1, id: 'i' }])],
    conflictPolicy,
  })
  expect(moved).toMatchObject({ parts: [], conflicts: 1 })
})

test('where the last one counts, a corrected event replaces the one that is there', async () => {
  const before = await known([
    { user: 'a', value: 1, hour: 1, id: 'i' },
    { user: 'a', value: 5, hour: 1, id: 'j' },
  ])
  const result = await compareParts({
    parts: [await part([{ user: 'a', value: 2, hour: 1, id: 'i' }])],
    known: [before],
    conflictPolicy: 'KEEP_LAST',
  })
  expect(result).toMatchObject({ conflicts: 1, replaced: [{ id: before.id }] })
  expect(await valuesOf(result.parts)).toEqual([2])
  expect(await valuesOf(result.replaced.map((one) => one.part))).toEqual([5])
})

test('parts without keys, or whose keys were computed in another way, get new ones for the comparison', async () => {
  const event = { user: 'a', value: 1, hour: 1 }
  const bare = { ...(await known([event])), keysPath: null }
  const stale = await known([event])
  const { lanes, ...keys } = keysOf(await readPart(stale))
  await writeKeyFile(stale.keysPath!, { ...keys, lanes: lanes.map((lane) => ~lane) }, 'some older way')
  for (const one of [bare, stale]) {
    const result = await compareParts({ parts: [await part([event])], known: [one], conflictPolicy })
    expect(result).toMatchObject({ parts: [], duplicates: 1 })
  }
})

test('what is left of a part keeps its keys, with and without ids', async () => {
  const events = [
    { user: 'a', value: 1, hour: 1, id: 'i' },
    { user: 'b', value: 2, hour: 2 },
    { user: 'c', value: 3, hour: 3, id: 'k' },
  ]
  const first = await compareParts({ parts: [await part(events)], known: [await known([events[0]!])], conflictPolicy })
  expect(await valuesOf(first.parts)).toEqual([2, 3])
  const left = first.parts[0]!
  const again = await compareParts({
    parts: [await part(events)],
    known: [
      { id: 'left', path: left.path, keysPath: left.keysPath, minTimeMs: left.minTimeMs, maxTimeMs: left.maxTimeMs },
    ],
    conflictPolicy,
  })
  expect(again).toMatchObject({ duplicates: 2, conflicts: 0 })
  expect(await valuesOf(again.parts)).toEqual([1])
})

test('what is left of a part is told as if it had never held more', async () => {
  const events = [
    { user: 'a', value: 1, hour: 1, device: 'tablet' },
    { user: 'b', value: 2, hour: 2 },
    { user: 'c', value: 3, hour: 9 },
  ]
  const { parts } = await compareParts({
    parts: [await part(events)],
    known: [await known([events[0]!])],
    conflictPolicy,
  })
  expect(contentOf(parts[0]!)).toEqual(contentOf(await part(events.slice(1))))
  expect(parts[0]).toMatchObject({ rows: 2, attributes: [], minTimeMs: Date.UTC(2026, 0, 1, 2) })
})

/** What a manifest says of the events, and not of the file. */
function contentOf({ rows, minTimeMs, maxTimeMs, minUnit, maxUnit, eventTypes, attributes }: WrittenPart) {
  return { rows, minTimeMs, maxTimeMs, minUnit, maxUnit, eventTypes, attributes }
}
