import { gzipSync } from 'node:zlib'
import { FairliftBatchError, type ColumnMappingInput, type FairliftClient } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { keptFiles, rawFiles } from '../testkit/data-folder.ts'
import { useServer } from '../testkit/use-server.ts'

const MAX_UPLOAD_BYTES = 1_000_000
const MAX_UNPACKED_BYTES = 3_000_000

const run = useServer({
  env: { MAX_UPLOAD_BYTES: String(MAX_UPLOAD_BYTES), MAX_UNPACKED_BYTES: String(MAX_UNPACKED_BYTES) },
})

const header = 'user_id,variant_id,event_type,value,timestamp'
const exposure = (user: number | string) =>
  `${user},${Number(user) % 2 ? 'treatment' : 'control'},exposure,,2026-06-01T12:00:00Z`
const csv = (...lines: string[]) => [header, ...lines, ''].join('\n')
const goodLines = Array.from({ length: 400 }, (_, user) => exposure(user))

interface Case {
  what: string
  bytes: string | Uint8Array<ArrayBuffer>
  mapping?: ColumnMappingInput
  code: string
  /** What the message must tell. */
  says: string | RegExp
  column?: string
  value?: string
}

const wide: ColumnMappingInput = {
  userId: 'id',
  variant: [{ column: 'arm' }],
  constantTimestamp: '2026-06-01T00:00:00Z',
  outcomes: [{ column: 'paid', eventType: 'purchase', kind: 'VALUE' }],
}

