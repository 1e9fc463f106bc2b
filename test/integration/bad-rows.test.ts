import type { ColumnMappingInput, FairliftClient } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { keptFiles } from '../testkit/data-folder.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

const header = 'user_id,variant_id,event_type,value,timestamp'
const exposure = (user: number, variant = user % 2 ? 'treatment' : 'control') =>
  `u${user},${variant},exposure,,2026-06-01T12:00:00Z`
const purchase = (user: number, value: string) => `u${user},,purchase,${value},2026-06-01T13:00:00Z`
const csv = (lines: (string | Uint8Array)[], name = 'events.csv') =>
  new File([header, '\n', ...lines.flatMap((line) => [line as BlobPart, '\n'])], name)
const users = (count: number, line = exposure) => Array.from({ length: count }, (_, user) => line(user))

async function newExperiment(client: FairliftClient, key: string): Promise<string> {
  return (await client.createExperiment({ key, name: key })).id
}

interface Fault {
  row: string | Uint8Array
  code: string
  column: string | null
  value: string | null
  says: string | RegExp
}

const faults: Fault[] = [
  {
    row: exposure(1, 'blue'),
    code: 'UNKNOWN_VARIANT',
    column: 'variant_id',
    value: 'blue',
    says: 'It has "control", "treatment"',
  },
  {
    row: 'u1,control,exposure,,yesterday',
    code: 'NOT_A_TIMESTAMP',
    column: 'timestamp',
    value: 'yesterday',
    says: 'ISO 8601',
  },
  {
    row: 'u1,control,exposure,,2026-06-01 12:00:00',
    code: 'NOT_A_TIMESTAMP',
    column: 'timestamp',
    value: '2026-06-01 12:00:00',
    says: 'a mapping can name a zone',
  },
  {
    row: 'u1,control,exposure,,2099-01-01T00:00:00Z',
    code: 'FUTURE_TIMESTAMP',
    column: 'timestamp',
    value: '2099-01-01T00:00:00Z',
    says: 'more than 10 minutes after the upload',
  },
  {
    row: 'u1,control,exposure,,20260601',
    code: 'EARLY_TIMESTAMP',
    column: 'timestamp',
    value: '20260601',
    says: /before 1990-01-01.*a mapping can name the format/,
  },
  {
    row: 'u1,control,exposure,,0000-01-01T00:00:00Z',
    code: 'EARLY_TIMESTAMP',
    column: 'timestamp',
    value: '0000-01-01T00:00:00Z',
    says: 'Check the clock',
  },
  { row: purchase(1, 'twelve'), code: 'NOT_A_NUMBER', column: 'value', value: 'twelve', says: 'Write 1234.5' },
  { row: purchase(1, 'NaN'), code: 'NOT_A_NUMBER', column: 'value', value: 'NaN', says: 'not a finite number' },
  { row: purchase(1, '-5'), code: 'OUT_OF_RANGE', column: 'value', value: '-5', says: 'the least value of a purchase' },
  { row: purchase(1, '1e160'), code: 'OUT_OF_RANGE', column: 'value', value: '1e160', says: 'exact to the unit' },
  { row: purchase(1, ''), code: 'MISSING_VALUE', column: 'value', value: null, says: 'a metric adds it up' },
  {
    row: ',control,exposure,,2026-06-01T12:00:00Z',
    code: 'MISSING_VALUE',
    column: 'user_id',
    value: null,
    says: 'id of its user',
  },
  { row: exposure(1, ''), code: 'MISSING_VALUE', column: 'variant_id', value: null, says: 'needs the variant' },
  {
    row: 'u1,control,exposure',
    code: 'RAGGED_ROW',
    column: null,
    value: 'u1,control,exposure',
    says: '3 fields; the header has 5',
  },
  {
    row: `${exposure(1)},surplus`,
    code: 'RAGGED_ROW',
    column: null,
    value: `${exposure(1)},surplus`,
    says: '6 fields; the header has 5',
  },
  {
    row: exposure(1).replace('u1', 'u\0'),
    code: 'NUL_BYTE',
    column: null,
    value: exposure(1).replace('u1', 'u␀'),
    says: 'NUL byte',
  },
  {
    row: Buffer.concat([Buffer.from([0x75, 0xff]), Buffer.from(exposure(1).slice(2))]),
    code: 'INVALID_UTF8',
    column: null,
    value: exposure(1).replace('u1', 'u\ufffd'),
    says: 'Save the file as UTF-8',
  },
  {
    row: exposure(1).replace('u1', '"u1"x'),
    code: 'MALFORMED_QUOTES',
    column: null,
    value: exposure(1).replace('u1', '"u1"x'),
    says: 'quote inside a quoted field twice',
  },
  {
    row: exposure(1).replace('u1', 'u'.repeat(257)),
    code: 'TOO_LONG',
    column: 'user_id',
    value: `${'u'.repeat(200)}…`,
    says: 'longer than 256 characters',
  },
]

