import { gzipSync, zstdCompressSync } from 'node:zlib'
import pl from 'nodejs-polars'
import { describe, expect, test } from 'vitest'
import { column, frameOf, int64Values, type Frame } from '../engine/polars/frame.ts'
import { CONTROL, csv, eventsOf, experiment, TREATMENT, useCurate } from './curate-content.contract.ts'
import type { CurateResult } from './curate.ts'
import { readAllKeys } from './key-file.ts'

const run = useCurate()

describe('files that follow the event contract', () => {
  test('become events with times in UTC, variants by id, and further columns as attributes', async () => {
    const result = await run(
      csv(
        'u1,control,exposure,,2026-06-01T10:00:00Z,mobile',
        'u1,,purchase,12.5,2026-06-01T12:00:00+02:00,',
        ' u2 ,New page,exposure,,1780308000,desktop',
      ),
    )
    expect(await eventsOf(result)).toEqual([
      {
        row: 1,
        user_id: 'u1',
        variant_id: CONTROL,
        event_type: 'exposure',
        value: null,
        event_id: null,
        time: new Date('2026-06-01T10:00:00Z'),
        '@device': 'mobile',
      },
      {
        row: 2,
        user_id: 'u1',
        variant_id: null,
        event_type: 'purchase',
        value: 12.5,
        event_id: null,
        time: new Date('2026-06-01T10:00:00Z'),
        '@device': null,
      },
      {
        row: 3,
        user_id: 'u2',
        variant_id: TREATMENT,
        event_type: 'exposure',
        value: null,
        event_id: null,
        time: new Date('2026-06-01T10:00:00Z'),
        '@device': 'desktop',
      },
    ])
    expect(result).toMatchObject({
      format: 'CSV',
      compression: 'NONE',
      rows: 3,
      accepted: 3,
      rejected: 0,
      events: 3,
      duplicates: 0,
      quarantine: null,
    })
    expect(result.parts[0]).toMatchObject({ rows: 3, eventTypes: ['exposure', 'purchase'], attributes: ['device'] })
  })

  const records = [
    {
      user_id: 'u1',
      variant_id: 'control',
      event_type: 'exposure',
      timestamp: '2026-06-01T10:00:00.250Z',
      attributes: { device: 'mobile', visits: 3 },
    },
    { user_id: 'u1', event_type: 'purchase', value: 12.5, timestamp: '2026-06-01T11:00:00Z' },
    {
      user_id: 'ü2',
      variant_id: 'treatment',
      event_type: 'exposure',
      timestamp: '2026-06-01T10:00:00Z',
      attributes: { device: 'desk "top"' },
    },
  ]
  const delimited = (separator: string, lineEnd = '\n') =>
    [
      ['user_id', 'variant_id', 'event_type', 'value', 'timestamp', 'device', 'visits'],
      ['u1', 'control', 'exposure', '', '2026-06-01T10:00:00.250Z', 'mobile', '3'],
      ['u1', '', 'purchase', '12.5', '2026-06-01T11:00:00Z', '', ''],
      ['ü2', 'treatment', 'exposure', '', '2026-06-01T10:00:00Z', '"desk ""top"""', ''],
    ]
      .map((fields) => fields.join(separator))
      .join(lineEnd)
  const json = {
    ndjson: records.map((record) => JSON.stringify(record)).join('\n'),
    array: JSON.stringify(records),
    pretty: JSON.stringify(records, null, 2),
  }

  test.each([
    ['CSV', delimited(',')],
    ['CSV with semicolons and CR LF', delimited(';', '\r\n')],
    ['TSV', delimited('\t')],
    ['CSV with a byte order mark', '\ufeff' + delimited(',')],
    ['CSV in UTF-16', Buffer.from('\ufeff' + delimited(','), 'utf16le')],
    ['CSV in gzip', gzipSync(delimited(','))],
    ['CSV in zstd', zstdCompressSync(delimited(','))],
    ['NDJSON', json.ndjson],
    ['NDJSON in gzip', gzipSync(json.ndjson)],
    ['JSON array', json.array],
    ['JSON array over several lines', json.pretty],
    ['JSON array in gzip', gzipSync(json.pretty)],
  ])('give the same events and keys as %s', async (_name, content) => {
    const expected = await run(delimited(','))
    const result = await run(content, { chunkBytes: 400 })
    expect(await eventsOf(result)).toEqual(await eventsOf(expected))
    expect(await keysOf(result)).toEqual(await keysOf(expected))
  })

  test('give the same events from Parquet, typed or not, plain or packed', async () => {
    const expected = await run(delimited(','))
    const text = (name: string, values: (string | null)[]) => column(name, values, pl.Utf8)
    const times = ['2026-06-01T10:00:00.250Z', '2026-06-01T11:00:00Z', '2026-06-01T10:00:00Z']
    const shared = [
      text('user_id', ['u1', 'u1', 'ü2']),
      text('variant_id', ['control', null, 'treatment']),
      text('event_type', ['exposure', 'purchase', 'exposure']),
      text('device', ['mobile', null, 'desk "top"']),
    ]
    const asText = frameOf([
      ...shared,
      text('value', [null, '12.5', null]),
      text('timestamp', times),
      text('visits', ['3', null, null]),
    ])
    const typed = frameOf([
      ...shared,
      column('value', [null, 12.5, null], pl.Float64),
      column(
        'timestamp',
        times.map((time) => new Date(time)),
        pl.Datetime('ms'),
      ),
      column('visits', [3, null, null], pl.Int64),
    ])
    for (const frame of [asText, typed]) {
      const bytes = frame.writeParquet()
      for (const content of [bytes, gzipSync(bytes)]) {
        const result = await run(content)
        expect(result.format).toBe('PARQUET')
        expect(await eventsOf(result)).toEqual(await eventsOf(expected))
        expect(await keysOf(result)).toEqual(await keysOf(expected))
      }
    }
  })

  /** Unit and key of each event, as text, in no particular order. */
  async function keysOf({ parts }: CurateResult): Promise<string[]> {
    const texts: string[] = []
    for (const part of parts) {
      const { lanes, width } = await readAllKeys(part.keysPath)
      const units = int64Values((await pl.scanParquet(part.path).collect()) as Frame, 'unit')
      units.forEach((unit, row) => texts.push([unit, ...lanes.subarray(row * width, (row + 1) * width)].join(' ')))
    }
    return texts.sort()
  }

  test('keys of stored events never change unnoticed', async () => {
    const result = await run(
      csv('u1,control,exposure,,2026-06-01T10:00:00Z,mobile', 'u1,,purchase,12.5,2026-06-01T12:00:00Z,'),
    )
    // When this fails, give KEY_VERSION a new name: old parts then get new keys when compared.
    expect([result.keyVersion, await keysOf(result)]).toMatchInlineSnapshot(`
      [
        "murmur3-1",
        [
          "-6952190677549549195 -1897567716 -175411618 -1141862227 -2102483464",
          "-6952190677549549195 1091088070 -1267359149 703703794 703703794",
        ],
      ]
    `)
  })

  test('attributes come from a column of JSON objects, too', async () => {
    const result = await run(
      'user_id,event_type,timestamp,attributes\n' +
        'u1,view,2026-06-01T10:00:00Z,"{""device"": ""mobile"", ""visits"": 3, ""new"": true, ""none"": null}"\n' +
        'u2,view,2026-06-01T10:00:00Z,\n' +
        'u3,view,2026-06-01T10:00:00Z,"{""device"": [1]}"\n' +
        'u4,view,2026-06-01T10:00:00Z,mobile\n',
    )
    expect(await eventsOf(result)).toMatchObject([
      { user_id: 'u1', '@device': 'mobile', '@visits': '3', '@new': 'true' },
      { user_id: 'u2', '@device': null },
    ])
    expect(result.samples.map(({ row, column, code }) => [row, column, code])).toEqual([
      [3, 'attributes', 'NESTED_VALUE'],
      [4, 'attributes', 'NESTED_VALUE'],
    ])
  })
})

