import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import type { Analysis, ColumnMappingInput, CreateExperimentInput } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { keptFiles } from '../testkit/data-folder.ts'
import { delimited, eventRecords, totalsOf, type EventRecord } from '../testkit/event-records.ts'
import { checkOf, rowOf } from '../testkit/find-in-analysis.ts'
import { useServer } from '../testkit/use-server.ts'
import { expectUserError } from '../testkit/user-errors.ts'

const run = useServer()

/** Decimals. Sums of quarters are exact in binary; a mean that is multiplied by its n again is off in the last digits. */
const SUM_DIGITS = 9

let number = 0
async function newExperiment(input: Partial<CreateExperimentInput> = {}): Promise<string> {
  const key = `ingest-${number++}`
  return (await run.client.createExperiment({ key, name: key, ...input })).id
}

const analyse = (experimentId: string, datasetVersion?: number): Promise<Analysis> =>
  run.client.runAnalysis({ experimentId, datasetVersion, metrics: ['conversion', 'revenue_per_visitor'] }).result()

function expectTotals(analysis: Analysis, records: readonly EventRecord[]): void {
  const conversion = rowOf(analysis, 'conversion')
  const revenue = rowOf(analysis, 'revenue_per_visitor')
  totalsOf(records).forEach(({ users, buyers, revenue: total }, index) => {
    const side = index === 0 ? 'controlStatistics' : 'treatmentStatistics'
    expect(conversion[side]).toMatchObject({ n: users, total: buyers })
    expect(revenue[side].n).toBe(users)
    expect(revenue[side].total).toBeCloseTo(total, SUM_DIGITS)
  })
}

const upload = (experimentId: string, bytes: BlobPart, name: string, mapping?: ColumnMappingInput) =>
  run.client.uploadEvents({ experimentId, file: new File([bytes], name), mapping }).result()

const records = eventRecords(240)
const recordedTypes = [...new Set(records.map((record) => record.event_type))].sort()
const csv = delimited(records)
const ndjson = records.map(({ device, ...event }) => JSON.stringify({ ...event, attributes: { device } })).join('\n')

describe('files of every format give the same answer', () => {
  const formats: [name: string, bytes: BlobPart, format: string, compression: string][] = [
    ['events.csv', csv, 'CSV', 'NONE'],
    ['events.csv.gz', gzipSync(csv), 'CSV', 'GZIP'],
    ['events.csv.zst', zstdCompressSync(csv), 'CSV', 'ZSTD'],
    ['events.tsv', delimited(records, '\t'), 'TSV', 'NONE'],
    ['semicolons.csv', delimited(records, ';'), 'CSV', 'NONE'],
    ['events.ndjson', ndjson, 'NDJSON', 'NONE'],
    ['events.ndjson.gz', gzipSync(ndjson), 'NDJSON', 'GZIP'],
    ['events.json', JSON.stringify(records), 'JSON', 'NONE'],
    ['windows.csv', `\ufeff${csv.replaceAll('\n', '\r\n')}`, 'CSV', 'NONE'],
    ['utf16.csv', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(csv, 'utf16le')]), 'CSV', 'NONE'],
    ['spaced.csv', `\n\n${csv.replaceAll(',', ' , ')}`, 'CSV', 'NONE'],
    ['named-wrongly.png', csv, 'CSV', 'NONE'],
  ]

  test.each(formats)('%s', async (name, bytes, format, compression) => {
    const experimentId = await newExperiment()
    const batch = await upload(experimentId, bytes, name)
    expect(batch).toMatchObject({ format, compression, rows: records.length, events: records.length, rejected: 0 })
    const analysis = await analyse(experimentId)
    expectTotals(analysis, records)
    const { attributes, eventTypes } = await run.client.experiment({ id: experimentId })
    expect({ attributes, eventTypes }).toEqual({ attributes: ['device'], eventTypes: recordedTypes })
  })

  test('Parquet: a part that the server itself wrote', async () => {
    const { client, server } = run
    const source = await client.createExperiment({ key: 'parquet-source', name: 'Source' })
    await upload(source.id, csv, 'events.csv')
    const part = (await keptFiles(run)).find((path) => path.includes(source.id) && path.endsWith('.parquet'))
    const bytes = await readFile(join(server.dataDir, part!))

    const experimentId = await newExperiment()
    const file = new File([bytes], 'part.parquet')
    const { header, format } = await client.previewUpload({ file, experimentId })
    expect(format).toBe('PARQUET')
    expect(header).toEqual(expect.arrayContaining(['user_id', 'variant_id', 'event_type', 'value']))
    const batch = await upload(experimentId, bytes, 'part.parquet', {
      userId: 'user_id',
      variant: [{ column: 'variant_id', values: source.variants.map(({ id, key }) => ({ value: id, variant: key })) }],
      eventType: 'event_type',
      value: 'value',
      constantTimestamp: '2026-06-01T00:00:00Z',
      attributes: [],
    })
    expect(batch).toMatchObject({ format: 'PARQUET', rows: records.length, rejected: 0 })
    expectTotals(await analyse(experimentId), records)
  })

  test('records without a file', async () => {
    const experimentId = await newExperiment()
    const batch = await run.client.ingestEvents({ experimentId, records }).result()
    expect(batch).toMatchObject({ format: 'NDJSON', rows: records.length, events: records.length })
    expectTotals(await analyse(experimentId), records)
  })
})

