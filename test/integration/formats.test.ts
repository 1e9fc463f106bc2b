import { randomUUID } from 'node:crypto'
import { constants, gzipSync, zstdCompressSync } from 'node:zlib'
import type { ColumnMappingInput } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  DIFFICULT_TEXTS,
  difficultRecords,
  FAR_TEXTS,
  packedInPieces,
  quotedCsv,
  windows1252,
} from '../testkit/difficult-records.ts'
import { totalsOf } from '../testkit/event-records.ts'
import { ndjsonOf, parquetFromJson } from '../testkit/event-writer.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

/**
 * The same events, written in many ways: the first writing lands, and of every other one each event must be known. An
 * event without an id is known only when user, variant, type, time, value and attributes are equal to the last bit.
 */
const records = difficultRecords(FAR_TEXTS)
const csv = quotedCsv(records)
const ndjson = ndjsonOf(records)
let experimentId: string

let number = 0
async function newExperiment(): Promise<string> {
  const key = `formats-${number++}`
  return (await run.client.createExperiment({ key, name: key })).id
}

type Bytes = string | Buffer

const send = (to: string, bytes: Bytes, mapping?: ColumnMappingInput) =>
  run.client.uploadEvents({ experimentId: to, file: new File([bytes as BlobPart], 'events'), mapping })

/** Fails unless every event of the file is there already. */
async function expectAllKnown(bytes: Bytes, mapping?: ColumnMappingInput, to = experimentId, rows = records.length) {
  const { status, ...batch } = await send(to, bytes, mapping).result()
  expect({ status, ...batch }).toMatchObject({ status: 'LANDED', rows, rejected: 0, events: 0, duplicates: rows })
}

const columns = `{user_id: 'varchar', variant_id: 'varchar', event_type: 'varchar', value: 'double',
  timestamp: 'timestamptz', device: 'varchar'}`
const parquet = (select: string, options = 'compression zstd') => parquetFromJson(records, columns, select, options)

beforeAll(async () => {
  experimentId = await newExperiment()
  await send(experimentId, csv).result()
})

test('the first writing is read as it was meant: users, buyers, revenue, and every text', async () => {
  const metrics = ['conversion', 'revenue_per_visitor']
  const analysis = await run.client.runAnalysis({ experimentId, metrics, segmentBy: 'device' }).result()
  const [control, treatment] = totalsOf(records)
  expect(rowOf(analysis, 'conversion')).toMatchObject({
    controlStatistics: { n: control!.users, total: control!.buyers },
    treatmentStatistics: { n: treatment!.users, total: treatment!.buyers },
  })
  expect(rowOf(analysis, 'revenue_per_visitor').controlStatistics.total).toBeCloseTo(control!.revenue, 9)
  expect(new Set(analysis.segments.map(({ segment }) => segment!.value))).toEqual(new Set(FAR_TEXTS))
})

describe('text', () => {
  const utf16 = (text: string) => Buffer.from(text, 'utf16le')
  const skipped = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4])
  const cases: Record<string, Bytes> = {
    'CSV with the line ends of Windows': quotedCsv(records, { lineEnd: '\r\n' }),
    'CSV with a byte order mark': `\ufeff${csv}`,
    'CSV without a last line end': csv.trimEnd(),
    'CSV by semicolons': quotedCsv(records, { separator: ';' }),
    'CSV by bars': quotedCsv(records, { separator: '|' }),
    TSV: quotedCsv(records, { separator: '\t' }),
    'UTF-16 of Windows, marked': utf16(`\ufeff${csv}`),
    'UTF-16 in the other order, marked': utf16(`\ufeff${csv}`).swap16(),
    'UTF-16 of Windows without a mark': utf16(csv),
    'UTF-16 in the other order without a mark': utf16(csv).swap16(),
    NDJSON: ndjson,
    'NDJSON with a mark and the line ends of Windows': `\ufeff${ndjson.replaceAll('\n', '\r\n')}`,
    'NDJSON in UTF-16': utf16(ndjson),
    'a JSON array': JSON.stringify(records),
    'a JSON array over many lines': JSON.stringify(records, null, 2),
    'JSON objects over many lines, one after the other': records.map((one) => JSON.stringify(one, null, 1)).join('\n'),
    'CSV in gzip': gzipSync(csv),
    'CSV in gzip of many members': packedInPieces(csv, 1000, (bytes) => gzipSync(bytes)),
    'NDJSON in zstd': zstdCompressSync(ndjson),
    'CSV in zstd of many frames': packedInPieces(csv, 1000, (bytes) => zstdCompressSync(bytes)),
    'CSV in zstd of frames with checksums': packedInPieces(csv, 30_000, (bytes) =>
      zstdCompressSync(bytes, { params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    ),
    'CSV in zstd after a frame to be skipped': Buffer.concat([skipped, zstdCompressSync(csv), skipped]),
    'UTF-16 in zstd': zstdCompressSync(utf16(`\ufeff${csv}`)),
  }
  test.each(Object.entries(cases))('%s', (_, bytes) => expectAllKnown(bytes))

  test('CSV with decimal commas, as the mapping says', () =>
    expectAllKnown(quotedCsv(records, { separator: ';', decimalComma: true }), { decimalComma: true }))
})

