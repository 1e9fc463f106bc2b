import type { Analysis, Chart, Model } from '@fairlift/sdk'
import { beforeAll, describe, expect, test } from 'vitest'
import { sampleExperiment, sampleFile } from '../testkit/sample-shop.ts'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()
let analysis: Analysis
let model: Model
let charts: Chart[]
let modelCharts: Chart[]

beforeAll(async () => {
  const { client } = run
  const { id: experimentId } = await client.createExperiment({ key: 'sample', ...sampleExperiment })
  await client.uploadEvents({ experimentId, file: sampleFile }).result()
  const [asked, trained] = [
    client.runAnalysis({ experimentId, timeseries: true, segmentBy: 'device' }).result(),
    client
      .trainModel({
        experimentId,
        target: { kind: 'CONVERSION' },
        features: [{ attribute: 'device' }],
        interactions: ['device'],
      })
      .result(),
  ]
  ;[analysis, model] = [await asked, await trained]
  ;[charts, modelCharts] = [await client.charts(analysis.id), await client.modelCharts(model.id)]
})

const named = (all: Chart[], name: string): Chart => all.find((chart) => chart.name === name)!

/** All rows of data in a specification. */
function valuesOf(part: unknown): Record<string, unknown>[] {
  if (typeof part !== 'object' || part === null) return []
  const { values = [] } = ((part as { data?: unknown }).data ?? {}) as { values?: Record<string, unknown>[] }
  return [...values, ...Object.values(part).flatMap(valuesOf)]
}

describe('the charts of an analysis', () => {
  test('hold the numbers of its results, exactly', () => {
    const values = valuesOf(named(charts, 'lift-intervals').specification)
    for (const { metric, relativeEffect } of analysis.results) {
      const shown = values.find((value) => value['metric'] === metric.key && 'estimate' in value)!
      const { lower, upper } = relativeEffect!.confidenceInterval
      expect(shown).toMatchObject({ estimate: relativeEffect!.estimate, lower, upper })
    }
  })

  test('are all that its data allow: segments and effects over time too', () => {
    const names = charts.map(({ name }) => name)
    const keys = analysis.results.map(({ metric }) => metric.key)
    expect(names).toEqual(expect.arrayContaining(['lift-intervals', 'segments', 'p-values', 'power-curve']))
    expect(names).toEqual(expect.arrayContaining(keys.map((key) => `lift-over-time-${key}`)))
    expect(modelCharts.map(({ name }) => name)).toEqual(['importance', 'calibration', 'qini-1'])
  })

  test('have a distribution in which every buyer is', () => {
    const { specification } = named(charts, 'distribution-revenue_per_visitor')
    const bins = valuesOf(specification).filter((value) => value['from'] !== value['to'])
    for (const { variant, users } of analysis.variants) {
      const own = bins.filter((value) => value['variant'] === variant.name)
      const buyers = own.reduce((sum, value) => sum + (value['users'] as number), 0)
      expect(buyers).toBeGreaterThan(0.2 * users)
      expect(buyers).toBeLessThan(0.3 * users)
    }
  })

  test('are the same in both themes but for their colours', async () => {
    const dark = await run.client.charts(analysis.id, { theme: 'DARK' })
    const plain = (all: Chart[]) => all.map(({ specification: { config: _, ...rest } }) => rest)
    expect(plain(dark)).toEqual(plain(charts))
    expect(dark[0]!.specification['config']).not.toEqual(charts[0]!.specification['config'])
  })
})

describe('the images of charts', () => {
  test('are drawn at first demand and are the same bytes ever after', async () => {
    for (const { svgUrl, pngUrl } of [...charts, ...modelCharts]) {
      const [svg, png] = [await fetch(svgUrl), await fetch(pngUrl)]
      expect([svg.status, svg.headers.get('content-type')]).toEqual([200, 'image/svg+xml; charset=utf-8'])
      expect([png.status, png.headers.get('content-type')]).toEqual([200, 'image/png'])
      const text = await svg.text()
      expect(text).toMatch(/^<svg [^>]*width="720"/)
      expect(text).not.toMatch(/NaN|undefined|Infinity/)
      const bytes = Buffer.from(await png.arrayBuffer())
      expect([bytes.subarray(1, 4).toString(), bytes.readUInt32BE(16)]).toEqual(['PNG', 1440])
      expect(await (await fetch(svgUrl)).text()).toBe(text)
    }
  })

  test('are asked for by many at once, and all get the same', async () => {
    const query = `query Wide($id: ID!) { analysis(id: $id) { charts { imageUrl(format: PNG, theme: DARK, width: 900) } } }`
    const answer = await run.client.request<{ analysis: { charts: { imageUrl: string }[] } }>(query, {
      id: analysis.id,
    })
    const { imageUrl } = answer.analysis.charts[0]!
    const images = await Promise.all(Array.from({ length: 6 }, async () => (await fetch(imageUrl)).bytes()))
    for (const image of images) expect(image).toEqual(images[0])
  })

  test('are shown where they are, and run nothing', async () => {
    const { headers } = await fetch(charts[0]!.svgUrl)
    expect(headers.get('content-disposition')).toMatch(/^inline; .*fairlift-lift-intervals-/)
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each([
    ['another signature', (url: URL) => url.searchParams.set('signature', 'x'.repeat(43))],
    ['a later end', (url: URL) => url.searchParams.set('expires', String(Date.now() + 1e12))],
    ['another width', (url: URL) => (url.pathname = url.pathname.replace('-720-', '-1720-'))],
    ['another analysis', (url: URL) => (url.pathname = url.pathname.replace(analysis.id, model.id))],
  ])('are refused to an address with %s', async (_what, change) => {
    const url = new URL(charts[0]!.svgUrl)
    change(url)
    expect((await fetch(url)).status).toBe(403)
  })

  test('are from 280 to 2000 pixels wide', async () => {
    const query = `query Narrow($id: ID!) { analysis(id: $id) { charts { imageUrl(width: 100) } } }`
    await expect(run.client.request(query, { id: analysis.id })).rejects.toMatchObject({
      code: 'BAD_INPUT',
      message: '"width" must be from 280 to 2000 pixels, got 100.',
    })
  })
})