describe('rows that are bad among rows that are good', () => {
  test('each is told with row, column, value and what to do; the good ones land', async () => {
    const { client } = run
    const experimentId = await newExperiment(client, 'bad-rows')
    const good = users(200)
    // Each bad row stands between two good ones.
    const lines = good.flatMap((line, index) => (index < faults.length ? [line, faults[index]!.row] : [line]))
    const batch = await client.uploadEvents({ experimentId, file: csv(lines) }).result()
    expect(batch).toMatchObject({
      status: 'LANDED',
      rows: lines.length,
      accepted: good.length,
      rejected: faults.length,
      events: good.length,
    })

    const errors = await client.batchErrors(batch.id)
    expect(errors.map(({ message: _, ...error }) => error)).toEqual(
      faults.map(({ code, column, value }, index) => ({ row: 2 * index + 2, code, column, value })),
    )
    errors.forEach(({ message }, index) => expect(message).toMatch(faults[index]!.says))

    const counts = new Map<string, number>()
    for (const { code } of faults) counts.set(code, (counts.get(code) ?? 0) + 1)
    expect(new Map(batch.errorCounts.map(({ code, count }) => [code, count]))).toEqual(counts)

    const analysis = await client.runAnalysis({ experimentId, metrics: ['conversion'] }).result()
    expect(rowOf(analysis, 'conversion')).toMatchObject({
      controlStatistics: { n: 100, total: 0 },
      treatmentStatistics: { n: 100, total: 0 },
    })
  })

  test('the list for download holds every rejected row, also those beyond the first thousand', async () => {
    const { client } = run
    const experimentId = await newExperiment(client, 'many-bad-rows')
    const lines = users(9000).map((line, index) =>
      index % 6 === 0 ? exposure(index, `v"${index},`).replace(/v".*?,,/, `"v""${index},",`) : line,
    )
    const batch = await client.uploadEvents({ experimentId, file: csv(lines) }).result()
    expect(batch).toMatchObject({ status: 'LANDED', accepted: 7500, rejected: 1500 })
    expect(await client.batchErrors(batch.id, 1000)).toHaveLength(1000)

    const answer = await fetch(batch.rejectsUrl!)
    expect(answer.headers.get('content-type')).toContain('text/csv')
    const rejects = parseCsv(await answer.text())
    expect(rejects.map(({ row, column, code, value }) => ({ row, column, code, value }))).toEqual(
      Array.from({ length: 1500 }, (_, index) => ({
        row: String(6 * index + 1),
        column: 'variant_id',
        code: 'UNKNOWN_VARIANT',
        value: `v"${6 * index},`,
      })),
    )
  })

  test('counts, flags and amounts of a file with one row per user are checked by their kind', async () => {
    const { client } = run
    const experimentId = await newExperiment(client, 'bad-outcomes')
    const mapping: ColumnMappingInput = {
      userId: 'id',
      variant: [{ column: 'arm' }],
      constantTimestamp: '2026-06-01T00:00:00Z',
      outcomes: [
        { column: 'clicks', eventType: 'click', kind: 'COUNT' },
        { column: 'bought', eventType: 'conversion', kind: 'FLAG' },
        { column: 'paid', eventType: 'purchase', kind: 'VALUE' },
      ],
    }
    const rows = [
      '1,control,-3,yes,5',
      '2,control,1.5,yes,5',
      '3,control,3,perhaps,5',
      '4,control,3,no,-5',
      '5,control,3,yes,5',
    ]
    const file = new File([['id,arm,clicks,bought,paid', ...rows].join('\n')], 'wide.csv')
    const batch = await client.uploadEvents({ experimentId, file, mapping, maxRejectRate: 0.8 }).result()
    expect(batch).toMatchObject({ accepted: 1, rejected: 4, events: 4 })
    const errors = await client.batchErrors(batch.id)
    expect(errors.map(({ row, column, code, value }) => [row, column, code, value])).toEqual([
      [1, 'clicks', 'NOT_A_COUNT', '-3'],
      [2, 'clicks', 'NOT_A_COUNT', '1.5'],
      [3, 'bought', 'NOT_A_FLAG', 'perhaps'],
      [4, 'paid', 'OUT_OF_RANGE', '-5'],
    ])
  })
})

describe('too many bad rows', () => {
  const tenth = (bad: number) => users(10).map((line, index) => (index < bad ? exposure(index, 'blue') : line))

  test('above MAX_REJECT_RATE the whole batch is quarantined: reasons stay, data do not change', async () => {
    const { client } = run
    const experimentId = await newExperiment(client, 'quarantine')
    const filesBefore = await keptFiles(run)
    const upload = client.uploadEvents({ experimentId, file: csv(tenth(3)) })
    await expect(upload.result()).rejects.toMatchObject({
      code: 'BATCH_QUARANTINED',
      details: { reason: 'REJECT_RATE' },
      message: expect.stringMatching(
        /3 of 10 rows \(30\.0%\) were rejected, most often UNKNOWN_VARIANT; the limit is 20\.0%\. Nothing was taken over\./,
      ) as string,
    })
    const batch = await client.batch((await upload).id)
    expect(batch).toMatchObject({
      status: 'QUARANTINED',
      rows: 10,
      accepted: 7,
      rejected: 3,
      events: 0,
      datasetVersion: null,
    })
    expect((await client.batchErrors(batch.id)).map(({ row, value }) => [row, value])).toEqual([
      [1, 'blue'],
      [2, 'blue'],
      [3, 'blue'],
    ])
    expect(parseCsv(await (await fetch(batch.rejectsUrl!)).text())).toHaveLength(3)
    expect((await client.experiment({ id: experimentId })).latestDatasetVersion).toBeNull()
    await expect(client.runAnalysis({ experimentId }).result()).rejects.toMatchObject({ code: 'NO_DATA' })
    expect(await keptFiles(run)).toEqual(filesBefore)
  })

  test('exactly at the limit the good rows land', async () => {
    const experimentId = await newExperiment(run.client, 'at-the-limit')
    const batch = await run.client.uploadEvents({ experimentId, file: csv(tenth(2)) }).result()
    expect(batch).toMatchObject({ status: 'LANDED', accepted: 8, rejected: 2, maxRejectRate: 0.2 })
  })

  test('the same file lands with a limit of its own', async () => {
    const { client } = run
    const experimentId = await newExperiment(client, 'own-limit')
    const refused = client.uploadEvents({ experimentId, file: csv(tenth(3)) })
    await expect(refused.result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
    const landed = await client.uploadEvents({ experimentId, file: csv(tenth(3)), maxRejectRate: 0.5 }).result()
    expect(landed).toMatchObject({ status: 'LANDED', accepted: 7, rejected: 3, maxRejectRate: 0.5 })
    expect(landed.id).not.toBe((await refused).id)
  })

  test('the same file is read again once the experiment has become another', async () => {
    const { client } = run
    const { id } = await client.createExperiment({ key: 'changed', name: 'changed' })
    const lines = users(4).map((line) => line.replace('exposure,', 'purchase,'))
    const send = () => client.uploadEvents({ experimentId: id, file: csv(lines) })
    await expect(send().result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
    expect((await send().payload).reused).toBe(true)
    // Nothing adds up the value of purchases any more, so they need none.
    await client.updateExperiment({ id, metrics: [{ key: 'conversion', role: 'PRIMARY' }] })
    expect(await send().result()).toMatchObject({ status: 'LANDED', accepted: 4 })
  })

  test('with a limit of zero one bad row keeps the file out', async () => {
    const experimentId = await newExperiment(run.client, 'no-limit')
    const upload = run.client.uploadEvents({ experimentId, file: csv(tenth(1)), maxRejectRate: 0 })
    await expect(upload.result()).rejects.toMatchObject({
      code: 'BATCH_QUARANTINED',
      message: expect.stringContaining('1 of 10 rows (10.0%)') as string,
    })
  })

  test('a file in another encoding never lands, though its header is plain', async () => {
    const experimentId = await newExperiment(run.client, 'latin-1')
    const lines = users(10).map((line) => Buffer.from(line.replace('u', '\xfc'), 'latin1'))
    const upload = run.client.uploadEvents({ experimentId, file: csv(lines), maxRejectRate: 1 })
    await expect(upload.result()).rejects.toMatchObject({
      code: 'BATCH_QUARANTINED',
      details: { reason: 'NO_GOOD_ROWS' },
      message: expect.stringContaining('most often INVALID_UTF8') as string,
    })
    const errors = await run.client.batchErrors((await upload).id)
    expect(errors.map(({ row, code }) => [row, code])).toEqual(lines.map((_, index) => [index + 1, 'INVALID_UTF8']))
  })

  test('a file of which every row is bad never lands, whatever the limit', async () => {
    const experimentId = await newExperiment(run.client, 'all-bad')
    const upload = run.client.uploadEvents({ experimentId, file: csv(tenth(10)), maxRejectRate: 1 })
    await expect(upload.result()).rejects.toMatchObject({
      code: 'BATCH_QUARANTINED',
      details: { reason: 'NO_GOOD_ROWS' },
      message: expect.stringContaining('All 10 rows were rejected, most often UNKNOWN_VARIANT') as string,
    })
    expect((await run.client.experiment({ id: experimentId })).latestDatasetVersion).toBeNull()
  })
})