describe('what is sent again counts once', () => {
  test('the same file is the same batch', async () => {
    const experimentId = await newExperiment()
    const landed = await upload(experimentId, csv, 'events.csv')
    const again = run.client.uploadEvents({ experimentId, file: new File([csv], 'another name.csv') })
    expect((await again.payload).reused).toBe(true)
    expect((await again.result()).id).toBe(landed.id)
    expect((await run.client.batches(experimentId).page()).items).toHaveLength(1)
    expectTotals(await analyse(experimentId, 1), records)
  })

  test('the same file read in another way is another batch, whose events are known', async () => {
    const experimentId = await newExperiment()
    const mapping: ColumnMappingInput = {
      userId: 'user_id',
      variant: [{ column: 'variant_id' }],
      eventType: 'event_type',
      value: 'value',
      timestamp: 'timestamp',
    }
    const landed = await upload(experimentId, csv, 'events.csv')
    const mapped = await upload(experimentId, csv, 'events.csv', mapping)
    expect(mapped.id).not.toBe(landed.id)
    expect(mapped).toMatchObject({ events: 0, duplicates: records.length })
    expectTotals(await analyse(experimentId), records)
  })

  test('the same records with the same idempotency key are the same batch, and others are told of', async () => {
    const experimentId = await newExperiment()
    const send = (part: EventRecord[]) =>
      run.client.ingestEvents({ experimentId, idempotencyKey: 'minute-1', records: part })
    const first = await send(records.slice(0, 50)).result()
    const again = send(records.slice(0, 50))
    expect((await again.payload).reused).toBe(true)
    expect((await again.result()).id).toBe(first.id)
    const refusal = { field: 'idempotencyKey', code: 'CONFLICT' as const, says: 'another question of ingestEvents' }
    await expectUserError(send(records.slice(0, 60)), refusal)
    expectTotals(await analyse(experimentId), records.slice(0, 50))
  })

  test('no records are no batch', async () => {
    const experimentId = await newExperiment()
    const sent = run.client.ingestEvents({ experimentId, records: [] })
    await expectUserError(sent, { field: 'records', code: 'INVALID', says: 'Send at least one' })
    expect((await run.client.batches(experimentId).page()).items).toEqual([])
  })

  test('a file that overlaps with what is there adds what is new, and counts the rest as duplicates', async () => {
    const experimentId = await newExperiment()
    const [first, second] = [records.slice(0, 250), records.slice(200)]
    await upload(experimentId, delimited(first), 'first.csv')
    const batch = await upload(experimentId, delimited(second), 'second.csv')
    expect(batch).toMatchObject({ rows: second.length, duplicates: 50, events: second.length - 50, datasetVersion: 2 })
    const analysis = await analyse(experimentId)
    expectTotals(analysis, records)
    expect(checkOf(analysis, 'DUPLICATE_EVENTS').count).toBe(50)
  })

  test('within a file too', async () => {
    const experimentId = await newExperiment()
    const batch = await upload(experimentId, delimited([...records, ...records.slice(0, 7)]), 'twice.csv')
    expect(batch).toMatchObject({ rows: records.length + 7, duplicates: 7, events: records.length })
    expect(batch.warnings.find(({ code }) => code === 'DUPLICATE_EVENTS')?.count).toBe(7)
    expectTotals(await analyse(experimentId), records)
  })
})

describe('events of one id with other content', () => {
  const named = records.map((record, index) => ({ ...record, event_id: `e${index}` }))
  const corrected = named
    .filter(({ event_type: type }) => type === 'purchase')
    .slice(0, 10)
    .map((record) => ({ ...record, value: record.value! + 1000 }))
  const correctedById = new Map(corrected.map((record) => [record.event_id, record]))
  const after = {
    KEEP_FIRST: named,
    KEEP_LAST: named.map((record) => correctedById.get(record.event_id) ?? record),
  }

  test.each(['KEEP_FIRST', 'KEEP_LAST'] as const)('%s, in a later file', async (conflictPolicy) => {
    const experimentId = await newExperiment({ conflictPolicy })
    await upload(experimentId, delimited(named), 'events.csv')
    const batch = await upload(experimentId, delimited(corrected), 'corrections.csv')
    expect(batch).toMatchObject({ status: 'LANDED', rows: 10, conflicts: 10 })
    expectTotals(await analyse(experimentId), after[conflictPolicy])
  })

  test.each(['KEEP_FIRST', 'KEEP_LAST'] as const)('%s, in one file', async (conflictPolicy) => {
    const experimentId = await newExperiment({ conflictPolicy })
    const batch = await upload(experimentId, delimited([...named, ...corrected]), 'events.csv')
    expect(batch).toMatchObject({ conflicts: 10, events: named.length })
    expect(batch.warnings.map(({ code }) => code)).toContain('CONFLICTING_EVENTS')
    expectTotals(await analyse(experimentId), after[conflictPolicy])
  })
})