test.each([
  ['gzip', gzipSync],
  ['zstd', zstdCompressSync],
] as const)('the preview of a file in %s that is too long to be sent shows its beginning', async (_, pack) => {
  // Ids of chance do not pack well: more than the megabyte that a preview sends.
  const ids = Array.from({ length: 60_000 }, () => randomUUID())
  const packed = pack(`user,variant,converted\n${ids.map((id, row) => `${id},${row % 2},${(row % 3) % 2}\n`).join('')}`)
  expect(packed.length).toBeGreaterThan(2 ** 20)
  const preview = await run.client.previewUpload({ file: new Blob([packed as BlobPart]) })
  expect(preview.mapping).toMatchObject({ userId: 'user', outcomes: [{ column: 'converted' }] })
  expect(preview.rows[0]).toEqual([ids[0], '0', '0'])
})

describe('Windows-1252 and Latin-1', () => {
  const near = difficultRecords(DIFFICULT_TEXTS)
  const text = quotedCsv(near)
  let own: string
  beforeAll(async () => {
    own = await newExperiment()
    await send(own, text).result()
  })

  test('are read where the mapping says so: every letter is the same', async () => {
    await expectAllKnown(windows1252(text), { encoding: 'WINDOWS_1252' }, own, near.length)
    await expectAllKnown(gzipSync(windows1252(ndjsonOf(near))), { encoding: 'WINDOWS_1252' }, own, near.length)
  })

  test('are found by the preview, which proposes a mapping and says what to check', async () => {
    const file = new Blob([windows1252(quotedCsv(near, { separator: ';' })) as BlobPart])
    const preview = await run.client.previewUpload({ file, experimentId: own })
    expect(preview.mapping).toMatchObject({ encoding: 'WINDOWS_1252' })
    expect(preview.notes.join()).toMatch(/read as Windows-1252.*check letters/)
    expect(preview.rows.flat()).toContain(DIFFICULT_TEXTS[1])
    const batch = await run.client.uploadEvents({ experimentId: own, file, mapping: preview.mapping }).result()
    expect(batch).toMatchObject({ rejected: 0, events: 0, duplicates: near.length })
  })

  test('without a mapping are never taken for something else: the rows say what to do', async () => {
    const upload = send(own, windows1252(`${text}\n`))
    await expect(upload.result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
    const [error] = await run.client.batchErrors((await upload).id, 1)
    expect(error).toMatchObject({ code: 'INVALID_UTF8' })
    expect(error!.message).toContain('name its encoding in the mapping')
  })

  test.each([
    ['UTF-8 as WINDOWS_1252', csv, 'WINDOWS_1252', /WINDOWS_1252, but the file is UTF-8\. Leave `encoding` out/],
    ['ASCII as UTF_16', 'user_id\nu1\n', 'UTF_16', /UTF_16, but the file has no zero bytes/],
  ] as const)('%s is refused: its letters would become others', async (_, bytes, encoding, says) => {
    const refused = send(own, bytes, { encoding }).result()
    await expect(refused).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      details: { reason: 'INVALID_MAPPING' },
      message: expect.stringMatching(says) as string,
    })
  })
})

