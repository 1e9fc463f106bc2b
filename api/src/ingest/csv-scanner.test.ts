import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnMapping } from './column-mapping.ts'
import { eventsOf, experiment, useCurate } from './curate-content.contract.ts'
import type { CurateRequest } from './curate.ts'

const run = useCurate()

const HEADER = ['event_id', 'user_id', 'variant_id', 'event_type', 'value', 'timestamp', 'device', 'session']
const scanned: ColumnMapping = {
  userId: 'user_id',
  variant: [{ column: 'variant_id' }],
  eventType: 'event_type',
  eventTypes: [{ value: 'buy', eventType: 'purchase' }],
  value: 'value',
  timestamp: 'timestamp',
  eventId: 'event_id',
  attributes: [{ column: 'device' }, { column: 'session' }],
}
/** Says nothing more, but it is for the readers of whole columns to count what is empty. */
const readInColumns: ColumnMapping = { ...scanned, maxEmptyShares: [{ column: 'device', share: 1 }] }

/** What curating says and makes, by scan and by the readers of whole columns. */
async function bothWays(content: string, options: Partial<CurateRequest> = {}) {
  const [a, b] = await Promise.all(
    [scanned, readInColumns].map(async (mapping) => {
      const result = await run(content, { mapping, ...options })
      const { parts, samples, rejectsPath, ...rest } = result
      const shown = parts.map(({ path: _path, keysPath: _keys, bytes: _bytes, sha256: _hash, ...part }) => part)
      return { ...rest, samples, hasRejects: rejectsPath !== null, parts: shown, events: await eventsOf(result) }
    }),
  )
  return [a!, b!] as const
}

const users = [
  'u1',
  'u2',
  'u3',
  'a-user-with-a-long-name',
  'ü',
  ' u1',
  'u1 ',
  '"u1"',
  '"u,""1"',
  '\u00a0u1',
  '',
  'x'.repeat(257),
]
const variants = ['', '', 'control', 'New page', 'treatment', 'blue', ' control', '"control"']
const types = ['view', 'exposure', 'purchase', 'buy', 'refund', '', '"view"', 't'.repeat(129)]
const values = [
  '',
  '1',
  '12.50',
  '-3',
  '-0',
  '007',
  '0.1',
  '1e3',
  '.5',
  '5.',
  '+1',
  'abc',
  'NaN',
  '9007199254740993',
  '123456789012345',
  '0.30000000000000004',
  ' 7',
]
const times = [
  '2026-06-01T10:00:00Z',
  '2026-06-01T10:00:00.250Z',
  '2026-06-01T10:00:00.250001Z',
  '2026-06-01T12:00:00+02:00',
  '2026-06-01 10:00:00Z',
  '1780308000',
  '1780308000250',
  '2024-02-29T00:00:00Z',
  '2026-02-29T00:00:00Z',
  '2026-06-31T10:00:00Z',
  '2026-06-01T24:00:00Z',
  '2026-06-01T10:00:60Z',
  '2026-06-01T10:00:0xZ',
  '2026-6-1T10:00:00Z',
  '1970-01-01T00:00:00Z',
  '2999-01-01T00:00:00Z',
  '2026-06-01',
  '',
]
const devices = ['', 'mobile', 'desktop', ' mobile ', '"a ""b"""', 'é', 'd'.repeat(256), 'd'.repeat(257)]

/** Mostly good values, which the first of each list are. */
const some = (list: string[], good: number) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...list.slice(0, good)) },
    { weight: 1, arbitrary: fc.constantFrom(...list) },
  )

const line = fc.oneof(
  {
    weight: 20,
    arbitrary: fc
      .tuple(
        fc.constantFrom('', '', 'e1', 'e2', 'an-event-with-a-long-id', '"e1"'),
        some(users, 4),
        some(variants, 4),
        some(types, 2),
        some(values, 3),
        some(times, 3),
        some(devices, 3),
        fc.constantFrom('', 's1'),
      )
      .map((fields) => fields.join(',')),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('', 'too,few', 'a\0b,u1,,view,,2026-06-01T10:00:00Z,,', '"open,u1,,view', ',,,,,,,'),
  },
)

describe('rows that are scanned', () => {
  test('become the same events, and are refused for the same reasons, as when whole columns are read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(line, { minLength: 1, maxLength: 80 }),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('KEEP_FIRST' as const, 'KEEP_LAST' as const),
        fc.constantFrom(2_000, 1 << 20),
        async (lines, lineEnd, conflictPolicy, chunkBytes) => {
          const content = [HEADER.join(','), ...lines, ''].join(lineEnd)
          // Of blank lines alone nothing can be read.
          fc.pre(lines.some((one) => one !== ''))
          const [scan, columns] = await bothWays(content, { conflictPolicy, chunkBytes })
          expect(scan).toEqual(columns)
        },
      ),
      { numRuns: 12, seed: 6 },
    )
  }, 240_000)

  const row = (id: number, fields: Partial<Record<string, string>> = {}) =>
    HEADER.map(
      (name) =>
        ({
          event_id: `e${id}`,
          user_id: `u${id % 50}`,
          event_type: 'view',
          timestamp: '2026-06-01T10:00:00Z',
          ...fields,
        })[name] ?? '',
    ).join(',')
  const file = (rows: string[]) => [HEADER.join(','), ...rows, ''].join('\n')

  test('may have an attribute with more texts than are told apart by number, from some row on', async () => {
    const rows = Array.from({ length: 3000 }, (_, i) =>
      row(i, { session: i < 500 ? 'one' : `session-number-${i}`, device: 'mobile' }),
    )
    const [scan, columns] = await bothWays(file(rows), { chunkBytes: 100_000 })
    expect(scan).toEqual(columns)
    expect(new Set(scan.events.map((event) => event['@session'])).size).toBe(2501)
  })

  test('may have more event types than are told apart by number', async () => {
    const rows = Array.from({ length: 2500 }, (_, i) => row(i, { event_type: `type-${i}` }))
    const [scan, columns] = await bothWays(file(rows))
    expect(scan).toEqual(columns)
    expect(scan.parts[0]!.eventTypes).toHaveLength(2500)
  })

  test('may all be quoted', async () => {
    const rows = Array.from({ length: 2000 }, (_, i) =>
      row(i)
        .split(',')
        .map((field) => `"${field}"`)
        .join(','),
    )
    const [scan, columns] = await bothWays(file(rows))
    expect(scan).toEqual(columns)
    expect(scan.events).toHaveLength(2000)
  })

  test('of one user are sorted by time, however many they are', async () => {
    const at = (i: number) => new Date(Date.UTC(2026, 5, 1) + ((i * 7919) % 5000) * 1000).toISOString()
    const rows = Array.from({ length: 5000 }, (_, i) =>
      row(i, { user_id: i % 10 === 0 ? `u${i}` : 'bot', timestamp: at(i) }),
    )
    const [scan, columns] = await bothWays(file(rows))
    expect(scan).toEqual(columns)
  })

  test('that name another experiment are refused', async () => {
    const header = 'experiment_id,user_id,event_type,timestamp\n'
    const one = (name: string) => `${name},u1,view,2026-06-01T10:00:0${name.length % 10}Z\n`
    const result = await run(header + one('checkout') + one('') + one('other') + one(experiment.id))
    expect(result.samples.map(({ row, code }) => [row, code])).toEqual([[3, 'OTHER_EXPERIMENT']])
    expect(result.events).toBe(3)
  })
})