test('an old version of the data gives the answer of then, also when a correction has replaced its events', async () => {
  const experimentId = await newExperiment({ conflictPolicy: 'KEEP_LAST' })
  const first = eventRecords(60).map((record, index) => ({ ...record, event_id: `e${index}` }))
  const correction = { ...first.find(({ event_type: type }) => type === 'purchase')!, value: 99_999 }
  const second = eventRecords(30, 60).map((record, index) => ({ ...record, event_id: `f${index}` }))
  await upload(experimentId, delimited(first), 'first.csv')
  await upload(experimentId, delimited([correction, ...second]), 'second.csv')

  const now = first.map((record) => (record.event_id === correction.event_id ? correction : record))
  const newest = await analyse(experimentId)
  expect(newest.datasetVersion.number).toBe(2)
  expectTotals(newest, [...now, ...second])
  const then = await analyse(experimentId, 1)
  expect(then.datasetVersion).toMatchObject({ number: 1, rows: first.length })
  expectTotals(then, first)
})

test('a mapping is saved under a name and used again by it', async () => {
  const mapping: ColumnMappingInput = {
    userId: 'client',
    variant: [
      {
        column: 'group',
        values: [
          { value: 'A', variant: 'control' },
          { value: 'B', variant: 'treatment' },
        ],
      },
    ],
    timestamp: 'day',
    timestampFormat: '%d.%m.%Y %H:%M',
    timezone: 'Europe/Berlin',
    outcomes: [{ column: 'spent', eventType: 'purchase', kind: 'VALUE' }],
    attributes: [],
    delimiter: ';',
    decimalComma: true,
  }
  const wide = (users: number, from: number) =>
    [
      'client;group;day;spent',
      ...Array.from({ length: users }, (_, i) => `c${from + i};${i % 2 ? 'B' : 'A'};05.06.2026 09:30;1.00${i},25`),
    ].join('\n')
  const experimentId = await newExperiment()
  const options = { experimentId, saveMappingAs: 'berlin shop' }
  const saved = await run.client.uploadEvents({ ...options, file: new File([wide(8, 0)], 'a.csv'), mapping }).result()
  const named = await run.client
    .uploadEvents({ experimentId, file: new File([wide(8, 100)], 'b.csv'), mappingName: 'berlin shop' })
    .result()
  expect(named).toMatchObject({ rows: 8, rejected: 0, events: 16 })
  expect(named.mapping).toEqual(saved.mapping)
  expect(named.mapping).toMatchObject({
    timezone: 'Europe/Berlin',
    timestampFormat: '%d.%m.%Y %H:%M',
    decimalComma: true,
  })
  // 1.000,25 to 1.007,25 are 1000.25 to 1007.25; the odd ones are B's, of both files.
  const revenue = rowOf(await analyse(experimentId), 'revenue_per_visitor')
  expect(revenue.controlStatistics).toMatchObject({ n: 8, total: 2 * (1000.25 + 1002.25 + 1004.25 + 1006.25) })
  expect(revenue.treatmentStatistics).toMatchObject({ n: 8, total: 2 * (1001.25 + 1003.25 + 1005.25 + 1007.25) })
})

test.each(['Bestellungen März 😀.csv', '订单.csv', '../../etc/passwd', `${'ß'.repeat(300)}.csv`, ''])(
  'the raw bytes of %j are kept unchanged under its name',
  async (name) => {
    const experimentId = await newExperiment()
    const batch = await upload(experimentId, csv, name)
    const sha256 = createHash('sha256').update(csv).digest('hex')
    expect(batch).toMatchObject({ sha256, sizeBytes: Buffer.byteLength(csv) })
    const shown = name.split('/').at(-1)!.slice(-255)
    expect(batch.originalName.endsWith(shown)).toBe(true)
    expect(batch.originalName).not.toBe('')

    const answer = await fetch(batch.rawUrl!)
    expect(answer.status).toBe(200)
    expect(
      createHash('sha256')
        .update(new Uint8Array(await answer.arrayBuffer()))
        .digest('hex'),
    ).toBe(sha256)
    const disposition = answer.headers.get('content-disposition')!
    expect(decodeURIComponent(disposition.split("filename*=UTF-8''")[1]!)).toContain(shown)
  },
)