describe('events that come more than once', () => {
  const rows = [
    'u1,,view,,2026-06-01T10:00:00Z,mobile',
    'u1,,view,,2026-06-01T10:00:00Z,desktop',
    'u1,,view,,2026-06-01T10:00:00Z,mobile',
  ]

  test('are taken once when they say the same', async () => {
    const result = await run(csv(...rows))
    expect(result).toMatchObject({ rows: 3, accepted: 3, events: 2, duplicates: 1 })
    expect(result.warnings).toMatchObject([
      { code: 'DUPLICATE_EVENTS', count: 1, message: expect.stringContaining('rows 3') as string },
    ])
  })

  test('are taken once when they have the same id; other content is a conflict, which the policy settles', async () => {
    const content = [
      'event_id,user_id,event_type,value,timestamp',
      'a,u1,tip,1,2026-06-01T10:00:00Z',
      'a,u1,tip,1,2026-06-01T10:00:00Z',
      'a,u1,tip,2,2026-06-02T10:00:00Z',
      ',u1,tip,1,2026-06-01T10:00:00Z',
      '',
    ].join('\n')
    const first = await run(content)
    expect(first).toMatchObject({ events: 2, duplicates: 1, conflicts: 1 })
    expect((await eventsOf(first)).map(({ value }) => value)).toEqual([1, 1])
    const last = await run(content, { conflictPolicy: 'KEEP_LAST' })
    expect(last).toMatchObject({ events: 2, duplicates: 1, conflicts: 1 })
    expect((await eventsOf(last)).map(({ value }) => value)).toEqual([2, 1])
  })

  test('are found across chunks', async () => {
    const many = Array.from({ length: 400 }, (_, i) => `u${i},,view,,2026-06-01T10:00:00Z,mobile`)
    const result = await run(csv(...many, ...many), { chunkBytes: 5000 })
    expect(result.parts.length).toBeGreaterThan(1)
    expect(result).toMatchObject({ rows: 800, events: 400, duplicates: 400 })
  })
})

test('events outside the experiment’s time are kept and counted', async () => {
  const bounded = { ...experiment, startAt: '2026-06-01T00:00:00.000Z', endAt: '2026-06-05T00:00:00.000Z' }
  const result = await run(
    csv('u1,,view,,2026-05-31T23:59:59Z,', 'u1,,view,,2026-06-01T00:00:00Z,', 'u1,,view,,2026-06-05T00:00:00Z,'),
    { experiment: bounded },
  )
  expect(result.events).toBe(3)
  expect(result.warnings).toMatchObject([{ code: 'OUTSIDE_WINDOW', count: 2 }])
})