describe('Parquet that another program wrote', () => {
  const all = 'user_id, variant_id, event_type, value, timestamp, device'
  const withTime = (time: string) => `user_id, variant_id, event_type, value, ${time} as timestamp, device`
  const withValue = (value: string) => `user_id, variant_id, event_type, ${value} as value, timestamp, device`
  const withAttributes = (attributes: string) =>
    `user_id, variant_id, event_type, value, timestamp, ${attributes} as attributes`
  const codecs = ['uncompressed', 'snappy', 'gzip', 'brotli', 'lz4', 'lz4_raw', 'zstd']
  const cases: [name: string, select: string, options?: string][] = [
    ...codecs.map((codec): [string, string, string] => [`packed by ${codec}`, all, `compression ${codec}`]),
    ['of format version 2', all, 'parquet_version v2, compression zstd'],
    ['in row groups of one row', all, 'row_group_size 1'],
    ['with attributes as a struct', withAttributes("{'device': device}")],
    ['with attributes as a map', withAttributes("map {'device': device}")],
    ['with attributes as JSON', withAttributes("json_object('device', device)")],
    ['with attributes as a text of JSON', withAttributes("json_object('device', device)::varchar")],
    ['with texts as bytes', all.replace('user_id', 'encode(user_id) as user_id')],
    ['with texts as dictionaries', all.replace('event_type', "event_type::enum('exposure', 'purchase') as event_type")],
    ['with times in milliseconds', withTime('timestamp::timestamptz::timestamp_ms')],
    ['with times in nanoseconds', withTime('timestamp::timestamp::timestamp_ns')],
    ['with times in seconds', withTime('timestamp::timestamp_s')],
    ['with times of no zone', withTime('timestamp::timestamp')],
    ['with times as milliseconds since 1970', withTime('epoch_ms(timestamp)')],
    ['with times as seconds since 1970, 32 bits', withTime('(epoch_ms(timestamp) / 1000)::integer')],
    ['with times as text', withTime("strftime(timestamp::timestamp, '%Y-%m-%dT%H:%M:%SZ')")],
    ['with values as decimals', withValue('value::decimal(18, 4)')],
    ['with values as decimals of 38 digits', withValue('value::decimal(38, 6)')],
    ['with values as floats', withValue('value::float')],
    ['with values as text', withValue('value::varchar')],
  ]
  test.each(cases)('%s', async (_, select, options) => expectAllKnown(await parquet(select, options)))

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('packed once more, by %s', async (_, pack) =>
    expectAllKnown(pack(await parquet(all, 'row_group_size 1'))),
  )

  test('numbers, flags and dates of every size become the texts that other files have', async () => {
    const typed: [type: string, text: string][] = [
      ['5::tinyint', '5'],
      ['6::smallint', '6'],
      ['7::integer', '7'],
      ['8::bigint', '8'],
      ['9::utinyint', '9'],
      ['1.50::decimal(6, 2)', '1.5'],
      ['100::decimal(6, 2)', '100'],
      ['12345678901234567890::decimal(20, 0)', '12345678901234567890'],
      ['18446744073709551615::ubigint', '18446744073709551615'],
      ['2.0::double', '2'],
      ['0.25::float', '0.25'],
      ['true', 'true'],
      ["date '2026-01-01'", '2026-01-01'],
      ["'several words'", 'several words'],
    ]
    const names = typed.map((_, index) => `a${index}`)
    const own = await newExperiment()
    const plain = records.map((record) =>
      JSON.stringify({ ...record, ...Object.fromEntries(typed.map(([, text], index) => [names[index], text])) }),
    )
    await send(own, plain.join('\n')).result()
    const select = typed.map(([value], index) => `${value} as ${names[index]}`).join(', ')
    await expectAllKnown(await parquet(`${all}, ${select}`), undefined, own)
  })

  test.each([
    ['lists', '[1, 2] as tags', 'tags'],
    ['objects', "{'lat': 1.5} as place", 'place'],
    ['bytes that are no text', "unhex('ff00ff') as blob", 'blob'],
    ['lists within the attributes', "{'tags': [1, 2]} as attributes", 'attributes.tags'],
  ])('a column of %s is refused by its name, and left out where the mapping names others', async (_, extra, column) => {
    const bytes = await parquet(`${all}, ${extra}`)
    const upload = send(experimentId, bytes)
    await expect(upload.result()).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      details: { reason: 'UNREADABLE_COLUMN' },
      message: expect.stringContaining(`The column "${column}" holds`) as string,
    })
    expect(await run.client.batchErrors((await upload).id)).toMatchObject([{ row: null, column }])
    await expectAllKnown(bytes, { attributes: [{ column: 'device' }] })
  })

  test.each([
    ['intervals', 'interval 1 day as validity', 'validity'],
    ['intervals within an object', "{'validity': interval 1 day} as voucher", 'voucher'],
  ])('a column of %s is refused by its name, and the server goes on', async (_, extra, column) => {
    const upload = send(experimentId, await parquet(`${all}, ${extra}`))
    await expect(upload.result()).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      details: { reason: 'UNREADABLE_COLUMN' },
      message: expect.stringContaining(`The column "${column}" holds intervals`) as string,
    })
  })
})

describe('a file that is cut off or damaged', () => {
  const half = (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)
  const cases: [name: string, make: () => Bytes | Promise<Bytes>, says: RegExp][] = [
    ['gzip', () => half(gzipSync(csv)), /GZIP data is damaged or ends too early/],
    ['zstd', () => half(zstdCompressSync(csv)), /ZSTD data is damaged or ends too early/],
    ['zstd, in its second frame', () => packedInPieces(csv, 30_000, zstdCompressSync).subarray(0, -9), /ZSTD data is/],
    [
      'zstd with something behind it',
      () => Buffer.concat([zstdCompressSync(csv), Buffer.from('more')]),
      /ZSTD data is/,
    ],
    ['UTF-16', () => Buffer.from(csv, 'utf16le').subarray(0, -1), /UTF-16 text is damaged or ends within a letter/],
    ['JSON', () => JSON.stringify(records).slice(0, -20), /ends in the middle of a record/],
    ['Parquet', async () => half(await parquet('*')), /Parquet file is damaged or not complete/],
    ['Parquet in gzip', async () => half(gzipSync(await parquet('*'))), /GZIP data is damaged or ends too early/],
    ['Parquet in zstd', async () => half(zstdCompressSync(await parquet('*'))), /damaged or/],
  ]
  test.each(cases)('%s: nothing of it lands, and it is said why', async (_, make, says) => {
    const upload = send(experimentId, await make())
    await expect(upload.result()).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      details: { reason: 'CORRUPT_FILE' },
      message: expect.stringMatching(says) as string,
    })
    const batch = await run.client.batch((await upload).id)
    expect(batch).toMatchObject({ status: 'FAILED', datasetVersion: null })
  })
})