const cases: Case[] = [
  {
    what: 'a picture',
    bytes: Buffer.from('89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de', 'hex'),
    code: 'UNKNOWN_FORMAT',
    says: 'CSV, TSV, Parquet, NDJSON and JSON',
  },
  {
    what: 'an Excel workbook',
    bytes: Buffer.concat([Buffer.from('504b030414000600', 'hex'), Buffer.from('xl/workbook.xml')]),
    code: 'ARCHIVE',
    says: 'save the sheet as CSV',
  },
  { what: 'a web page', bytes: '<!DOCTYPE html><p>Please log in</p>', code: 'UNKNOWN_FORMAT', says: 'web page' },
  { what: 'an empty file', bytes: '', code: 'EMPTY_FILE', says: 'The file is empty' },
  { what: 'white space', bytes: ' \n\n\t \n', code: 'EMPTY_FILE', says: 'white space' },
  { what: 'nothing, packed', bytes: gzipSync(''), code: 'EMPTY_FILE', says: 'The file is empty' },
  { what: 'a header and no rows', bytes: csv(), code: 'NO_ROWS', says: 'user_id, variant_id, event_type' },
  { what: 'an empty list of JSON', bytes: '[]', code: 'NO_ROWS', says: 'no records' },
  {
    what: 'a file without the column of users',
    bytes: 'visitor,variant_id,event_type,timestamp\nv1,control,exposure,2026-06-01T12:00:00Z\n',
    code: 'MISSING_COLUMN',
    says: /no column "user_id".*It has: "visitor", "variant_id".*mapping/,
    column: 'user_id',
  },
  {
    what: 'a mapping to a column that is not there',
    bytes: 'id,arm,spent\n1,control,5\n',
    mapping: wide,
    code: 'MISSING_COLUMN',
    says: /no column "paid".*It has: "id", "arm", "spent".*Correct the mapping/,
    column: 'paid',
  },
  {
    what: 'a mapping to a variant that is not there',
    bytes: 'id,arm,paid\n1,A,5\n',
    mapping: { ...wide, variant: [{ column: 'arm', values: [{ value: 'A', variant: 'blue' }] }] },
    code: 'INVALID_MAPPING',
    says: /variant "blue".*It has: "control", "treatment"/,
    value: 'blue',
  },
  {
    what: 'a mapping in a time zone of its own',
    bytes: 'id,arm,paid,at\n1,control,5,2026-06-01 12:00:00\n',
    mapping: { ...wide, constantTimestamp: null, timestamp: 'at', timezone: 'Mars/Olympus' },
    code: 'INVALID_MAPPING',
    says: /"Mars\/Olympus" is no time zone.*Europe\/Berlin/,
    value: 'Mars/Olympus',
  },
  {
    what: 'a mapping of one column to the user and to the variant',
    bytes: 'id,arm,paid\n1,control,5\n',
    mapping: { ...wide, userId: 'arm' },
    code: 'INVALID_MAPPING',
    says: /"arm" is mapped to the user and to the variant/,
  },
  {
    what: 'a mapping of an outcome to exposures',
    bytes: 'id,arm,paid\n1,control,5\n',
    mapping: { ...wide, outcomes: [{ column: 'paid', eventType: 'exposure', kind: 'VALUE' }] },
    code: 'INVALID_MAPPING',
    says: /"paid" makes events of type "exposure".*Choose another type/,
  },
  {
    what: 'a mapping of the same outcome twice',
    bytes: 'id,arm,paid\n1,control,5\n',
    mapping: {
      ...wide,
      outcomes: [
        { column: 'paid', eventType: 'purchase', kind: 'VALUE' },
        { column: 'paid', eventType: 'purchase', kind: 'FLAG' },
      ],
    },
    code: 'INVALID_MAPPING',
    says: /"paid" of type "purchase" is mapped twice/,
  },
  {
    what: 'two columns of one name',
    bytes: 'id,arm,paid,paid\n1,control,5,6\n',
    mapping: wide,
    code: 'DUPLICATE_COLUMN',
    says: '"paid" more than once',
    column: 'paid',
  },
  {
    what: 'hundreds of columns',
    bytes: `${Array.from({ length: 501 }, (_, i) => `c${i}`).join(',')}\n${'1,'.repeat(500)}1\n`,
    code: 'TOO_MANY_COLUMNS',
    says: '501 columns; the limit is 500',
  },
  {
    what: 'a header with a NUL byte',
    bytes: 'user\0id,variant_id\nu1,control\n',
    code: 'CORRUPT_FILE',
    says: 'a NUL byte: "user␀id"',
    column: 'user␀id',
  },
  {
    what: 'a header in another encoding',
    bytes: Buffer.from(`${header},gr\xf6\xdfe\n${exposure(1)},5\n`, 'latin1'),
    code: 'CORRUPT_FILE',
    says: /not UTF-8.*Save the file as UTF-8, or name its encoding in the mapping/,
    column: 'gr\ufffd\ufffde',
  },
  {
    what: 'a header as long as a book',
    bytes: `${'x'.repeat(100_000)}\n1\n`,
    code: 'MISSING_COLUMN',
    says: /^.{1,600}$/,
    column: 'user_id',
  },
  {
    what: 'lines of an old Macintosh',
    bytes: csv(...goodLines).replaceAll('\n', '\r'),
    code: 'UNKNOWN_FORMAT',
    says: 'carriage return alone',
  },
  {
    what: 'a list of numbers',
    bytes: '[1, 2, 3]',
    code: 'UNKNOWN_FORMAT',
    says: 'A record is a JSON object',
    value: '1',
  },
  {
    what: 'events wrapped in an object',
    bytes: '{"events": [{"user_id": "u1"}]}',
    code: 'UNKNOWN_FORMAT',
    says: '"events" holds a list or an object',
    value: '[{"user_id":"u1"}]',
  },
  {
    what: 'a packed file that was cut off',
    bytes: gzipSync(csv(...goodLines)).subarray(0, 900),
    code: 'CORRUPT_FILE',
    says: 'damaged or ends too early',
  },
  {
    what: 'a Parquet file that was cut off',
    bytes: Buffer.concat([Buffer.from('PAR1'), Buffer.alloc(5000, 7)]),
    code: 'CORRUPT_FILE',
    says: 'Parquet file is damaged or not complete',
  },
  {
    what: 'a JSON file that was cut off',
    bytes: '[{"user_id":"u1","event_type":"exposure","variant_id":"control","timestamp":"2026-06-01T12:00:00Z"},{"user',
    code: 'CORRUPT_FILE',
    says: 'ends in the middle of a record',
  },
  {
    what: 'a small file that unpacks to more than the limit',
    bytes: gzipSync(csv(...goodLines) + `${exposure(1)}\n`.repeat(MAX_UNPACKED_BYTES / 40)),
    code: 'UNPACKED_TOO_LARGE',
    says: `more than ${MAX_UNPACKED_BYTES} bytes`,
  },
]

