import fc from 'fast-check'
import pl from 'nodejs-polars'
import { expect, test } from 'vitest'
import { column, frameOf, type Frame } from '../engine/polars/frame.ts'
import { Deduplicator, withoutKeys, type ConflictPolicy } from './deduplicate.ts'
import { eventColumn } from '../engine/event-columns.ts'

/** An event for these tests: its key, what it says (0: nothing but its key), and which of all events it is. */
interface Event {
  key: number
  content: number
  serial: number
}

function frame(events: Event[]): Frame {
  const big = (values: number[]) => BigInt64Array.from(values.map((value) => BigInt(value) * 0x1_0000_0001n))
  const contents = events.map(({ content }) => (content === 0 ? null : content))
  return frameOf([
    column(eventColumn.keyHigh, big(events.map(({ key }) => key)), pl.Int64),
    column(eventColumn.keyLow, big(events.map(({ key }) => key * 7)), pl.Int64),
    column(eventColumn.content, contents, pl.Int64),
    column(
      eventColumn.row,
      events.map(({ serial }) => serial),
      pl.UInt32,
    ),
  ])
}

const serials = (events: Frame): number[] => events.getColumn(eventColumn.row).toArray() as number[]

/** What should be left of all events in order: one for each key, the first or the last that says something else. */
function expected(events: Event[], policy: ConflictPolicy) {
  const kept = new Map<number, Event>()
  let duplicates = 0
  let conflicts = 0
  for (const event of events) {
    const known = kept.get(event.key)
    if (known === undefined) kept.set(event.key, event)
    else if (known.content === event.content) duplicates++
    else {
      conflicts++
      if (policy === 'KEEP_LAST') kept.set(event.key, event)
    }
  }
  return { kept: [...kept.values()].map(({ serial }) => serial).sort((a, b) => a - b), duplicates, conflicts }
}

// An event without an id is keyed by its content: such a key always has content 0, the others never do.
const event = fc
  .record({ key: fc.integer({ min: 0, max: 12 }), content: fc.integer({ min: 1, max: 2 }) })
  .map(({ key, content }) => ({ key, content: key < 4 ? 0 : content }))
const chunks = fc.array(fc.array(event, { maxLength: 12 }), { minLength: 1, maxLength: 6 })
const policies = fc.constantFrom<ConflictPolicy>('KEEP_FIRST', 'KEEP_LAST')

/** Numbers the events in the order in which they come. */
function numbered(batch: { key: number; content: number }[][], from = 0): Event[][] {
  let serial = from
  return batch.map((events) => events.map((one) => ({ ...one, serial: serial++ })))
}

function takeBatch(deduplicator: Deduplicator, batch: Event[][]): () => number[] {
  const parts = batch.map((events) => deduplicator.take(frame(events)))
  return () => parts.flatMap((part, chunk) => serials(withoutKeys(part, deduplicator.droppedFrom(chunk))))
}

test('within a batch one event is left for each key, however the batch is cut into chunks', () => {
  fc.assert(
    fc.property(chunks, policies, (batch, policy) => {
      const events = numbered(batch)
      const deduplicator = new Deduplicator(policy)
      const kept = takeBatch(deduplicator, events)()
      const { duplicates, conflicts } = deduplicator
      expect({ kept: kept.sort((a, b) => a - b), duplicates, conflicts }).toEqual(expected(events.flat(), policy))
    }),
    { numRuns: 30, seed: 3 },
  )
}, 30_000)

test('of a batch and the parts before it one event is left for each key', () => {
  fc.assert(
    fc.property(chunks, chunks, policies, (known, batch, policy) => {
      const before = numbered(known)
      const first = new Deduplicator(policy)
      const knownKept = new Set(takeBatch(first, before)())
      const parts = before.map((events) => events.filter(({ serial }) => knownKept.has(serial)))
      const after = numbered(batch, 1000)
      const second = new Deduplicator(policy)
      const left = takeBatch(second, after)
      const knownLeft = parts.flatMap((part) => serials(withoutKeys(frame(part), second.compareKnown(frame(part)))))
      const all = [...parts.flat(), ...after.flat()]
      // Of two events that say the same either may stay.
      const said = (kept: number[]) =>
        all.filter(({ serial }) => kept.includes(serial)).map(({ key, content }) => [key, content])
      expect(said([...knownLeft, ...left()]).sort()).toEqual(said(expected(all, policy).kept).sort())
    }),
    { numRuns: 30, seed: 4 },
  )
}, 30_000)
