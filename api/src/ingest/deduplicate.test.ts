import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deduplicator, keptWithout, type ConflictPolicy } from './deduplicate.ts'
import type { EventKeys } from './event-keys.ts'

/** An event for these tests: its key, what it says (0: nothing but its key), and which of all events it is. */
interface Event {
  key: number
  content: number
  serial: number
}

function keysOf(events: Event[]): EventKeys {
  const lanes = events.flatMap(({ key, content }) => [key, key, key * 7, 0, content, 0])
  return { rows: events.length, width: 6, lanes: Int32Array.from(lanes) }
}

const serials = (events: Event[]): number[] => events.map(({ serial }) => serial)
const kept = (events: Event[], keep: Uint8Array): Event[] => events.filter((_, index) => keep[index] === 1)

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
  const parts = batch.map((events) =>
    kept(
      events,
      deduplicator.take(keysOf(events), (event) => event),
    ),
  )
  const left = (part: Event[], chunk: number) => kept(part, keptWithout(deduplicator.droppedFrom(chunk), keysOf(part)))
  return () => parts.flatMap((part, chunk) => serials(left(part, chunk)))
}

test('within a batch one event is left for each key, however the batch is cut into chunks', () => {
  fc.assert(
    fc.property(chunks, policies, (batch, policy) => {
      const events = numbered(batch)
      const deduplicator = new Deduplicator(policy)
      const left = takeBatch(deduplicator, events)()
      const { duplicates, conflicts } = deduplicator
      expect({ kept: left.sort((a, b) => a - b), duplicates, conflicts }).toEqual(expected(events.flat(), policy))
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
      const knownLeft = parts.flatMap((part) =>
        serials(kept(part, keptWithout(second.compareKnown(keysOf(part)), keysOf(part)))),
      )
      const all = [...parts.flat(), ...after.flat()]
      // Of two events that say the same either may stay.
      const said = (left: number[]) =>
        all.filter(({ serial }) => left.includes(serial)).map(({ key, content }) => [key, content])
      expect(said([...knownLeft, ...left()]).sort()).toEqual(said(expected(all, policy).kept).sort())
    }),
    { numRuns: 30, seed: 4 },
  )
}, 30_000)
