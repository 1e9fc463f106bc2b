import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { createClient, type Analysis, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startDatabase, type TestDatabase } from '../testkit/database.ts'
import { rowOf } from '../testkit/find-in-analysis.ts'
import { newFolder } from '../testkit/new-folder.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let database: TestDatabase
let dataDir: string
let server: TestServer
let client: FairliftClient
let experimentId: string

beforeAll(async () => {
  database = await startDatabase()
  dataDir = await newFolder()
  server = await startServer({ dataDir, env: { DATABASE_URL: database.url } })
  client = createClient({ url: server.url })
  experimentId = (await client.createExperiment({ key: 'verified', ...sampleExperiment })).id
  await client.uploadEvents({ experimentId, file: sampleFile }).result()
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  await database?.remove()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

let questions = 0
let analysis: Analysis

/** Each test has an answer of its own to spoil. */
beforeEach(async () => {
  questions++
  analysis = await client
    .runAnalysis({ experimentId, level: 0.9 + questions / 1000, segmentBy: 'device', correction: 'BONFERRONI' })
    .result()
})

const artifact = (name: string) => join(dataDir, 'files', 'objects', 'artifacts', experimentId, analysis.id, name)

async function changeAggregates(change: (aggregates: { groups: { means: number[] }[] }) => void): Promise<void> {
  const path = artifact('aggregates.json.gz')
  const aggregates = JSON.parse(gunzipSync(await readFile(path)).toString()) as { groups: { means: number[] }[] }
  change(aggregates)
  await writeFile(path, gzipSync(JSON.stringify(aggregates)))
}

describe('an answer that nobody touched', () => {
  test('is the same byte for byte, from the sums that were kept', async () => {
    expect(await client.verifyAnalysis(analysis.id)).toEqual({
      analysisId: analysis.id,
      source: 'AGGREGATES',
      outcome: 'SAME',
      message: `Computed again from the stored aggregates, all ${analysis.results.length + analysis.segments.length} rows are the same byte for byte.`,
      rounding: 0,
      rows: analysis.results.length + analysis.segments.length,
      differences: [],
    })
  })

  test('is the same within rounding, from the data, by a job', async () => {
    const verification = await client.verifyAnalysis(analysis.id, { source: 'DATA' })
    expect(verification).toMatchObject({ source: 'DATA', outcome: 'SAME', rounding: 1e-8, differences: [] })
    const [job] = (await client.jobs({ filter: { experimentId, kind: ['VERIFY_ANALYSIS'] } }).page()).items
    expect(job).toMatchObject({ status: 'SUCCEEDED', analysis: { id: analysis.id } })
  })

  test('has a certificate that can be downloaded, the same for the same rows and another for others', async () => {
    const certificate = analysis.certificate!
    expect(certificate).toMatchObject({ statisticsVersion: analysis.statisticsVersion, seed: null })
    for (const hash of [certificate.sha256, certificate.rowsHash, certificate.aggregatesHash])
      expect(hash).toMatch(/^[0-9a-f]{64}$/)
    const whole = (await (await fetch(certificate.url)).json()) as Record<string, unknown>
    expect(whole).toMatchObject({ sha256: certificate.sha256, question: { datasetVersion: 1 } })
    const other = await client.runAnalysis({ experimentId, level: 0.8 }).result()
    expect(other.certificate!.sha256).not.toBe(certificate.sha256)
    // The sums do not depend on the level.
    const wider = await client.runAnalysis({ experimentId, level: 0.81 }).result()
    expect(wider.certificate!.aggregatesHash).toBe(other.certificate!.aggregatesHash)
  })
})

describe('what was changed is found', () => {
  test('a number of a stored row, by row and field', async () => {
    const row = rowOf(analysis, 'conversion')
    await database.query(`update results set row = jsonb_set(row, '{pValue}', '0.0001') where id = $1`, [row.id])
    const { outcome, message, differences } = await client.verifyAnalysis(analysis.id)
    expect(outcome).toBe('DIFFERENT')
    expect(message).toMatch(/what is stored is not what was computed\.$/)
    expect(differences.find(({ part }) => part === 'ROW')).toEqual({
      part: 'ROW',
      resultId: row.id,
      field: 'pValue',
      stored: '0.0001',
      recomputed: String(row.pValue),
    })
    expect(differences.map(({ part }) => part)).toContain('CERTIFICATE')
    const fromData = await client.verifyAnalysis(analysis.id, { source: 'DATA' })
    expect(fromData.differences).toEqual(
      expect.arrayContaining([expect.objectContaining({ part: 'ROW', resultId: row.id, field: 'pValue' })]),
    )
  })

  test('the last digit of a stored number', async () => {
    const row = rowOf(analysis, 'revenue_per_visitor')
    const estimate = row.effect!.estimate!
    const next = String(estimate * (1 + 2 ** -52))
    await database.query(`update results set row = jsonb_set(row, '{effect,estimate}', $2::jsonb) where id = $1`, [
      row.id,
      next,
    ])
    const { differences } = await client.verifyAnalysis(analysis.id)
    expect(differences.filter(({ part }) => part === 'ROW')).toEqual([
      { part: 'ROW', resultId: row.id, field: 'effect.estimate', stored: next, recomputed: String(estimate) },
    ])
  })

  test('a row that is missing', async () => {
    await database.query(`delete from results where id = $1`, [analysis.segments.at(-1)!.id])
    const { outcome, differences } = await client.verifyAnalysis(analysis.id)
    expect(outcome).toBe('DIFFERENT')
    const [stored, recomputed] = [-1, 0].map((by) => String(analysis.results.length + analysis.segments.length + by))
    expect(differences).toContainEqual({ part: 'ROWS', resultId: null, field: 'count', stored, recomputed })
  })

  test('the stored sums', async () => {
    await changeAggregates(({ groups }) => (groups[0]!.means[0]! += 1e-9))
    const { outcome, differences } = await client.verifyAnalysis(analysis.id)
    expect(outcome).toBe('DIFFERENT')
    expect(differences[0]).toMatchObject({
      part: 'AGGREGATES',
      field: 'sha256',
      stored: `"${analysis.certificate!.aggregatesHash}"`,
    })
    // The rows are what the data say; only what they could be computed from was spoilt.
    expect((await client.verifyAnalysis(analysis.id, { source: 'DATA' })).outcome).toBe('SAME')
  })

  test('sums that cannot be read, or make no sense', async () => {
    await writeFile(artifact('aggregates.json.gz'), 'not packed')
    expect(await client.verifyAnalysis(analysis.id)).toMatchObject({
      outcome: 'DIFFERENT',
      differences: [
        { part: 'AGGREGATES', field: 'sha256', recomputed: null },
        { part: 'AGGREGATES', field: '' },
      ],
    })
    await writeFile(artifact('aggregates.json.gz'), gzipSync('{"groups":[],"cells":[]}'))
    expect((await client.verifyAnalysis(analysis.id)).outcome).toBe('DIFFERENT')
    await rm(artifact('aggregates.json.gz'))
    expect((await client.verifyAnalysis(analysis.id)).outcome).toBe('DIFFERENT')
  })

  test('the settings, and the certificate itself', async () => {
    await database.query(`update analyses set settings = jsonb_set(settings, '{level}', '0.5') where id = $1`, [
      analysis.id,
    ])
    const changed = await client.verifyAnalysis(analysis.id)
    expect(changed.differences).toContainEqual(
      expect.objectContaining({ part: 'QUESTION', field: 'settings.level', stored: '0.5' }),
    )
    const path = artifact('certificate.json')
    const certificate = JSON.parse(await readFile(path, 'utf8')) as { question: { settings: { level: number } } }
    certificate.question.settings.level = 0.5
    await writeFile(path, JSON.stringify(certificate))
    const forged = await client.verifyAnalysis(analysis.id)
    expect(forged.differences.map(({ part }) => part)).toEqual(expect.arrayContaining(['QUESTION', 'CERTIFICATE']))
  })
})

test('an answer without a certificate says that it cannot be verified', async () => {
  await rm(artifact('certificate.json'))
  expect(await client.verifyAnalysis(analysis.id)).toMatchObject({ outcome: 'UNAVAILABLE', differences: [] })
  expect((await client.verifyAnalysis(analysis.id, { source: 'DATA' })).outcome).toBe('UNAVAILABLE')
  expect((await client.analysis(analysis.id)).certificate).toBeNull()
})
