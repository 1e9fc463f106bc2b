import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Analysis, Experiment, FairliftClient, MetricResult } from '@fairlift/sdk'
import { createClient, FairliftNetworkError } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { askDuckDb, quoted } from '../testkit/duckdb.ts'
import { eventFile } from '../testkit/event-file.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let server: TestServer
let client: FairliftClient
let experiment: Experiment
let analysis: Analysis

beforeAll(async () => {
  server = await startServer()
  client = createClient({ url: server.url })
  experiment = await client.createExperiment({
    ...sampleExperiment,
    key: 'checkout',
    variants: [
      { key: 'control', role: 'CONTROL' },
      // A name that spreadsheets would run.
      { key: 'treatment', name: '=HYPERLINK("http://example.com", "One page")', role: 'TREATMENT' },
    ],
  })
  await client.uploadEvents({ experimentId: experiment.id, file: sampleFile }).result()
  analysis = await client
    .runAnalysis({
      experimentId: experiment.id,
      segmentBy: 'device',
      bayesian: {},
      varianceReduction: { kind: 'CUPED' },
      correction: 'HOLM',
    })
    .result()
})

afterAll(async () => {
  client?.close()
  await server?.stop()
})

async function table(byteOrderMark = false): Promise<{ text: string; lines: Record<string, string>[] }> {
  const { file } = await client.downloadReport(analysis.id, 'CSV', { byteOrderMark })
  // `text()` would drop the mark.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.arrayBuffer())
  return { text, lines: parseCsv(text) }
}

describe('the CSV file of an analysis', () => {
  it('has a row for each result, and its numbers', async () => {
    const { lines } = await table()
    const rows: MetricResult[] = [...analysis.results, ...analysis.segments]
    expect(lines.map((line) => line['result_id'])).toEqual(rows.map(({ id }) => id))
    const text = (value: number | null | undefined): string => (value == null ? '' : String(value))
    rows.forEach((row, index) =>
      expect(lines[index]).toMatchObject({
        metric: row.metric.key,
        control_users: text(row.controlStatistics.n),
        treatment_denominator_total: text(row.treatmentStatistics.denominatorTotal),
        effect: text(row.effect?.estimate),
        lift: text(row.relativeEffect?.estimate),
        lift_lower: text(row.relativeEffect?.confidenceInterval.lower),
        adjusted_p_value: text(row.adjustedPValue),
        risk_difference: text(row.effectSizes.find(({ name }) => name === 'RISK_DIFFERENCE')?.value),
        rank_shift: text(row.rank?.shift?.estimate),
        chance_to_beat_control: text(row.posterior?.chanceToBeatControl),
        method_reason: row.methodReason,
        interim: 'false',
        verdict: analysis.decision.verdict,
        analysis_id: analysis.id,
      }),
    )
  })

  it('begins with a byte order mark when it is asked to, and else is the same', async () => {
    const [plain, marked] = [await table(), await table(true)]
    expect(plain.text.startsWith('\uFEFF')).toBe(false)
    expect(marked.text).toBe(`\uFEFF${plain.text}`)
  })

  it('holds no formula: names that look like one are quoted, and numbers below zero stay numbers', async () => {
    const { lines } = await table()
    expect(lines[0]!['treatment']).toBe(`'=HYPERLINK("http://example.com", "One page")`)
    const negative = lines.map((line) => line['effect_lower']!).filter((cell) => cell.startsWith('-'))
    expect(negative.length).toBeGreaterThan(0)
    for (const cell of negative) expect(Number(cell)).toBeLessThan(0)
  })

  it('is saved under the name of its experiment', async () => {
    const { fileName } = await client.report(analysis.id, 'CSV')
    expect(fileName).toBe(`fairlift-checkout-results-${analysis.id.slice(0, 8)}.csv`)
  })
})

it('the Parquet file has the columns and values of the CSV file, with their types', async () => {
  const { file } = await client.downloadReport(analysis.id, 'PARQUET')
  expect(file.type).toBe('application/vnd.apache.parquet')
  const path = join(await newFolder(), 'results.parquet')
  await writeFile(path, await file.bytes())
  const from = `from read_parquet(${quoted(path)})`
  const { lines } = await table()
  const rows = await askDuckDb<Record<string, string | number | boolean | null>>(`select * ${from}`)
  expect(rows).toHaveLength(lines.length)
  expect(Object.keys(rows[0]!)).toEqual(Object.keys(lines[0]!))
  rows.forEach((row, index) => {
    for (const [name, value] of Object.entries(row)) {
      const cell = lines[index]![name]!
      expect(value === null ? '' : String(value), name).toBe(cell.startsWith("'=") ? cell.slice(1) : cell)
    }
  })
  const columns = await askDuckDb<{ column_name: string; column_type: string }>(`describe select * ${from}`)
  const types = Object.fromEntries(columns.map(({ column_name: name, column_type: type }) => [name, type]))
  expect(types).toMatchObject({ metric: 'VARCHAR', control_users: 'BIGINT', p_value: 'DOUBLE', significant: 'BOOLEAN' })
})

describe('the address of a file', () => {
  it('is of the newest analysis of an experiment, or of the one that is named', async () => {
    const query = `query ($id: ID!, $analysisId: ID) {
      experiment(id: $id) { report(format: CSV, analysisId: $analysisId) { url fileName mediaType expiresAt } }
    }`
    type Answer = { experiment: { report: { url: string; expiresAt: string } | null } }
    const ask = (id: string, analysisId?: string) => client.request<Answer>(query, { id, analysisId })
    const newest = (await ask(experiment.id)).experiment.report!
    expect(new URL(newest.url).pathname).toContain(analysis.id)
    expect(Date.parse(newest.expiresAt)).toBeGreaterThan(Date.now())
    const named = (await ask(experiment.id, analysis.id)).experiment.report!
    expect(new URL(named.url).pathname).toBe(new URL(newest.url).pathname)
    const other = await client.createExperiment({ key: 'other', name: 'Other' })
    expect((await ask(other.id)).experiment.report).toBeNull()
    await expect(ask(other.id, analysis.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('is refused when it is forged or too old', async () => {
    const { url } = await client.report(analysis.id, 'PARQUET')
    const forged = new URL(url)
    forged.pathname = forged.pathname.replace('rows.parquet', 'rows.csv')
    expect((await fetch(forged)).status).toBe(403)
    const old = new URL(url)
    old.searchParams.set('expires', String(Date.now() - 1000))
    expect((await fetch(old)).status).toBe(403)
  })

  it('of a file that is not there tells the client so', async () => {
    const broken = createClient({
      url: server.url,
      fetch: (input, init) => fetch(String(input).replace(/signature=[^&]+/, 'signature=none'), init),
      retry: { attempts: 0 },
    })
    await expect(broken.downloadReport(analysis.id, 'CSV')).rejects.toBeInstanceOf(FairliftNetworkError)
    broken.close()
  })
})

test('many who ask for a file at the same time get the same bytes', async () => {
  const { id } = await client.createExperiment({ key: 'crowd', name: 'Crowd' })
  await client.uploadEvents({ experimentId: id, file: eventFile({ users: 60 }) }).result()
  const crowd = await client.runAnalysis({ experimentId: id }).result()
  const files = await Promise.all(
    Array.from({ length: 8 }, async () => (await client.downloadReport(crowd.id, 'PARQUET')).file.bytes()),
  )
  for (const bytes of files) expect(bytes).toEqual(files[0])
})