async function newExperiment(client: FairliftClient, key: string): Promise<string> {
  return (await client.createExperiment({ key, name: key })).id
}

describe('a file that cannot be read as a whole', () => {
  let experimentId: string

  beforeAll(async () => {
    experimentId = await newExperiment(run.client, 'bad-files')
    await run.client.uploadEvents({ experimentId, file: new File([csv(...goodLines)], 'good.csv') }).result()
  })

  test.each(cases)('$what is refused as $code, and nothing changes', async ({ what, bytes, mapping, ...expected }) => {
    const { client } = run
    const question = { experimentId, metrics: ['conversion'] }
    const before = await client.runAnalysis(question).result()
    const filesBefore = await keptFiles(run)

    const upload = client.uploadEvents({ experimentId, file: new File([bytes], what), mapping })
    const error: unknown = await upload.result().catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(FairliftBatchError)
    expect(error).toMatchObject({ code: 'FILE_REJECTED', details: { reason: expected.code } })
    expect((error as Error).message).toMatch(expected.says)

    // Stored with the batch, to be read later.
    const batch = await client.batch((await upload).id)
    expect(batch).toMatchObject({
      status: 'FAILED',
      error: { code: expected.code, message: (error as Error).message },
      datasetVersion: null,
      landedAt: null,
      job: { status: 'FAILED' },
    })
    expect(await client.batchErrors(batch.id)).toEqual([
      {
        row: null,
        column: expected.column ?? null,
        value: expected.value ?? null,
        code: expected.code,
        message: (error as Error).message,
      },
    ])

    expect((await client.experiment({ id: experimentId })).latestDatasetVersion?.number).toBe(1)
    expect((await client.runAnalysis(question).result()).id).toBe(before.id)
    expect(await keptFiles(run)).toEqual(filesBefore)
  })

  test('a file above MAX_UPLOAD_BYTES is refused with the limit, and leaves no batch and no bytes', async () => {
    const { client, server } = run
    const before = { batches: (await client.batches(experimentId).page()).items.length, raw: await rawFiles(server) }
    const upload = client.uploadEvents({ experimentId, file: new File([csv(...goodLines).repeat(60)], 'large.csv') })
    await expect(upload).rejects.toMatchObject({
      code: 'UPLOAD_TOO_LARGE',
      message: expect.stringMatching(/larger than 1000000 bytes\. Split it.*gzip/) as string,
      details: { limitBytes: MAX_UPLOAD_BYTES },
    })
    expect(await rawFiles(server)).toEqual(before.raw)
    expect((await client.batches(experimentId).page()).items).toHaveLength(before.batches)
  })

  test('a file whose name breaks the request is the caller’s mistake', async () => {
    const file = new File([csv(...goodLines)], 'events\0.csv')
    await expect(run.client.uploadEvents({ experimentId, file })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: expect.stringContaining("Check the file's name") as string,
    })
  })

  test('a preview of it says the same, and where the fault is', async () => {
    await expect(run.client.previewUpload({ file: new Blob([csv()]), experimentId })).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      message: expect.stringContaining('no rows') as string,
      details: { reason: 'NO_ROWS' },
    })
    await expect(run.client.previewUpload({ file: new Blob([cases[0]!.bytes]) })).rejects.toMatchObject({
      code: 'FILE_REJECTED',
      details: { reason: 'UNKNOWN_FORMAT' },
    })
  })
})
