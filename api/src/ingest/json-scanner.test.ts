import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ColumnMapping } from './column-mapping.ts'
import { eventsOf, useCurate } from './curate-content.contract.ts'
import type { CurateRequest } from './curate.ts'

const run = useCurate()

const scanned: ColumnMapping = {
  userId: 'user_id',
  variant: [{ column: 'variant_id' }],
  eventType: 'event_type',
  value: 'value',
  timestamp: 'timestamp',
  eventId: 'event_id',
}
/** Says nothing more, but it is for the reader of whole columns to count what is empty. */
const readInColumns: ColumnMapping = { ...scanned, maxEmptyShares: [{ column: 'value', share: 1 }] }

/** What curating says and makes, by scan and by the parser. */
async function bothWays(content: string | Buffer, options: Partial<CurateRequest> = {}) {
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

/** Values as they are spelled in JSON, the usual ones first. */
const spelled = {
  event_id: ['null', '"e1"', '"e2"', '7', '"an-event-with-a-long-id"', '"e\\u0031"', '7.0'],
  user_id: [
    '"u1"',
    '"u2"',
    '"a-user-with-a-long-name"',
    '"ü"',
    '12',
    '-0',
    '1e2',
    '" u1"',
    '"\u3000u1"',
    '"u1\u2028"',
    '""',
    'null',
    'true',
    '"u\\n1"',
  ],
  variant_id: ['null', '"control"', '"treatment"', '"blue"', '" control"'],
  event_type: ['"view"', '"exposure"', '"purchase"', '"refund"', '""', '1', '"' + 't'.repeat(129) + '"'],
  value: [
    'null',
    '1',
    '12.5',
    '-3',
    '"12.50"',
    '12.50',
    '-0',
    '1E3',
    '0.0000001',
    '123456789012345678',
    'true',
    '"abc"',
    '[1]',
    '01',
  ],
  timestamp: [
    '"2026-06-01T10:00:00Z"',
    '"2026-06-01T10:00:00.250Z"',
    '1780308000',
    '1780308000250',
    '"2026-02-29T00:00:00Z"',
    'null',
  ],
}
const attributeValues = [
  '"mobile"',
  '"desktop"',
  'null',
  '3',
  '0.1',
  '1.0',
  '1e-7',
  '"a \\"b\\""',
  '"é"',
  '{"deep":1}',
  '"x\u00a0"',
  '" "',
  'false',
]

const some = (list: string[], good: number) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.constantFrom(...list.slice(0, good)) },
    { weight: 1, arbitrary: fc.constantFrom(...list) },
  )

const own = fc
  .tuple(
    some(spelled.event_id, 3),
    some(spelled.user_id, 4),
    some(spelled.variant_id, 3),
    some(spelled.event_type, 3),
    some(spelled.value, 3),
    some(spelled.timestamp, 2),
  )
  .map((values) => Object.keys(spelled).map((name, index) => [name, values[index]!] as const))

const attributes = fc.array(fc.tuple(fc.constantFrom('device', 'session', 'geo', 'a"b'), some(attributeValues, 3)), {
  maxLength: 3,
})

const space = fc.constantFrom('', '', '', ' ', '\t', ' \r')

const record = fc
  .tuple(
    own,
    attributes,
    fc.constantFrom('nested', 'nested', 'flat', 'none', 'absent', 'text', 'twice'),
    space,
    fc.nat(30),
  )
  .map(([fields, extra, form, blank, odd]) => {
    const entry = ([name, value]: readonly [string, string]) => `${JSON.stringify(name)}${blank}:${blank}${value}`
    const object = (entries: (readonly [string, string])[]) => `{${entries.map(entry).join(`${blank},`)}${blank}}`
    const given: (readonly [string, string])[] = [...fields]
    if (form === 'nested') given.splice(2, 0, ['attributes', object(extra)])
    if (form === 'flat') given.push(...extra.map(([name, value]) => [`own ${name}`, value] as const))
    if (form === 'none') given.push(['attributes', 'null'])
    if (form === 'text') given.push(['attributes', '"mobile"'])
    if (form === 'twice') given.push(['attributes', object(extra)], ['user_id', '"u9"'])
    if (odd === 0) return object(given).slice(0, -1)
    if (odd === 1) return `${object(given)},`
    if (odd === 2) return object(given).replace('{', '{,')
    if (odd === 3) return object(fields.slice(0, 3))
    return object(given)
  })

describe('JSON records that are scanned', () => {
  test('become the same events, and are refused for the same reasons, as when they are parsed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(record, { minLength: 1, maxLength: 80 }),
        fc.constantFrom('KEEP_FIRST' as const, 'KEEP_LAST' as const),
        fc.constantFrom(2_000, 1 << 20),
        async (records, conflictPolicy, chunkBytes) => {
          const header = `{"user_id":"u0","event_type":"view","timestamp":"2026-06-01T10:00:00Z","value":1,"variant_id":null,"event_id":null}`
          const content = [header, ...records, ''].join('\n')
          const [scan, parsed] = await bothWays(content, { conflictPolicy, chunkBytes })
          expect(scan).toEqual(parsed)
        },
      ),
      { numRuns: 15, seed: 11 },
    )
  }, 240_000)

  const view = (i: number, more = {}) =>
    JSON.stringify({
      event_id: `e${i}`,
      user_id: `u${i % 50}`,
      variant_id: null,
      event_type: 'view',
      value: null,
      timestamp: '2026-06-01T10:00:00Z',
      ...more,
    })

  test('may bring a name of their own after many records', async () => {
    const records = Array.from({ length: 3000 }, (_, i) =>
      view(i, i < 2500 ? { device: 'mobile' } : { attributes: { theme: 'dark' } }),
    )
    const [scan, parsed] = await bothWays(records.join('\n'), { chunkBytes: 40_000 })
    expect(scan).toEqual(parsed)
    expect(scan.parts.at(-1)!.attributes).toContain('theme')
    expect(scan.events).toHaveLength(3000)
  })

  test('may be the values of an array over several lines', async () => {
    const records = Array.from({ length: 1500 }, (_, i) => JSON.parse(view(i)) as unknown)
    const [scan, parsed] = await bothWays(JSON.stringify(records, null, 2), { chunkBytes: 40_000 })
    expect(scan).toEqual(parsed)
    expect(scan.events).toHaveLength(1500)
  })

  test('may hold bytes that are not UTF-8, which are refused alone', async () => {
    const bytes = Buffer.from([view(1), view(2, { device: 'caf§' }), view(3)].join('\n'), 'latin1')
    const [scan, parsed] = await bothWays(bytes)
    expect(scan).toEqual(parsed)
    expect(scan.samples.map(({ row, code }) => [row, code])).toEqual([[2, 'INVALID_UTF8']])
    expect(scan.events).toHaveLength(2)
  })
})
