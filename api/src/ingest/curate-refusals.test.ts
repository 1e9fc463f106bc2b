import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { ColumnMapping } from './column-mapping.ts'
import { csv, eventsOf, experiment, HEADER, useCurate } from './curate-content.contract.ts'

const run = useCurate()

describe('bad rows', () => {
  const good = 'u1,control,exposure,,2026-06-01T10:00:00Z,mobile'
  test.each([
    [',control,exposure,,2026-06-01T10:00:00Z,', 'user_id', 'MISSING_VALUE', null],
    [`${'x'.repeat(257)},control,exposure,,2026-06-01T10:00:00Z,`, 'user_id', 'TOO_LONG', `${'x'.repeat(200)}…`],
    ['u2,blue,exposure,,2026-06-01T10:00:00Z,', 'variant_id', 'UNKNOWN_VARIANT', 'blue'],
    ['u2,,exposure,,2026-06-01T10:00:00Z,', 'variant_id', 'MISSING_VALUE', null],
    ['u2,,,,2026-06-01T10:00:00Z,', 'event_type', 'MISSING_VALUE', null],
    ['u2,,view,,,', 'timestamp', 'MISSING_VALUE', null],
    ['u2,,view,,yesterday,', 'timestamp', 'NOT_A_TIMESTAMP', 'yesterday'],
    ['u2,,view,,2026-06-01,', 'timestamp', 'NOT_A_TIMESTAMP', '2026-06-01'],
    ['u2,,view,,2026-06-10T00:11:00Z,', 'timestamp', 'FUTURE_TIMESTAMP', '2026-06-10T00:11:00Z'],
    ['u2,,view,twelve,2026-06-01T10:00:00Z,', 'value', 'NOT_A_NUMBER', 'twelve'],
    ['u2,,view,inf,2026-06-01T10:00:00Z,', 'value', 'NOT_A_NUMBER', 'inf'],
    ['u2,,view,NaN,2026-06-01T10:00:00Z,', 'value', 'NOT_A_NUMBER', 'NaN'],
    ['u2,,purchase,,2026-06-01T10:00:00Z,', 'value', 'MISSING_VALUE', null],
    ['u2,,purchase,-5,2026-06-01T10:00:00Z,', 'value', 'OUT_OF_RANGE', '-5'],
    [`u2,,view,,2026-06-01T10:00:00Z,${'x'.repeat(257)}`, 'device', 'TOO_LONG', `${'x'.repeat(200)}…`],
    ['u2,,view,,2026-06-01T10:00:00Z', null, 'RAGGED_ROW', 'u2,,view,,2026-06-01T10:00:00Z'],
    ['u2,,vi\0ew,,2026-06-01T10:00:00Z,', null, 'NUL_BYTE', 'u2,,vi␀ew,,2026-06-01T10:00:00Z,'],
    ['"u2,,view,,2026-06-01T10:00:00Z,', null, 'MALFORMED_QUOTES', '"u2,,view,,2026-06-01T10:00:00Z,'],
  ])('%j is rejected with its column, code and value; the rows around it are not', async (row, column, code, value) => {
    const result = await run(csv(good, row, 'u3,control,exposure,,2026-06-01T10:00:00Z,'))
    expect(result.samples).toEqual([{ row: 2, column, code, value, message: expect.any(String) as string }])
    expect(result).toMatchObject({ rows: 3, accepted: 2, rejected: 1, events: 2, errorCounts: [{ code, count: 1 }] })
    expect((await eventsOf(result)).map(({ row }) => row)).toEqual([1, 3])
  })

  test('refunds may be negative, and so may anything the mapping allows', async () => {
    const rows = [
      'u1,,refund,-5,2026-06-01T10:00:00Z,',
      'u1,,purchase,-5,2026-06-01T10:00:00Z,',
      'u1,,tip,200,2026-06-01T10:00:00Z,',
    ]
    const mapping: ColumnMapping = {
      userId: 'user_id',
      eventType: 'event_type',
      value: 'value',
      timestamp: 'timestamp',
      valueRules: [
        { eventType: 'purchase', minimum: -10 },
        { eventType: 'tip', maximum: 100 },
      ],
    }
    expect((await run(csv(...rows))).errorCounts).toEqual([{ code: 'OUT_OF_RANGE', count: 1 }])
    const result = await run(csv(...rows), { mapping })
    expect(result.samples.map(({ row, code, value }) => [row, code, value])).toEqual([[3, 'OUT_OF_RANGE', '200']])
  })

  test('a row with several problems is counted once and listed with each', async () => {
    const result = await run(csv(good, ',blue,exposure,x,never,'))
    expect(result.rejected).toBe(1)
    expect(result.samples.map(({ code }) => code).sort()).toEqual([
      'MISSING_VALUE',
      'NOT_A_NUMBER',
      'NOT_A_TIMESTAMP',
      'UNKNOWN_VARIANT',
    ])
  })

  test('rows of another experiment are rejected', async () => {
    const header = 'experiment_id,user_id,event_type,timestamp\n'
    const row = (id: string) => `${id},u1,view,2026-06-01T10:00:00Z\n`
    const result = await run(header + row('checkout') + row('other') + row(experiment.id))
    expect(result.samples.map(({ row, code, value }) => [row, code, value])).toEqual([[2, 'OTHER_EXPERIMENT', 'other']])
  })

  test('JSON records that are none are rejected one by one', async () => {
    const record = '{"user_id":"u1","event_type":"view","timestamp":"2026-06-01T10:00:00Z"}'
    const lines = [
      record,
      '{"user_id": "u2"',
      '[1, 2]',
      '"text"',
      '{"user_id":"u3","event_type":"view","timestamp":"2026-06-01T10:00:00Z","cart":{"a":1}}',
      record.replace('u1', 'u4'),
    ]
    const result = await run(lines.join('\n'))
    expect(result.samples.map(({ row, code }) => [row, code])).toEqual([
      [2, 'INVALID_JSON'],
      [3, 'NOT_AN_OBJECT'],
      [4, 'NOT_AN_OBJECT'],
      [5, 'NESTED_VALUE'],
    ])
    expect((await eventsOf(result)).map(({ user_id: user }) => user)).toEqual(['u1', 'u4'])
  })

  test('too many of them quarantine the batch, with the share and the commonest reason', async () => {
    const content = csv(good, 'u2,blue,exposure,,2026-06-01T10:00:00Z,', 'u3,,view,,2026-06-01T10:00:00Z,')
    expect((await run(content, { maxRejectRate: 1 / 3 })).quarantine).toBeNull()
    const { quarantine } = await run(content, { maxRejectRate: 0.3 })
    expect(quarantine?.code).toBe('REJECT_RATE')
    expect(quarantine?.message).toMatch(
      /1 of 3 rows \(33\.3%\) were rejected, most often UNKNOWN_VARIANT; the limit is 30\.0%/,
    )
  })

  test('a column that is emptier than allowed quarantines the batch', async () => {
    const mapping: ColumnMapping = {
      userId: 'user_id',
      eventType: 'event_type',
      timestamp: 'timestamp',
      maxEmptyShares: [{ column: 'device', share: 0.4 }],
    }
    const content = csv('u1,,view,,2026-06-01T10:00:00Z,', 'u2,,view,,2026-06-01T10:00:00Z,mobile')
    expect((await run(content, { mapping })).quarantine?.message).toMatch(
      /"device" is empty in 50\.0% of the rows; the limit is 40\.0%/,
    )
  })
})

