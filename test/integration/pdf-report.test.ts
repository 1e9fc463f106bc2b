import { readdir, rm } from 'node:fs/promises'
import { createClient, type Analysis, type Experiment, type FairliftClient } from '@fairlift/sdk'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { newFolder } from '../testkit/new-folder.ts'
import { readPdf, type ReadPdf } from '../testkit/read-pdf.ts'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { startServer, type TestServer } from '../testkit/server.ts'

let dataDir: string
let server: TestServer
let client: FairliftClient
let experiment: Experiment
let analysis: Analysis
let bytes: Uint8Array
let pdf: ReadPdf

beforeAll(async () => {
  dataDir = await newFolder()
  server = await startServer({ dataDir })
  client = createClient({ url: server.url })
  experiment = await client.createExperiment({
    ...sampleExperiment,
    key: 'checkout',
    hypothesis: 'Fewer steps, more orders.',
  })
  await client.uploadEvents({ experimentId: experiment.id, file: sampleFile }).result()
  analysis = await client.runAnalysis({ experimentId: experiment.id, segmentBy: 'device' }).result()
  bytes = await fetched()
  pdf = await readPdf(bytes)
})

afterAll(async () => {
  client?.close()
  await server?.stop()
  if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
})

async function fetched(id = analysis.id): Promise<Uint8Array> {
  const { file } = await client.downloadReport(id, 'PDF')
  expect(file.type).toBe('application/pdf')
  return file.bytes()
}

const lift = (share: number): string => `${share > 0 ? '+' : ''}${(share * 100).toFixed(1)}%`.replaceAll('-', '\u2212')

/** Readers take the gap between a 7 and a dot for a space. */
const unspaced = (text: string): string => text.replaceAll(' ', '')

describe('the PDF report', () => {
  it('has one page for everybody, with what was tested, the verdict, the numbers, the data, the money and what to do', () => {
    const [first, second] = pdf.pages
    const { narrative, decision, results } = analysis
    expect(first).toContain('One-page checkout')
    expect(first).toContain('Fewer steps, more orders.')
    for (const text of [narrative.tested, decision.summary, narrative.health[0]!]) expect(first).toContain(text)
    for (const { relativeEffect } of results.slice(0, 3)) {
      const { lower, upper } = relativeEffect!.confidenceInterval
      expect(unspaced(first!)).toContain(unspaced(`${lift(lower!)} to ${lift(upper!)}`))
    }
    for (const heading of ['Health of the data', 'Revenue', 'What to do next']) expect(first).toContain(heading)
    expect(second).toContain('Appendix for analysts')
  })

  it('has the lift of every row, over all users and in segments, as GraphQL tells it', () => {
    const text = unspaced(pdf.pages.slice(1).join(' '))
    for (const { relativeEffect } of [...analysis.results, ...analysis.segments]) {
      if (relativeEffect?.estimate == null) continue
      expect(text).toContain(lift(relativeEffect.estimate))
    }
  })

  it('has the checks, the files by their hashes, and the certificate', async () => {
    const text = pdf.pages.join(' ')
    for (const { message } of analysis.health) expect(text).toContain(message.slice(0, 40))
    for await (const batch of client.batches(experiment.id)) {
      expect(text).toContain(batch.sha256)
      expect(text).toContain(batch.rejected!.toLocaleString('en-US'))
    }
    expect(text).toContain(analysis.certificate!.sha256)
    expect(text).toContain(analysis.resultKey)
  })

  it('has a title, a language, page numbers, and its typeface inside', () => {
    expect(pdf.info['Title']).toBe('One-page checkout: report of an experiment')
    expect(pdf.language).toBe('en')
    pdf.pages.forEach((text, index) => expect(text).toContain(`Page ${index + 1} of ${pdf.pages.length}`))
    const plain = Buffer.from(bytes).toString('latin1')
    expect(plain).toMatch(/\/FontName \/[A-Z]{6}\+Inter-Regular/)
    expect(plain).toMatch(/\/FontFile2 /)
    expect(plain).not.toMatch(/\/BaseFont \/Helvetica/)
  })

  it('is the same bytes again, and after the server was started anew without the file', async () => {
    expect(await fetched()).toEqual(bytes)
    client.close()
    await server.stop()
    const files = await readdir(`${dataDir}/files`, { recursive: true })
    const made = files.filter((file) => file.includes(analysis.id) && file.endsWith('.pdf'))
    expect(made).toHaveLength(1)
    await rm(`${dataDir}/files/${made[0]}`)
    server = await startServer({ dataDir })
    client = createClient({ url: server.url })
    expect(await fetched()).toEqual(bytes)
  })
})

test('names that the typeface has no letters for are told by their numbers, and long ones stay on the page', async () => {
  const name = `新しい結帳 🚀 ${'Donaudampfschifffahrt'.repeat(6)}`
  const { id } = await client.createExperiment({ ...sampleExperiment, key: 'letters', name })
  await client.uploadEvents({ experimentId: id, file: sampleFile }).result()
  const { pages } = await readPdf(await fetched((await client.runAnalysis({ experimentId: id }).result()).id))
  expect(pages[0]).toContain('[U+65B0 3057 3044 7D50 5E33] [U+1F680]')
  expect(pages[0]).toContain('stand for characters that the typeface of this report does not have')
  expect(pages[1]).toContain('Appendix for analysts')
})