describe('files that are refused as a whole', () => {
  const bomb = gzipSync(
    Buffer.concat([Buffer.from(`${HEADER}\n`), Buffer.alloc(300 << 20, 'u1,,view,,2026-06-01T10:00:00Z,\n')]),
  )
  test.each([
    ['nothing', '', 'EMPTY_FILE', /empty/],
    ['white space', ' \n\n ', 'EMPTY_FILE', /white space/],
    ['a header only', `${HEADER}\n`, 'NO_ROWS', /a header \(user_id, variant_id/],
    ['an empty JSON array', '[]', 'NO_ROWS', /no records/],
    ['a ZIP archive', Buffer.from('504b030414000000', 'hex'), 'ARCHIVE', /ZIP archive or an Excel workbook/],
    ['a PDF', '%PDF-1.7 something', 'UNKNOWN_FORMAT', /PDF/],
    ['a web page', '<!DOCTYPE html><html></html>', 'UNKNOWN_FORMAT', /web page/],
    ['random bytes', Buffer.from(Array.from({ length: 500 }, (_, i) => (i * 37) % 32)), 'UNKNOWN_FORMAT', /no text/],
    [
      'a missing column',
      'user_id,event_type\nu1,view\n',
      'MISSING_COLUMN',
      /no column "timestamp". It has: "user_id", "event_type"/,
    ],
    ['a column twice', `${HEADER},device\nu1,,view,,2026-06-01T10:00:00Z,a,b\n`, 'DUPLICATE_COLUMN', /"device"/],
    [
      'cut gzip data',
      gzipSync(csv('u1,,view,,2026-06-01T10:00:00Z,'.repeat(50))).subarray(0, 60),
      'CORRUPT_FILE',
      /ends too early/,
    ],
    ['a cut Parquet file', Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(100)]), 'CORRUPT_FILE', /Parquet/],
    ['cut JSON', '[{"user_id":"u1"', 'CORRUPT_FILE', /not complete/],
    ['a zip bomb', bomb, 'UNPACKED_TOO_LARGE', /more than 200 times as much/],
  ])('%s', async (_name, content, code, message) => {
    await expect(run(content, { chunkBytes: 64 << 20 })).rejects.toMatchObject({
      name: 'FileError',
      code,
      message: expect.stringMatching(message) as string,
    })
  })

  test('one that unpacks to more than the limit', async () => {
    const content = gzipSync(csv(...Array.from({ length: 2000 }, (_, i) => `u${i},,view,,2026-06-01T10:00:00Z,`)))
    await expect(run(content, { rawLimits: { maxUnpackedBytes: 20_000 } })).rejects.toMatchObject({
      code: 'UNPACKED_TOO_LARGE',
    })
  })
})
